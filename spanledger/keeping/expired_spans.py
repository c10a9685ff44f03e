"""What the models read of spans that retention took out of the lake: `records/expired_spans/`.

A file holds rows of `int_spans` as the published build had them: ids, times, tags, counts; no attributes, events,
links or texts. Builds that carry on have these rows in their facts already. A build that makes everything anew cannot
read them from the lake any more and takes them from here, so that no published number is lost with the raw spans.
"""

from pathlib import Path

import duckdb

from spanledger.keeping import closed_days
from spanledger.keeping.closed_days import ClosedDays
from spanledger.keeping.kept_rows import open_rows


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
    """`lake.expired_spans`, with the columns of `int_spans` as they are today. Of closed days only what is left of
    them."""
    kept = f"date >= date '{closed.calls_from}'" if closed.calls_from else ""
    open_rows(connection, "lake.expired_spans", "facts", "int_spans", [(paths, kept), (closed.left, "")])
