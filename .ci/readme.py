"""Runs README.md's blocks of commands and of Python, one after the other, as a reader would who has made the quick start.

    .ci/readme.py [FROM [TO]]   # of the blocks, counted from 1; needs spark-submit on the PATH, duckdb and safetensors

Blocks that begin with mvn are .ci/run's; of a block that cannot run here, <!-- not run: why --> stands above it. Everything is written to
target/readme, where conf, jobs and the rest are links to the clone's.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

CLONE = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?:<!-- not run: (?P<why>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def folder(fresh: bool) -> pathlib.Path:
    place = CLONE / "target" / "readme"
    if fresh:
        shutil.rmtree(place, ignore_errors=True)
    (place / "target").mkdir(parents=True, exist_ok=True)
    for name in ("README.md", "common", "conf", "jobs", "notebooks", "target/quickstart"):
        if not (place / name).is_symlink():
            (place / name).symlink_to(CLONE / name)
    return place


def main(first: int, last: int) -> None:
    os.chdir(folder(fresh=first == 1))
    # Python blocks go on from one another.
    names: dict = {}
    counts = {"run": 0, "not run": 0}
    for number, block in enumerate(BLOCK.finditer((CLONE / "README.md").read_text()), start=1):
        text, language = block["text"], block["language"]
        why = block["why"] or ("in .ci/run" if text.startswith("mvn ") else None)
        if why or not (first <= number <= last or (language == "python" and number < first and others_need(text))):
            counts["not run"] += 1
            print(f"{number}: not run: {why or 'not asked for'}", flush=True)
            continue
        print(f"{number}: {text}", flush=True)
        start = time.monotonic()
        if language == "python":
            exec(compile(text, f"README.md, block {number}", "exec"), names)
        elif language == "":
            subprocess.run(["bash", "-euo", "pipefail", "-c", text], check=True)
        else:
            raise SystemExit(f"block {number} is {language}, which this script does not run")
        counts["run"] += 1
        print(f"{number}: {time.monotonic() - start:.0f} s", flush=True)
    print(counts)


def others_need(text: str) -> bool:
    """Whether a block is the one that all others of Python need."""
    return text.startswith("import duckdb\n")


if __name__ == "__main__":
    bounds = [int(word) for word in sys.argv[1:]]
    main(bounds[0] if bounds else 1, bounds[1] if len(bounds) > 1 else sys.maxsize)
