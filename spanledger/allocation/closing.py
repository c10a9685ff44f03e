"""Whose the dollars of closed months were: `records/periods/attribution/`, one Parquet file a closing, named after it.

A closing counts once its own file in `records/periods` is there; a file here without one means nothing.
"""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import make_folder, write_atomically
from spanledger.published.current import question
from transforms.columns import MONEY

SCHEMA = pa.schema(
    [
        ("date", pa.date32()),
        *[(name, pa.string()) for name in ("organization", "environment", "team", "project", "cost_center")],
        *[(name, pa.string()) for name in ("charge_id", "traffic_source", "method", "rule", "reason")],
        ("corrects_month", pa.date32()),
        ("calls", pa.int64()),
        ("full_calls", pa.int64()),
        ("cost_usd", MONEY),
        ("full_cost_usd", MONEY),
    ]
)
FOLDER = Path("records") / "periods" / "attribution"
NOT_KEPT = "closed before attribution was kept"


def keep(data: Path, event_id: str, connection: duckdb.DuckDBPyConnection, month: object) -> None:
    """Write what the published build of ``connection`` says of a month that is about to be closed."""
    rows = connection.execute(question("month_attribution"), {"month": month}).to_arrow_table().cast(SCHEMA)
    make_folder(data / FOLDER)
    buffer = pa.BufferOutputStream()
    pq.write_table(rows, buffer)
    write_atomically(data / FOLDER / f"{event_id}.parquet", buffer.getvalue().to_pybytes())


def kept(data: Path, events: pa.Table) -> pa.Table:
    """Attribution of all months that are closed after ``events``, rows of `spanledger.periods`; with `SCHEMA`."""
    latest = {row["month"]: (row["event_id"], row["action"]) for row in events.to_pylist()}
    closings = {event_id for event_id, action in latest.values() if action == "closed"}
    there = {event_id: path for event_id in closings if (path := data / FOLDER / f"{event_id}.parquet").exists()}
    files = [pq.read_table(path) for _, path in sorted(there.items())]
    earlier = [_derived(row) for row in events.to_pylist() if row["event_id"] in closings - set(there) and row["date"]]
    return pa.concat_tables([SCHEMA.empty_table(), *files, pa.Table.from_pylist(earlier, schema=SCHEMA)])


def _derived(figures: dict[str, Any]) -> dict[str, Any]:
    """What the total report of a month said that was closed before its attribution was kept."""
    is_owned = bool(figures["team"] or figures["project"])
    return {name: figures.get(name) for name in SCHEMA.names} | {
        "team": figures["team"] or None,
        "project": figures["project"] or None,
        "method": "direct" if is_owned else "unattributed",
        "reason": None if is_owned else NOT_KEPT,
        "full_calls": figures["calls"],
        "full_cost_usd": figures["cost_usd"],
    }
