"""Closing of months: `records/periods/`, append-only Parquet that outlives builds, one file an event.

A closed month keeps the figures it was closed with: the file holds the rows of `rpt_total_cost` of that moment. What
changes later is a correction in the first open month. Months are closed in order, and only the last closed one can be
opened again, with a reason that stays in the records. Whose the month's dollars were is kept beside it
(`spanledger.allocation.closing`).
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import lock, make_folder, write_atomically
from spanledger.allocation import closing
from spanledger.exits import FAILED, USAGE, Failure
from spanledger.published import current
from spanledger.published.current import question
from transforms.columns import MONEY

EVENT: list[tuple[str, pa.DataType]] = [
    ("event_id", pa.string()),
    ("month", pa.date32()),
    ("action", pa.string()),
    ("at", pa.timestamp("us", tz="UTC")),
    ("by", pa.string()),
    ("reason", pa.string()),
    ("is_forced", pa.bool_()),
    ("unpriced_calls", pa.int64()),
    ("build_id", pa.string()),
]
FIGURES: list[tuple[str, pa.DataType]] = [
    ("date", pa.date32()),
    ("organization", pa.string()),
    ("environment", pa.string()),
    ("team", pa.string()),
    ("project", pa.string()),
    ("category", pa.string()),
    ("charge_id", pa.string()),
    ("corrects_month", pa.date32()),
    ("corrected_category", pa.string()),
    ("calls", pa.int64()),
    ("unknown_cost_calls", pa.int64()),
    ("cost_usd", MONEY),
]
SCHEMA = pa.schema([*EVENT, *FIGURES])
"""What was done to a month and, where it was closed, its figures; one row without figures where there are none."""

FOLDER = Path("records") / "periods"


@dataclass(frozen=True)
class Act:
    """Who closes or opens a month, and why."""

    month: date
    by: str
    reason: str | None
    is_forced: bool = False


def read(data: Path) -> pa.Table:
    """Every row of every event, with `SCHEMA`, in order."""
    files = [pq.read_table(path) for path in sorted((data / FOLDER).glob("[!.]*.parquet"))]
    return pa.concat_tables([SCHEMA.empty_table(), *files], promote_options="default")


def closed_months(rows: pa.Table) -> list[date]:
    """Months that are closed after all events of ``rows``, in order."""
    state: dict[date, str] = {}
    for row in rows.select(["month", "action"]).to_pylist():
        state[row["month"]] = row["action"]
    return sorted(month for month, action in state.items() if action == "closed")


def digest(rows: pa.Table) -> str:
    """Changes with every event."""
    return hashlib.sha256("".join(rows["event_id"].unique().to_pylist()).encode()).hexdigest()


def close(data: Path, act: Act, now: datetime) -> pa.Table:
    """Close a month with the figures of the published build; returns what was written. Raises Failure."""
    with current.opened(data) as connection, _held(data):
        events = read(data)
        build_id = _refuse_stale(connection, events)
        _refuse_wrong_time(connection, closed_months(events), act.month, now)
        unpriced = _unpriced(connection, act)
        figures = connection.execute(question("month_figures"), {"month": act.month}).to_arrow_table()
        rows = figures.to_pylist() or [dict.fromkeys(figures.column_names)]
        said = {"is_forced": act.is_forced, "unpriced_calls": unpriced, "build_id": build_id}
        closing.keep(data, _event_id(now), connection, act.month)
        return _append(data, act, "closed", rows, now, said)


def reopen(data: Path, act: Act, now: datetime) -> pa.Table:
    """Open the last closed month again; returns what was written. Raises Failure."""
    with _held(data):
        closed = closed_months(read(data))
        if not closed or closed[-1] != act.month:
            last = f"the last closed month is {closed[-1]:%Y-%m}" if closed else "no month is closed"
            raise Failure(f"{act.month:%Y-%m} cannot be opened: {last}, and only that one can", USAGE)
        return _append(data, act, "reopened", [{}], now, {})


@contextmanager
def _held(data: Path) -> Iterator[None]:
    """One close or reopen at a time; the next one waits."""
    make_folder(data / FOLDER)
    descriptor = lock(data / FOLDER / ".lock", is_waiting=True)
    try:
        yield
    finally:
        os.close(descriptor)


def _refuse_stale(connection: duckdb.DuckDBPyConnection, events: pa.Table) -> str:
    """The published build's id. It must know of what was closed and opened before, else it books corrections elsewhere;
    months closed with one build's figures may follow each other."""
    build_id, known = connection.execute("select build_id, periods from meta.build").fetchall()[0]
    if known != digest(events) and set(events["build_id"].to_pylist()[-1:]) != {build_id}:
        raise Failure("a month was closed or opened since the published build; run `spanledger build` first", FAILED)
    return str(build_id)


def _refuse_wrong_time(connection: duckdb.DuckDBPyConnection, closed: list[date], month: date, now: datetime) -> None:
    if now.date() < _after(month):
        raise Failure(f"{month:%Y-%m} is not over: it can be closed from {_after(month)} (UTC)", USAGE)
    if month in closed:
        raise Failure(f"{month:%Y-%m} is closed already; see `spanledger sql 'from dim_periods'`", USAGE)
    if closed and month < closed[-1]:
        raise Failure(f"{closed[-1]:%Y-%m} is closed, and months are closed in order", USAGE)
    months = connection.execute("select month from dim_periods where month < ? order by month", [month]).fetchall()
    earlier = next((one for (one,) in months if one not in closed), None)
    if earlier:
        raise Failure(
            f"{earlier:%Y-%m} is open and holds figures; months are closed in order, so close it first", USAGE
        )


def _unpriced(connection: duckdb.DuckDBPyConnection, act: Act) -> int:
    calls, models = connection.execute(question("month_unpriced"), {"month": act.month}).fetchall()[0]
    if calls and not act.is_forced:
        raise Failure(
            f"{act.month:%Y-%m} holds {calls} calls that nobody has a price for ({', '.join(models)}): enter their "
            "prices, or close it as it is with --force and a --reason",
            FAILED,
        )
    return int(calls)


def _append(
    data: Path, act: Act, action: str, rows: list[dict[str, object]], now: datetime, said: dict[str, object]
) -> pa.Table:
    at, event_id = now.astimezone(UTC), _event_id(now)
    event = {"event_id": event_id, "month": act.month, "action": action, "at": at, "by": act.by, "reason": act.reason}
    table = pa.Table.from_pylist([{**row, **event, **said} for row in rows], schema=SCHEMA)
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer)
    write_atomically(data / FOLDER / f"{event_id}.parquet", buffer.getvalue().to_pybytes())
    return table


def _event_id(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
