"""Parquet files of ours without a user: rows changed, or rows of traces removed."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.files import aside, publish
from collector.store.erasing import Change, sha256
from spanledger.erasing import places
from spanledger.erasing.receipts import Journal
from spanledger.keeping import expired_spans
from transforms.erasure import Subject
from transforms.erasure_rows import erased, of_organization, of_user


def write_aside(path: Path, subject: Subject) -> int:
    """``path`` without the user, beside it; returns how many rows are changed."""
    rows = 0
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
    with pq.ParquetWriter(aside(path), schema, compression="zstd") as writer:
        for table in places.tables_of(path):
            result = erased(table, subject)
            rows += int(result.changed.sum())
            writer.write_table(result.table.cast(schema))
    return rows


def expired_traces(data: Path, subject: Subject) -> set[bytes]:
    """The user's traces among spans that retention took out of the lake."""
    found = set[bytes]()
    for path in expired_spans.all_files(data):
        for table in places.tables_of(path):
            theirs = table.filter(pa.array(of_user(table, subject)))
            found.update(bytes.fromhex(trace) for trace in theirs["trace_id"].to_pylist())
    return found


def remove_expired(data: Path, subject: Subject, traces: set[bytes], journal: Journal) -> None:
    """Take ``traces`` out of what is kept of such spans."""
    gone = pa.array(sorted(trace.hex() for trace in traces), pa.string())
    for path in expired_spans.all_files(data):
        with pq.ParquetFile(path) as file:
            table = file.read()
        is_gone = pc.is_in(table["trace_id"], gone).to_numpy() & of_organization(table, subject.organization)
        if is_gone.any():
            pq.write_table(table.filter(pa.array(~is_gone)), aside(path), compression="zstd")
            journal.before(Change(path, path, 0, int(is_gone.sum()), sha256(path), sha256(aside(path))))
            publish(path)
