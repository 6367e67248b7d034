"""Opens the tables of a Microtome run in one line.

    from microtome_tables import Run
    activations = Run("../target/quickstart/activations").table("activations")   # a DuckDB relation
"""

from __future__ import annotations

import json
import pathlib

import duckdb
import numpy as np


class Run:
    """A finished run: an output directory (its `latest` is followed) or a run directory.

    Raises FileNotFoundError for a run without `_SUCCESS`: it failed, was killed, or is still being written.
    """

    def __init__(self, path: str | pathlib.Path):
        path = pathlib.Path(path)
        latest = path / "latest"
        self.path = path / latest.read_text().strip() if latest.is_file() else path
        if not (self.path / "_SUCCESS").is_file():
            raise FileNotFoundError(f"{self.path} holds no _SUCCESS: not a finished run")
        self.manifest = json.loads((self.path / "manifest.json").read_text())

    def files(self, table: str) -> list[str]:
        """The table's Parquet files, for pyarrow, pandas or polars."""
        found = sorted(str(file) for file in (self.path / table).glob("*.parquet"))
        if not found:
            tables = sorted(folder.name for folder in self.path.iterdir() if any(folder.glob("*.parquet")))
            raise FileNotFoundError(f"{self.path} has no table '{table}'; its tables: {', '.join(tables)}")
        return found

    def has(self, table: str) -> bool:
        """Whether the run wrote such a table: some are written only where the configuration asks for them."""
        return any((self.path / table).glob("*.parquet"))

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """The table as a DuckDB relation: nothing is read before it is used."""
        return duckdb.read_parquet(self.files(name))


def first_of(runs: str | pathlib.Path, *steps: str) -> Run:
    """The run of the first of these steps that an output folder has: pipelines name the same step differently.

    Raises FileNotFoundError if it has none of them.
    """
    found = [step for step in steps if (pathlib.Path(runs) / step).is_dir()]
    if not found:
        raise FileNotFoundError(f"{runs} has none of the steps {', '.join(steps)}")
    return Run(pathlib.Path(runs) / found[0])


def vectors(column, dtype: str = "float32") -> np.ndarray:
    """The vectors of a BINARY column as [rows, width] float32; dtype is the run's, float32 or bfloat16."""
    rows = list(column)
    if dtype == "float32":
        return np.stack([np.frombuffer(row, dtype="<f4") for row in rows])
    if dtype == "bfloat16":
        halves = np.stack([np.frombuffer(row, dtype="<u2") for row in rows])
        return (halves.astype(np.uint32) << 16).view(np.float32)
    raise ValueError(f"dtype is '{dtype}', expected float32 or bfloat16")
