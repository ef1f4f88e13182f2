# Orders pairs of versions as PyPI's `packaging` does; `!` where one is not a version.
import sys
from packaging.version import InvalidVersion, Version

out = []
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    try:
        a, b = Version(a), Version(b)
        out.append("<" if a < b else ">" if a > b else "=")
    except InvalidVersion:
        out.append("!")
print("\n".join(out))
