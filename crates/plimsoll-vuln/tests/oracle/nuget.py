# Orders pairs of versions as `univers` (PyPI) does for NuGet; `!` where one is not a version.
import re
import sys
from univers.versions import InvalidVersion, NugetVersion

# It reads nearly anything; only what NuGet reads is asked.
LABEL = r"[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*"
# `-7` is a label to it and a number to NuGet, whose reader of numbers takes a sign; what is past
# 32 bits is a number to it and a label to NuGet.
ODD = re.compile(r"[-.](-\d+|\d{10,})(?=[.+]|$)")
WHOLE = re.compile(rf"\d+(\.\d+){{0,3}}(-{LABEL})?(\+{LABEL})?")
out = []
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    try:
        for text in (a, b):
            if not WHOLE.fullmatch(text) or ODD.search(text):
                raise InvalidVersion
        a, b = NugetVersion(a), NugetVersion(b)
        out.append("<" if a < b else ">" if a > b else "=")
    except (InvalidVersion, ValueError, TypeError, AttributeError):
        out.append("!")
print("\n".join(out))
