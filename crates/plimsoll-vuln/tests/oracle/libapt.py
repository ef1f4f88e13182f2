# Orders pairs of versions as libapt does, which carries dpkg's order.
import sys
import apt_pkg

apt_pkg.init_system()
compare = apt_pkg.version_compare
out = []
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    order = compare(a, b)
    out.append("<" if order < 0 else ">" if order > 0 else "=")
print("\n".join(out))
