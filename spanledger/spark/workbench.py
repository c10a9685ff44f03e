"""What a build on Spark works with: the book, a folder of rows, views over files, and the facts they become.

The *book* is the warehouse being made, in DuckDB: its schema `meta` says which files hold what, and stays small. Rows
never pass through it; Spark reads and writes them as Parquet files that both engines see.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from spanledger.published.build_errors import BuildError
from spanledger.spark.columns import ddl

IN_PATTERNS = "{}"
"""What a pattern of paths reads as its own; of the file names inside the braces, which are ours, commas too."""


@dataclass
class Workbench:
    """One build; ``folder`` is its own and goes when it ends, ``facts`` are the builds' together."""

    spark: SparkSession
    book: duckdb.DuckDBPyConnection
    folder: Path
    facts: Path
    build_id: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: "count[int]" = field(default_factory=count)

    def bookkeep(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement on the book; its rows. Raises duckdb.Error."""
        with self._lock:
            return self.book.execute(sql).fetchall()

    def export(self, source: str, name: str) -> None:
        """Show Spark the rows of a relation of the book as the table ``name``."""
        columns = [(column, kind) for column, kind, *_ in self.bookkeep(f"describe from {source}")]
        wide = [f'cast("{column}" as decimal(38, 0)) as "{column}"' for column, kind in columns if kind == "HUGEINT"]
        narrowed = f"select * replace ({', '.join(wide)}) from {source}" if wide else f"from {source}"
        folder = self.folder / name
        folder.mkdir(parents=True)
        self.bookkeep(f"copy ({narrowed}) to '{folder / 'rows.parquet'}' (format parquet)")
        self.spark.sql(f"create table {name} ({ddl(columns)}) using parquet location '{folder}'")

    def tell(self, name: str, query: str) -> None:
        """Add the rows of a query on the book to an exported table."""
        file = self.folder / name / f"more_{next(self._numbers)}.parquet"
        hidden = file.with_name(f".{file.name}")  # until it is whole: others may be listing the folder
        self.bookkeep(f"copy ({query}) to '{hidden}' (format parquet)")
        hidden.rename(file)
        self.spark.sql(f"refresh table {name}")

    def open_files(self, name: str, columns: str, paths: Sequence[str]) -> None:
        """The table ``name`` of the rows of ``paths``, with columns in Spark's DDL; what a file lacks is null."""
        if paths:
            where = f"options (path '{_pattern(paths)}')"
        else:
            empty = self.folder / "empty" / name
            empty.mkdir(parents=True)
            where = f"location '{empty}'"
        self.spark.sql(f"create table {name} ({columns}) using parquet {where}")

    def place(self, model: str, date_column: str, name: str) -> list[tuple[str, str, int]]:
        """Move what was written to the folder of ``name``, partitioned by a text `written_date`, to the facts of a
        model: (date, path, rows) of each file. Files get their build's name, as builds on DuckDB give it."""
        placed = []
        for number, file in enumerate(sorted((self.folder / name).glob("written_date=*/*.parquet"))):
            date = unquote(file.parent.name.partition("=")[2])
            rows = pq.read_metadata(file).num_rows
            if rows:
                path = self.facts / model / f"{date_column}={date}" / f"{self.build_id}_{number}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                file.rename(path)
                placed.append((date, str(path), rows))
        return placed


def _pattern(paths: Sequence[str]) -> str:
    """One pattern for many paths, which Spark's SQL has no list for."""
    root = os.path.commonpath([str(Path(path).parent) for path in paths])
    names = [os.path.relpath(path, root) for path in paths]
    if set(IN_PATTERNS) & set(root) or set(f"{IN_PATTERNS},") & set("".join(names)):
        raise BuildError(f"engine spark cannot read below {root}: a path without braces is expected")
    return f"{root}/{{{','.join(names)}}}" if len(names) > 1 else f"{root}/{names[0]}"
