"""A small night and its tables, for what runs it elsewhere than on a disk."""
import hashlib
import importlib
import json
import os
import pathlib
import random
import shutil

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent.parent
JAR = ROOT / "jobs/target/microtome.jar"
SPARK = pathlib.Path(os.environ.get("SPARK_HOME") or importlib.import_module("pyspark").__path__[0])
STEPS = ["tokens", "activations", "losses", "heads", "saes", "evaluation", "features"]
MODEL = "stories260K-llama"
PARTS = "sequences-per-part = 32"


def inputs(folder: pathlib.Path):
    """A text, FOLDER/text, and a model, FOLDER/models/MODEL."""
    (folder / "text").mkdir(parents=True)
    draw = random.Random(1)
    for number in range(4):
        paragraphs = [" ".join(
            f"One day, {draw.choice(['Lily', 'Tom', 'the fox', 'a little bird', 'his mother'])} "
            f"{draw.choice(['saw', 'found', 'wanted', 'lost', 'played with'])} {draw.choice(['a red ball', 'the shiny key', 'an apple', 'the big box'])}."
            for _ in range(draw.randint(1, 6))) for _ in range(200)]
        (folder / f"text/story-{number}.txt").write_text("\n\n".join(paragraphs))
    shutil.copytree(ROOT / "common/src/test/resources/golden/real-models" / MODEL, folder / "models" / MODEL)


def small(target: pathlib.Path):
    """conf/nightly.conf as it is shipped, with parts and SAEs that are small."""
    night = (ROOT / "conf/nightly.conf").read_text()
    for shipped, changed in [
            ("hooks = [${shared.hook}]", "hooks = [${shared.hook}], " + PARTS), ("checkpoints = ", PARTS + ", checkpoints = "),
            ("grid.k = [16, 32]", "grid.k = [4, 8], sae.expansion = 1, evaluation-tokens = 4096"),
            ("saes = [${output}/saes]", "saes = [${output}/saes], " + PARTS)]:
        assert shipped in night, shipped
        night = night.replace(shipped, changed, 1 if shipped.startswith("checkpoints") else -1)
    target.write_text(night)


def run(output: pathlib.Path) -> tuple[pathlib.Path, dict]:
    """The run that latest names, and its manifest."""
    path = output / (output / "latest").read_text().strip()
    assert (path / "_SUCCESS").exists(), path
    return path, json.loads((path / "manifest.json").read_text())


def rows(path: pathlib.Path, table: dict) -> str:
    """The rows of a table without what was measured by a clock, as SQL."""
    files = ", ".join(f"'{path / file['path']}'" for file in table["files"])
    return f"SELECT COLUMNS(lambda name: NOT contains(name, 'second')) FROM read_parquet([{files}])"


def compare(nights: pathlib.Path, expected: pathlib.Path):
    """Fails unless all steps have the rows and the files of a night on a local disk."""
    for step in STEPS:
        (here, of_here), (there, of_there) = run(nights / step), run(expected / step)
        assert of_here["tables"].keys() == of_there["tables"].keys(), (step, of_here["tables"].keys(), of_there["tables"].keys())
        for name, table in of_here["tables"].items():
            if not table["files"]:
                assert not of_there["tables"][name]["files"], f"{step}/{name} has no rows"
                continue
            found, wanted = rows(here, table), rows(there, of_there["tables"][name])
            count, should, missing, more = duckdb.sql(
                f"SELECT (SELECT count(*) FROM ({found})), (SELECT count(*) FROM ({wanted})), (SELECT count(*) FROM ({wanted} EXCEPT ALL {found})), "
                f"(SELECT count(*) FROM ({found} EXCEPT ALL {wanted}))").fetchall()[0]
            assert (count, missing, more) == (should, 0, 0), f"{step}/{name}: {count} rows of {should}, {missing} are missing, {more} should not be there"
            print(f"{step}/{name}: {count} rows, those of a night on a local disk", flush=True)
        files, wanted = ({file["path"]: hashlib.sha256((path / file["path"]).read_bytes()).hexdigest()
                          for artifact in manifest["artifacts"].values() for file in artifact["files"]} for path, manifest in ((here, of_here), (there, of_there)))
        assert files == wanted, (step, files, wanted)
        if files:
            print(f"{step}: {len(files)} other files, byte for byte", flush=True)
