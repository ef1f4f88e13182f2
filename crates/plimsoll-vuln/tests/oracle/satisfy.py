# Whether versions satisfy specifiers, as `packaging` has it; `!` where it reads one of them not.
import sys
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

out = []
for line in sys.stdin:
    specifier, version = line.rstrip("\n").split("\t")
    try:
        version = Version(version)
        inside = SpecifierSet(specifier).contains(version, prereleases=True)
        out.append("yes" if inside else "no")
    except (InvalidSpecifier, InvalidVersion):
        out.append("!")
print("\n".join(out))
