"""What a result table is, and what the functions that make one get to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml  # type: ignore[import-untyped]  # ships no types

FOLDER = Path(__file__).parent
TABLES = FOLDER / "tables"


@dataclass(frozen=True)
class Work:
    """The build being made, and whether the one before can be carried over: then it is attached as `previous`, and its
    result tables come from the same code; `meta.touched_dates` says which days differ from it. ``data`` is the data
    directory, for its records."""

    connection: duckdb.DuckDBPyConnection
    is_carried: bool
    data: Path


@dataclass(frozen=True)
class Column:
    """A column as its YAML tells it."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class ResultTable:
    """``make`` returns the rows, with the columns of ``tables/<name>.yml`` in any order, None where there are none.
    ``schema``: `main` is published to readers, `facts` is what later builds carry over."""

    name: str
    make: Callable[[Work], pa.Table | None]
    schema: str = "main"

    @property
    def description(self) -> str:
        """Begins with "One row per"."""
        return " ".join(str(_told(self.name)["description"]).split())

    @property
    def columns(self) -> list[Column]:
        """In the table's order."""
        return [Column(one["name"], one["data_type"], one["description"]) for one in _told(self.name)["columns"]]

    def write(self, work: Work) -> None:
        """Create the table and fill it. Raises ValueError where the rows have other columns than the YAML says."""
        rows, connection = self.make(work), work.connection
        typed = ", ".join(f'"{column.name}" {column.data_type}' for column in self.columns)
        connection.execute(f"create table {self.schema}.{self.name} ({typed})")
        if rows is not None:
            wrong = sorted({column.name for column in self.columns}.symmetric_difference(rows.column_names))
            if wrong:
                raise ValueError(f"{self.name} and tables/{self.name}.yml differ in {', '.join(wrong)}")
            connection.register("result_rows", rows)
            connection.execute(f"insert into {self.schema}.{self.name} by name select * from result_rows")
            connection.unregister("result_rows")
        self._comment(connection, "table")

    def _comment(self, connection: duckdb.DuckDBPyConnection, what: str) -> None:
        table = f"{self.schema}.{self.name}"
        said = [f"comment on {what} {table} is {_text(self.description)}"]
        said += [f'comment on column {table}."{one.name}" is {_text(one.description)}' for one in self.columns]
        connection.execute(";".join(said))


def _nothing(work: Work) -> None:
    """The rows of a view: none are written."""


@dataclass(frozen=True)
class ResultView(ResultTable):
    """``sql/<name>.sql``, worked out when it is asked: what is read seldom, and would be large to keep."""

    make: Callable[[Work], pa.Table | None] = _nothing

    def write(self, work: Work) -> None:
        """Create the view."""
        work.connection.execute(f"create view {self.schema}.{self.name} as {question(self.name)}")
        self._comment(work.connection, "view")


@cache
def _told(name: str) -> dict[str, Any]:
    """What ``tables/<name>.yml`` says; read once, as it is part of the program."""
    [told] = yaml.safe_load((TABLES / f"{name}.yml").read_text())["models"]
    return dict(told)


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def question(name: str) -> str:
    """The SQL of ``sql/<name>.sql``."""
    return (FOLDER / "sql" / f"{name}.sql").read_text()
