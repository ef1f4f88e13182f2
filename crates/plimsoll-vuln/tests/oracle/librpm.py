# Orders pairs of versions as librpm does.
import sys
import rpm

out = []
for line in sys.stdin:
    a, b = map(rpm.ver, line.rstrip("\n").split("\t"))
    out.append("<" if a < b else ">" if a > b else "=")
print("\n".join(out))
