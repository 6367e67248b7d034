"""Fails when no test ran, or when a test was skipped although the shared inputs it needs are there."""
import pathlib
import sys
import xml.etree.ElementTree as xml

root = pathlib.Path(__file__).resolve().parent.parent
shared = root.parent / "shared"
ran, skipped = 0, []
for report in root.glob("*/target/*-reports/TEST-*.xml"):
    suite = xml.parse(report).getroot()
    for case in suite.iter("testcase"):
        ran += 1
        if case.find("skipped") is not None:
            skipped.append(f"{case.get('classname')}.{case.get('name')}")
if ran == 0:
    sys.exit("no test ran")
if skipped and shared.is_dir():
    sys.exit("skipped although the shared inputs are there:\n  " + "\n  ".join(sorted(skipped)))
print(f"{ran - len(skipped)} passed, 0 failed, {len(skipped)} skipped")
