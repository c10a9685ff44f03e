"""Journals that are over become `records/budget_decisions/<number>.parquet`: for SQL, and for good.

A row is one event: `content` holds all of it as JSON, the other columns what questions ask for most.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.budget import snapshot
from collector.budget.counters import moment
from collector.budget.journal_files import (
    SNAPSHOT,
    events,
    folder_of,
    numbers,
    path_of,
    read_lines,
    read_snapshot,
    write_snapshot,
)
from collector.budget.ledger import Ledger
from collector.files import aside, make_folder, publish, sync_folder

SCHEMA = pa.schema(
    [
        ("journal", pa.int64()),
        ("line", pa.int64()),
        ("kind", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("organization", pa.string()),
        ("reservation_id", pa.string()),
        ("verdict", pa.string()),
        ("content", pa.string()),
    ]
)


def records_of(data: Path) -> Path:
    """Where the decisions of a data directory are kept."""
    return data / "records" / "budget_decisions"


def run(data: Path) -> int:
    """Move what is over; returns how many journals that were. Raises OSError, JournalError.

    A journal is removed once its rows and the snapshot behind it are on disk; the same call again goes on from there.
    """
    folder = folder_of(data)
    over = numbers(folder)[:-1]
    for number in over:
        path = path_of(folder, number)
        _write(records_of(data), number, path)
        write_snapshot(folder, number + 1, snapshot.taken(_ledger(folder, number)))
        path.unlink()
        path_of(folder, number, SNAPSHOT).unlink(missing_ok=True)
        sync_folder(folder)
    return len(over)


def _ledger(folder: Path, number: int) -> Ledger:
    """What the journal of that number adds up to."""
    is_first = not path_of(folder, number, SNAPSHOT).exists()
    ledger = Ledger() if is_first else snapshot.restored(read_snapshot(folder, number))
    for event in events(path_of(folder, number)):
        ledger.apply(event)
    return ledger


def _write(records: Path, number: int, journal: Path) -> None:
    make_folder(records)
    path = records / f"{number:08d}.parquet"
    rows = [_row(number, line, said) for line, said in enumerate(read_lines(journal))]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), aside(path), compression="zstd")
    publish(path)


def _row(number: int, line: int, said: Mapping[str, Any]) -> dict[str, Any]:
    record = said.get("record") or {}
    reservation = said.get("reservation") or (said.get("grant") or {}).get("reservation")
    organization, _, name = (reservation or "").partition("/")
    return {
        "journal": number,
        "line": line,
        "kind": said["kind"],
        "at": moment(said["at_ns"]),
        "organization": (record.get("scope") or {}).get("organization", organization),
        "reservation_id": name or None,
        "verdict": record.get("verdict"),
        "content": json.dumps(said),
    }
