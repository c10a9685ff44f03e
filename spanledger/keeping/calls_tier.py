"""The calls' tier (`keep_calls_months`): days are closed month by month, and single calls of closed days go.

In this order, so that whatever dies in between, every figure is there once and the next run goes on:

1. the daily models' rows of the days, and what is left of their traces, are written to `records/closed_days/` under a
   hidden name, which then gets its own: from that moment the days are closed (see `closed_days`);
2. records forget the calls: spans that retention kept, outcomes of tasks that are gone, names in restatements;
3. everything is built anew, with no span of closed days but those that are left; older builds and their facts go;
4. what is left is counted, and the receipt is written to `records/retention/calls/`.

What stays of closed days are traces, runs and tasks that have something since: as they are one with it.
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePath
from typing import Any

import duckdb

from collector.data_format import claim
from collector.files import lock, make_folder, sync_folder
from collector.store import keeper
from collector.store.erasing import sha256
from collector.store.lake import LOCK_NAME
from collector.store.lake_file import TREES
from collector.store.lake_store import store_of
from spanledger.freshness import behind
from spanledger.keeping import calls_forgotten, closed_days, removals
from spanledger.keeping.closed_days import CLOSING, LEFT, OUTCOMES, Closing
from spanledger.keeping.retention import DAY_PREFIX, RetentionError, hours_in_log
from spanledger.published.builds import Builds, sync
from spanledger.published.daily_models import daily_models

logger = logging.getLogger(__name__)

SQL = Path(__file__).parent.parent / "sql"


class NotDueError(RetentionError):
    """Calls are old enough, and something speaks against closing their days today; the message says what."""


@dataclass(frozen=True)
class Due:
    """Calls of days before ``calls_from`` are older than asked for."""

    calls_from: date
    calls: int
    why_kept: str | None  # what speaks against closing their days now


def first_kept(months: int, today: date) -> date:
    """The first day whose calls stay: months go whole, ``months`` months after they ended."""
    number = today.year * 12 + today.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def due(data: Path, lake: PurePath, months: int, today: date) -> Due | None:
    """What would be closed; None where nothing is old enough. Raises LakeError, OSError, duckdb.Error."""
    day, closed = first_kept(months, today), closed_days.read(data)
    warehouse = Builds(data).published
    if warehouse is None or (closed.calls_from and day <= closed.calls_from):
        return None
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select count(*) from main.fct_calls where date < ?"
        [(calls,)] = connection.execute(query, [day]).fetchall()
    return Due(day, calls, _why_kept(data, lake, day)) if calls else None


def _why_kept(data: Path, lake: PurePath, day: date) -> str | None:
    store = store_of(lake, data)
    names = {hour.folder.parent.name.removeprefix(DAY_PREFIX) for tree in TREES for hour in store.hours(lake / tree)}
    if old := sorted(name for name in names if date.fromisoformat(name) < day):
        return f"raw spans that arrived on {old[0]} are in the lake: keep_spans_days removes them first"
    if old_requests := sorted(one.date() for one in hours_in_log(data / "log") if one.date() < day):
        return f"the log holds requests of {old_requests[0]}: start the collector, which lands them"
    return None


def expire(data: Path, lake: PurePath, months: int, now: datetime, build: Callable[[], object]) -> list[dict[str, Any]]:
    """Close what is due and let its calls go; returns the receipts, of a run that died before, too.

    ``build`` makes and publishes what is new. Waits for compaction and backups. Raises one of `retention.NOT_REMOVED`,
    and what ``build`` raises; NotDueError where something has to stay, with the reason.
    """
    keeper.refuse_others(data, lake)
    claim(data)
    builds = Builds(data)
    with builds.lock():
        make_folder(data / "run")
        held = lock(data / "run" / LOCK_NAME, is_waiting=True)
        try:
            found = due(data, lake, months, now.astimezone(UTC).date())
            if found and not found.why_kept:
                _close(data, lake, found.calls_from, months, now, builds)
            open_ends = [one for one in closed_days.read(data).closings if not _receipt(data, one).exists()]
            if open_ends:
                calls_forgotten.forget(data, open_ends[-1])
        finally:
            os.close(held)
    if open_ends:
        build()
        with builds.lock():
            _keep_only(builds)
            return [_finish(data, one, builds, now) for one in open_ends]
    if found and found.why_kept:
        raise NotDueError(f"calls before {found.calls_from} stay: {found.why_kept}")
    return []


def _close(data: Path, lake: PurePath, day: date, months: int, now: datetime, builds: Builds) -> None:
    """The commit: the folder of the closing appears."""
    before = closed_days.read(data)
    make_folder(before.folder)
    hidden = before.folder / f".{day}"
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir()
    scratch = data / "run" / "duckdb"
    with duckdb.connect(config={"temp_directory": str(scratch), "threads": 2}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{builds.published}' as published (read_only)")
        connection.execute("set variable calls_from = ?::date", [day])
        connection.execute("set variable open_from = ?::date", [before.calls_from or date.min])
        connection.execute((SQL / "close_days.sql").read_text())
        while connection.execute((SQL / "reach_kept.sql").read_text()).fetchall() != [(0,)]:
            pass
        said = _written(connection, hidden)
        said |= _costs(connection, before.closings)
        [(made_at,)] = connection.execute("select made_at from published.meta.build").fetchall()
    since = min([made_at.astimezone(UTC), *_unread_hours(data, lake)])
    said |= {"closed_at": since.isoformat(), "at": now.isoformat(), "keep_calls_months": months}
    (hidden / CLOSING).write_text(json.dumps(said | {"build_id": builds.current}, indent=1, sort_keys=True))
    for path in [*hidden.iterdir(), hidden]:
        sync(path)
    hidden.rename(before.folder / str(day))
    sync_folder(before.folder)
    logger.info("closed the days before %s: %d calls go", day, said["gone_calls"])


def _unread_hours(data: Path, lake: PurePath) -> list[datetime]:
    """Hours of arrival of what the published build has not read: in the lake, and still in the log."""
    said = [file.path.parts[-3:-1] for file in behind(data, lake).files if DAY_PREFIX in str(file.path)]
    return hours_in_log(data / "log") + [
        datetime.fromisoformat(f"{day.removeprefix(DAY_PREFIX)}T{hour.partition('=')[2]}:00:00+00:00")
        for day, hour in said
    ]


def _written(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    closed = []
    for model in daily_models():
        closed.append(_copied(connection, model.closed_rows("published"), folder / f"{model.name}.parquet"))
    left = _copied(connection, "from left_spans order by trace_key, span_id", folder / LEFT)
    outcomes = _copied(connection, "from gone_outcomes order by all", folder / OUTCOMES)
    calls, digest = 0, hashlib.sha256()
    cursor = connection.execute("select organization || '/' || call_id from gone_calls order by 1")
    while rows_of := cursor.fetchmany(100_000):
        calls += len(rows_of)
        digest.update("".join(f"{one}\n" for (one,) in rows_of).encode())
    return {
        "closed": closed,
        "left_spans": left["rows"],
        "gone_outcomes": outcomes["rows"],
        "gone_calls": calls,
        "gone_calls_digest": digest.hexdigest(),
    }


def _copied(connection: duckdb.DuckDBPyConnection, rows: str, path: Path) -> dict[str, Any]:
    [(count,)] = connection.execute(f"copy ({rows}) to '{path}' (format parquet, compression zstd)").fetchall()
    return {"file": path.name, "rows": count, "sha256": sha256(path)}


def _costs(connection: duckdb.DuckDBPyConnection, before: tuple[Closing, ...]) -> dict[str, str]:
    """What later calls of tasks of closed days cost now, and beyond what they did at each closing before."""
    [(early,)] = connection.execute("select cost_usd from later_cost").fetchall()
    late = before[-1].late_cost_usd if before else 0
    if before:
        connection.execute("set variable calls_from = ?::date", [before[-1].calls_from])
        [(since,)] = connection.execute("select cost_usd from later_cost").fetchall()
        late += since - before[-1].early_cost_usd
    return {"early_cost_usd": str(early), "late_cost_usd": str(late)}


def _keep_only(builds: Builds) -> None:
    """Remove every build but the published one, and the facts that no other names."""
    for folder in sorted(builds.folder.iterdir()):
        if folder.is_dir() and folder.name != builds.current:
            shutil.rmtree(folder)
    sync_folder(builds.folder)
    builds.clean()


def _receipt(data: Path, closing: Closing) -> Path:
    return removals.folder_of(data) / "calls" / f"{closing.calls_from}.parquet"


def _finish(data: Path, closing: Closing, builds: Builds, now: datetime) -> dict[str, Any]:
    """Count what is left, and write the receipt. Raises RetentionError where a call is there that should be gone."""
    with duckdb.connect(str(builds.published), read_only=True) as connection:
        query = "select count(*) from facts.int_spans where date < ?"
        [(left,)] = connection.execute(query, [closing.calls_from]).fetchall()
    if left > closing.said["left_spans"]:
        raise RetentionError(
            f"{left} spans before {closing.calls_from} are in the build, {closing.said['left_spans']} were left"
        )
    row = {
        "at": now,
        "keep_calls_months": closing.said["keep_calls_months"],
        "tree": "calls",
        "calls_from": closing.calls_from,
        "build_id": closing.build_id,
        "spans": left,
        **{name: closing.said[name] for name in ("gone_calls", "gone_outcomes", "closed")},
        "digest": closing.said["gone_calls_digest"],
    }
    removals.write(_receipt(data, closing), row)
    return row
