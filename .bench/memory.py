"""Memory that jobs take beside what --dry-run says of it. Started by .bench/run.sh memory; see README.md beside this file."""
import json
import pathlib
import re
import subprocess
import sys

JAVA, OUT, ONLY = sys.argv[1].split(), pathlib.Path(sys.argv[2]), set(sys.argv[3:])
GOLDEN = pathlib.Path("common/src/test/resources/golden/real-models/stories260K-llama")
HEAP = "5g"
BYTES = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def java(*words: str) -> str:
    command = ["java", f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+UseSerialGC", *JAVA, *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{words}:\n{done.stdout}"
    return done.stdout


def words(job: str, output: pathlib.Path, settings: list[str]) -> list[str]:
    return [job, *(word for setting in settings for word in ("--set", setting)), "--output", str(output)]


def make(output: str, job: str, *settings: str):
    if not (OUT / output / "latest").exists():
        java("dev.microtome.jobs.Main", *words(job, OUT / output, list(settings)))


def stated(said: str) -> float:
    """The model, a pass and what a task holds besides, of the lines on memory."""
    lines = "\n".join(line for line in said.splitlines() if line.strip().startswith("memory of"))
    assert lines, said
    found = re.findall(r"about ([\d.]+) ([kMG]?B)", lines) + re.findall(r", ([\d.]+) ([kMG]?B) for each of its tasks", lines)
    return sum(float(number) * BYTES[unit] for number, unit in found)


def measure(job: str, output: pathlib.Path, settings: list[str]) -> tuple[float, int, int]:
    of_job = words(job, output, settings)
    expected = stated(java("dev.microtome.jobs.Main", *of_job, "--dry-run"))
    said = java("-XX:+AlwaysPreTouch", "MemoryProbe", *of_job, "--force")
    heap, native = re.search(r"PROBE (-?\d+) (-?\d+)", said).groups()
    return expected, int(heap), int(native)


def compare(name: str, job: str, shared: list[str], small: list[str], large: list[str]):
    """What the larger of two runs takes more than the smaller one: what every JVM has is in both."""
    if ONLY and name not in ONLY:
        return
    before, after = (measure(job, OUT / "measured" / name, shared + size) for size in (small, large))
    expected, heap, native = (b - a for a, b in zip(before, after, strict=True))
    taken = heap + native
    print(json.dumps(dict(
        job=name, small=" ".join(small), large=" ".join(large), stated_mb=round(expected / 1e6, 1), heap_mb=round(heap / 1e6, 1), native_mb=round(native / 1e6, 1),
        stated_over_taken=round(expected / taken, 2) if taken > 0 else None, small_heap_mb=round(before[1] / 1e6), small_native_mb=round(before[2] / 1e6))), flush=True)


def prepare():
    """Models of one layer, 512 wide with an MLP of 2,048, tokens, and texts of 1 and 12 MB."""
    OUT.mkdir(parents=True, exist_ok=True)
    model = ["batch-size=1", "context-length=2048", "sequence-length=64", "architecture.layers=1", "architecture.heads=8"]
    wide = ["architecture.d-model=512", "architecture.d-mlp=2048"]
    make("corpus", "generate-corpus", "sequences=128", "context-length=256")
    make("tokens", "generate-corpus", "kind=induction", "sequences=512", "context-length=256", "induction.vocabulary-size=4096", "text=false")
    make("wide-model", "train-model", "steps=1", f"tokens=[{OUT}/tokens]", "vocabulary-size=4096", *model, *wide)
    make("mid-model", "train-model", "steps=1", f"tokens=[{OUT}/tokens]", "vocabulary-size=8192", *model, *wide)
    make("few-tokens-model", "train-model", "steps=1", f"tokens=[{OUT}/corpus]", *model, "architecture.d-model=64")
    for name, megabytes in (("small", 1), ("large", 12)):
        text = pathlib.Path("README.md").read_text()
        (OUT / f"{name}.txt").write_text((text * (1 + megabytes * 2**20 // len(text)))[:megabytes * 2**20])


def main():
    prepare()
    for unit in ("file", "paragraph"):
        compare(f"tokenize-{unit}", "tokenize", [f"tokenizer={GOLDEN}", f"documents={unit}"], [f"input={OUT}/small.txt"], [f"input={OUT}/large.txt"])
    compare("generate-corpus", "generate-corpus", ["context-length=256"], ["sequences=64"], ["sequences=4096"])
    compare("collect-activations", "collect-activations", [f"model={OUT}/wide-model", f"tokens={OUT}/tokens", "hooks=[blocks.0.mlp.hook_post, blocks.0.hook_resid_post]"],
            ["batch-tokens=1024"], ["batch-tokens=16384"])
    compare("framework", "framework", ["skip-trigrams=20"], [f"checkpoints=[{OUT}/few-tokens-model]"], [f"checkpoints=[{OUT}/mid-model]"])


main()
