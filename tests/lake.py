"""Lands OTLP requests straight in a lake, past the collector: the same rows, without a server."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from collector.store.lake import active_files, logs_header, write_segment
from collector.wal.segments import Header
from transforms.normalise import NormaliseOptions, Request, normalise

RECEIVED_AT_NS = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp()) * 10**9
"""When requests arrive unless a test says otherwise: fixed, so that two lakes of one input are equal."""

OPTIONS = NormaliseOptions(store_content=False, hash_key=b"k" * 32)


def land(
    bodies: Iterable[bytes],
    data: Path,
    *,
    per_segment: int = 8,
    received_at_ns: int = RECEIVED_AT_NS,
    signal: str = "span",
) -> list[Path]:
    """Write serialized requests to ``data/lake`` in segments of ``per_segment``, after those it already holds.

    Returns the files written.
    """
    tree = "spans" if signal == "span" else "logs"
    lake = data / "lake"
    first = sum(len(file.segments) for file in active_files(lake))
    waiting = list(bodies)
    files = []
    for start in range(0, len(waiting), per_segment):
        header = Header(f"{first + start // per_segment:012d}-t", received_at_ns)
        header = header if signal == "span" else logs_header(header)
        part = waiting[start : start + per_segment]
        rows = normalise([Request(body, received_at_ns, None, header.segment, signal) for body in part], OPTIONS)
        files.append(write_segment(lake / tree, header, rows))
    return files


def published(data: Path) -> Path:
    """The published database of ``data``."""
    build = (data / "builds" / "CURRENT").read_text().strip()
    return data / "builds" / build / "warehouse.duckdb"


def open_warehouse(data: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published build of ``data``, in UTC. The caller closes it."""
    connection = duckdb.connect(str(published(data)), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def one(warehouse: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    """The only row of a query."""
    [row] = warehouse.execute(sql).fetchall()
    return tuple(row)
