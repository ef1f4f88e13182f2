# Scores vectors with Red Hat's `cvss`; `!` where it refuses one.
import sys
from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

out = []
for line in sys.stdin:
    vector = line.rstrip("\n")
    kind = {"CVSS:3": CVSS3, "CVSS:4": CVSS4}.get(vector[:6], CVSS2)
    try:
        cvss = kind(vector)
        score = cvss.base_score
        out.append("%.1f" % score)
    except CVSSError:
        out.append("!")
print("\n".join(out))
