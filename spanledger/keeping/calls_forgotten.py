"""Records without single calls of closed days: done again, it changes nothing.

What builds read of records is the same before and after: they leave out, or name no call of, closed days by themselves.
"""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.files import aside, publish, sync_folder
from collector.store import outcome_files
from spanledger.building.records import NAMES, RESTATEMENTS
from spanledger.keeping import closed_days, expired_spans
from spanledger.keeping.closed_days import LEFT, OUTCOMES, Closing


def forget(data: Path, closing: Closing) -> None:
    """Take calls of days before ``closing`` out of the records of ``data``. Raises OSError, duckdb.Error."""
    for path in expired_spans.files(data):
        rows = pq.ParquetFile(path).read()
        _keep(path, rows, pc.greater_equal(rows["date"], pa.scalar(closing.calls_from)))
    _forget_outcomes(data, closing)
    for path in sorted((data / RESTATEMENTS).glob("[!.]*.parquet")):
        _unname(path, closing)
    for earlier in closed_days.read(data).closings:
        if earlier.calls_from < closing.calls_from:
            (earlier.folder / LEFT).unlink(missing_ok=True)
    sync_folder(closing.folder)


def _forget_outcomes(data: Path, closing: Closing) -> None:
    gone = closing.folder / OUTCOMES
    if not gone.exists():
        return
    keys = pq.ParquetFile(gone).read()
    names = pc.binary_join_element_wise(keys["organization"], keys["revision_id"], "/")
    for path in sorted(outcome_files.folder_of(data).glob("[!.]*.parquet")):
        rows = pq.ParquetFile(path).read()
        organization = pc.coalesce(rows["organization"], "")
        is_gone = pc.is_in(pc.binary_join_element_wise(organization, rows["revision_id"], "/"), value_set=names)
        _keep(path, rows, pc.invert(is_gone), leaves_empty=True)
    gone.unlink()


def _keep(path: Path, rows: pa.Table, is_kept: pa.ChunkedArray, *, leaves_empty: bool = False) -> None:
    """Put the file with those rows alone in its place; a file without any goes, unless its name is of use."""
    left = rows.filter(is_kept)
    if left.num_rows == rows.num_rows:
        return
    if left.num_rows or leaves_empty:
        pq.write_table(left, aside(path), compression="zstd")
        publish(path)
    else:
        path.unlink()
        sync_folder(path.parent)


def _unname(path: Path, closing: Closing) -> None:
    there = pq.read_schema(path).names
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create table rows as from read_parquet('{path}')")
        named = " or ".join(f"{name} is not null" for name in NAMES if name in there)
        query = f"select count(*) from rows where date < ? and ({named})"
        if connection.execute(query, [closing.calls_from]).fetchall() == [(0,)]:
            return
        nameless = ", ".join(f"{name} = null" for name in NAMES if name in there)
        connection.execute(f"update rows set {nameless} where date < ?", [closing.calls_from])
        connection.execute(f"copy rows to '{aside(path)}' (format parquet, compression zstd)")
    publish(path)
