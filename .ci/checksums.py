"""Holds every artifact of microtome.jar, and of the Spark that tests and the quick start run on, to the SHA-256 it is known by.

    python3 .ci/checksums.py            fails if one is another, new or gone; needs a build that was not offline (mvn package)
    python3 .ci/checksums.py --write    takes those of this build; look at what git says has changed

A version stands for the same bytes for ever, so that a line may change only with its version.
"""
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = ROOT / ".ci" / "checksums.txt"
BOM = ROOT / "jobs" / "target" / "bom.json"
SPARK = ROOT / "jobs" / "target" / "spark" / "jars"


def found():
    """Checksums by name: those that the bill of materials tells, and of files."""
    if not BOM.exists():
        sys.exit(f"{BOM} is missing: build without -o")
    sums = {}
    for component in json.loads(BOM.read_text())["components"]:
        if component["group"] != "dev.microtome":
            name = component["purl"].removeprefix("pkg:maven/")
            sums[name] = next(each["content"] for each in component["hashes"] if each["alg"] == "SHA-256")
    for jar in SPARK.glob("*.jar"):
        sums["spark/" + jar.name] = hashlib.sha256(jar.read_bytes()).hexdigest()
    return sums


def main():
    sums = found()
    if sys.argv[1:] == ["--write"]:
        KNOWN.write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
        return
    known = dict(reversed(line.split("  ")) for line in KNOWN.read_text().splitlines())
    wrong = [
        f"{name}: {sums.get(name, 'gone')}, expected {known.get(name, 'no such artifact')}"
        for name in sorted(sums.keys() | known.keys())
        if sums.get(name) != known.get(name)
    ]
    if wrong:
        sys.exit("artifacts that are not the known ones:\n  " + "\n  ".join(wrong))
    print(f"{len(sums)} artifacts are the known ones")


main()
