"""What the models read of spans that retention took out of the lake: `records/expired_spans/`.

A file holds rows of `int_spans` as the published build had them: ids, times, tags, counts; no attributes, events,
links or texts. Builds that carry on have these rows in their facts already. A build that makes everything anew cannot
read them from the lake any more and takes them from here, so that no published number is lost with the raw spans.
"""

from functools import cache
from pathlib import Path

import duckdb

from spanledger.keeping import closed_days
from spanledger.keeping.closed_days import ClosedDays
from spanledger.published.project import described

MODEL = "int_spans"


def folder_of(data: Path) -> Path:
    """Where the files are."""
    return data / "records" / "expired_spans"


def files(data: Path) -> list[Path]:
    """All of them. The same span may stand in several; staging keeps one."""
    return sorted(folder_of(data.absolute()).glob("[!.]*.parquet"))


def all_files(data: Path) -> list[Path]:
    """They, and what is left of closed days."""
    return [*files(data), *(path for path in closed_days.read(data).left if path.exists())]


def open_expired(connection: duckdb.DuckDBPyConnection, paths: list[Path], closed: ClosedDays) -> None:
    """`lake.expired_spans`, with the columns of `int_spans` as they are today: null where ``paths`` have none.

    Of closed days only what is left of them."""
    typed = ", ".join(f'null::{kind} as "{name}"' for name, kind in columns())
    connection.execute(f"create view lake.expired_columns as select {typed} where false")
    kept = f" where date >= date '{closed.calls_from}'" if closed.calls_from else ""
    rows = _rows(connection, paths, kept) + _rows(connection, closed.left, "")
    connection.execute(f"create view lake.expired_spans as from lake.expired_columns {rows}")


def _rows(connection: duckdb.DuckDBPyConnection, paths: list[Path], where: str) -> str:
    if not paths:
        return ""
    source = f"read_parquet({[str(path) for path in paths]}, hive_partitioning = false, union_by_name = true)"
    known = [name for name, _ in columns()]
    there = [f'"{name}"' for name, *_ in connection.execute(f"describe from {source}").fetchall() if name in known]
    return f" union all by name select {', '.join(there)} from {source}{where}"


@cache
def columns() -> tuple[tuple[str, str], ...]:
    """Name and type of each column of `int_spans`, from the contract beside the model."""
    model = next(model for model in described("facts") if model["name"] == MODEL)
    return tuple((column["name"], column["data_type"]) for column in model["columns"])
