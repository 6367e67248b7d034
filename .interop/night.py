"""A small night and its tables, for what runs it on other file systems than a disk."""
import importlib
import json
import os
import pathlib
import shutil

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parent.parent
JAR = ROOT / "jobs/target/microtome.jar"
SPARK = pathlib.Path(os.environ.get("SPARK_HOME") or importlib.import_module("pyspark").__path__[0])
STEPS = ["tokens", "activations", "losses", "heads", "saes", "evaluation", "features"]
MODEL = "stories260K-llama"


def inputs(folder: pathlib.Path):
    """A text, FOLDER/text, and a model, FOLDER/models/MODEL."""
    (folder / "text").mkdir(parents=True)
    for number, readme in enumerate(sorted(ROOT.glob("*/README.md"))):
        shutil.copy(readme, folder / f"text/{number}.md")
    shutil.copytree(ROOT / "common/src/test/resources/golden/real-models" / MODEL, folder / "models" / MODEL)


def tables(files: pyarrow.fs.FileSystem, output: str) -> dict[str, pa.Table]:
    """All tables of the run that latest names, without what was measured by a clock."""

    def text(path):
        with files.open_input_stream(path) as file:
            return file.read().decode()

    path = output + "/" + text(output + "/latest").strip()
    assert files.get_file_info(path + "/_SUCCESS").type == pyarrow.fs.FileType.File, path
    found = {}
    for name, table in json.loads(text(path + "/manifest.json"))["tables"].items():
        parts = [pyarrow.parquet.read_table(f"{path}/{file['path']}", filesystem=files) for file in table["files"]]
        whole = pa.concat_tables(parts)
        found[name] = whole.drop_columns([column for column in whole.column_names if "second" in column])
    return found


def compare(files: pyarrow.fs.FileSystem, nights: str, expected: str):
    """Fails unless the tables of all steps are those of a night on a local disk."""
    for step in STEPS:
        there = tables(pyarrow.fs.LocalFileSystem(), f"{expected}/{step}")
        here = tables(files, f"{nights}/{step}")
        assert here.keys() == there.keys(), (step, here.keys(), there.keys())
        for name, table in here.items():
            assert table.equals(there[name]), f"{step}/{name}: {table.num_rows} rows, expected these {there[name].num_rows}"
            print(f"{step}/{name}: {table.num_rows} rows, those of a night on a local disk", flush=True)
