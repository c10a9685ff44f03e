"""What a build and a page's questions cost when the warehouse is large.

    python -m benchmarks.build_at_size --calls 10000000 --days 90 --folder size

Makes a lake of that many calls (`benchmarks.history`), then measures, each in a process of its own:

* a full build: wall time, CPU, largest resident memory, the slowest nodes;
* a build after 10,000 more spans, the next in order of arrival, on that history and on none; the same with 1 % of them
  up to 40 days late. What a build of a single new span on no history takes is dbt's fixed cost, and is taken off both;
* every question that the explorer's pages ask, with the period of 30 days they open with, as they ask it: the median of
  five.

The machine's other work shows in wall times, hardly in CPU seconds. Exits 1 when a promise is broken: an incremental
build takes more than `MOST_TIMES` the CPU of one on no history, or a question more than `MOST_MS`. A full build's
promise is checked at its full size alone.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from app import filters, limits, questions
from benchmarks import history
from sample_traces import company
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from spanledger.published.builds import Builds
from transforms.read_only import open_read_only

NEW_SPANS = 10_000
LATE_SHARE, LATE_DAYS = 0.01, 40
MOST_TIMES, MOST_MS = 1.5, 300.0
FULL_CALLS, FULL_WALL_S, FULL_BYTES = 10_000_000, 240.0, 8 * 1024**3
SHOWN = 12
REST = "rest.parquet"
WEDNESDAY = 2


def make(folder: Path, calls: int, days: int, seed: int) -> None:
    """A data directory with the lake and prices, and the spans that come next beside it; kept if it is there."""
    if (folder / REST).exists():
        return
    today = datetime.now(UTC).date()
    last = today - timedelta(
        days=(today.weekday() - WEDNESDAY) % 7
    )  # a weekend's evening has too few spans to come next
    week = history.make_week(seed, last - timedelta(days=days - 1))
    rest = history.write_history(folder / "lake", week, calls, days)
    company.write_prices(week.company, folder / "prices.csv")
    pq.write_table(rest, folder / REST)


def build(folder: Path, full: str, now: datetime) -> None:
    """One build in this process; prints what it took as JSON."""
    builder = Builder(folder, folder / "lake", PriceFiles(folder / "prices.csv"), clock=lambda: now)
    before, started = _cpu_s(), time.monotonic()
    outcome = builder.build(full_refresh=full == "full")
    taken = {
        "wall_s": time.monotonic() - started,
        "cpu_s": _cpu_s() - before,
        "rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "is_full": outcome.is_full,
        "lake_rows": outcome.lake_rows,
        "nodes": dict(sorted(builder.node_seconds.items(), key=lambda node: -node[1])[:SHOWN]),
    }
    _write(json.dumps(taken))


def ask(folder: Path, rounds: int) -> dict[str, float]:
    """Median milliseconds of each question of the pages that some choice of parameters answers."""
    path = Builds(folder).published
    assert path is not None
    with open_read_only(str(path), memory_bytes=limits.memory_bytes()) as connection:
        parameters = parameters_of(connection)
        return {name: _median_ms(connection, name, parameters, rounds) for name in _questions()}


def _questions() -> list[str]:
    return sorted(path.stem for path in questions.QUERIES.glob("*.sql"))


def _median_ms(connection: duckdb.DuckDBPyConnection, name: str, known: dict[str, Any], rounds: int) -> float:
    text = questions.asked(name, known)
    bound = questions.bound(text, known, f"{name}.sql")
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        connection.execute(text, bound).fetchall()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def parameters_of(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What a page opened without filters binds, and the keys of one dear call."""
    [first_day, last_day, until, _] = connection.execute(questions.sql("extent")).fetchall()[0]
    days = filters.window(filters.DEFAULT_PERIOD, first_day, last_day)
    before = days.first - timedelta(days=days.days)
    call = connection.execute(
        "select call_id, date, organization as org, trace_id, span_id, task_id, organization as task_org, "
        "task_traffic_source as task_source, environment as of_environment, organization as of_organization, "
        "workflow_id as of_workflow, provider as price_provider, model as price_model "
        "from fct_calls where date = ? and workflow_id is not null order by cost_usd desc nulls last limit 1",
        [last_day],
    ).to_arrow_table()
    return {
        **filters.as_parameters(filters.Filters()),
        **call.to_pylist()[0],
        "first": days.first,
        "last": days.last,
        "until_at": max(until, datetime.combine(days.last, clock.min, UTC)),
        "before_from": before,
        "before_to": days.first - timedelta(days=1),
        "after_from": days.first,
        "after_to": days.last,
        "from_date": days.first,
        "to_date": days.last,
        "by": "team",
        "is_spread": True,
        "view": "split",
        "month": days.last.replace(day=1),
        "step_seconds": 3600,
        "scope_kind": "organization",
        "scope": call["org"][0].as_py(),
        "owner": None,
        "status": "final",
        "budget": None,
        "fewest_runs": 20,
        "of_source": "production",
        "of_kind": "model",
        "of": call["org"][0].as_py(),
        "kind": "organization",
        "which": call["org"][0].as_py(),
        "part": "workflow",
        "today": days.last,
        **dict.fromkeys(("for_workflow", "for_size", "for_feature", "for_model", "for_like", "of_step")),
        "of_kept": 0,
        "most": 400,
        "limit_rows": 50,
        "skip_rows": 0,
        "order": "cost",
    }


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(folder: Path, full: str = "", now: datetime | None = None) -> dict[str, Any]:
    """What a build takes in a process of its own; ``now``: when it takes place, if not today."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.build_at_size",
        "--folder",
        str(folder),
        "--only-build",
        full or "next",
        *(("--now", now.isoformat()) if now else ()),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return taken


def _say(what: str, taken: dict[str, Any]) -> None:
    _write(
        f"{what}: {taken['cpu_s']:.1f} CPU s, {taken['wall_s']:.1f} s wall, {taken['rss_bytes'] / 1024**3:.2f} GiB, "
        f"{taken['lake_rows']:,} spans in the lake"
    )
    _write("    " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in taken["nodes"].items()))


def _incremental(folder: Path, new_spans: int, days: int) -> Iterator[tuple[str, float]]:
    """What builds of new spans took beyond the fixed cost, on the history, times what they took on none."""
    rest = pq.read_table(folder / REST)
    none = folder / "none"
    shutil.rmtree(none, ignore_errors=True)
    (none / "lake").mkdir(parents=True)
    shutil.copy(folder / "prices.csv", none / "prices.csv")
    measure(none)
    parts = _parts(rest, new_spans, min(LATE_DAYS, days))
    fixed = 0.0
    for name, rows in parts.items():
        history.land(none / "lake", rows, f"{name}-n")
        alone = measure(none)
        _say(f"{name}, on no history", alone)
        if name == "one new span":
            fixed = alone["cpu_s"]
            continue
        history.land(folder / "lake", rows, f"{name}-n")
        beside = measure(folder)
        _say(f"{name}, on the history", beside)
        yield name, (beside["cpu_s"] - fixed) / max(alone["cpu_s"] - fixed, 0.1)


def _parts(rest: pa.Table, new_spans: int, days: int) -> dict[str, pa.Table]:
    if rest.num_rows < 2 * new_spans + 1:
        raise ValueError(f"{rest.num_rows} spans come next, {2 * new_spans + 1} are needed: make a larger history")
    return {
        "one new span": rest.slice(0, 1),
        f"{new_spans:,} new spans": rest.slice(1, new_spans),
        f"{new_spans:,} of which 1 % are late": history.late(rest.slice(1 + new_spans, new_spans), LATE_SHARE, days),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the number of promises broken, at most 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument(
        "--days", type=int, default=9, help="the default's days are as full as those of 10 million in 90"
    )
    parser.add_argument("--new-spans", type=int, default=NEW_SPANS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to work, left as it is at the end; else a temporary one")
    parser.add_argument("--only-build", choices=("full", "next"), help=argparse.SUPPRESS)
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only_build:
        build(options.folder, options.only_build, options.now)
        return 0
    if options.folder:
        return _report(options, options.folder)
    with tempfile.TemporaryDirectory() as folder:
        return _report(options, Path(folder))


def _report(options: argparse.Namespace, folder: Path) -> int:
    make(folder, options.calls, options.days, options.seed)
    full = measure(folder, "full")
    _say(f"full build of {options.calls:,} calls over {options.days} days", full)
    broken = options.calls >= FULL_CALLS and (full["wall_s"] > FULL_WALL_S or full["rss_bytes"] > FULL_BYTES)
    for name, times in _incremental(folder, options.new_spans, options.days):
        _write(f"{name}: {times:.2f} times what it takes on no history, beyond the fixed cost; at most {MOST_TIMES}")
        broken = broken or times > MOST_TIMES
    asked = ask(folder, options.rounds)
    for name, taken_ms in sorted(asked.items(), key=lambda one: -one[1]):
        _write(f"{taken_ms:9.1f} ms  {name}")
    slow = [name for name, taken_ms in asked.items() if taken_ms > MOST_MS]
    _write(f"{len(asked) - len(slow)} of {len(asked)} questions within {MOST_MS:.0f} ms")
    return int(broken or bool(slow))


if __name__ == "__main__":
    sys.exit(main())
