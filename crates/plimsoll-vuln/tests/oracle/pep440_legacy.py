# Orders pairs of versions as `packaging` 21.3 does, legacy versions included.
import sys
import warnings
warnings.simplefilter("ignore")
from packaging.version import parse

out = []
for line in sys.stdin:
    a, b = map(parse, line.rstrip("\n").split("\t"))
    out.append("<" if a < b else ">" if a > b else "=")
print("\n".join(out))
