"""A warehouse that grows as one in use does: a quarter's calls are landed and built, again and again.

    python -m benchmarks.grow --folder grown --calls 100000000 --days 910 --by-days 91 [--rounds 1]

The history is that of `benchmarks.history`, of as many calls over as many days, the last of them last Wednesday. Each
round lands the next ``--by-days`` days, measures the build of them, then lands the 10,000 spans that come next and
measures the build of those. A build's time is that of its spans' arrival: what comes for days that are over restates
them. A round that was cut off is landed and built again as far as it was not; what is done is read from ``grown.jsonl``
in the folder, to which each build adds a line: spans in the lake, CPU and wall seconds, largest resident memory, bytes
of the lake, of facts and of the published build. So a hundred million calls need no five hours in one piece.
`python -m benchmarks.pages_at_size --folder grown` then measures the pages.
"""

import argparse
import json
import sys
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pyarrow as pa

from benchmarks import history
from benchmarks.build_at_size import NEW_SPANS, WEDNESDAY, measure
from benchmarks.measuring import say
from sample_traces import company
from spanledger.published.builds import Builds

PLAN, DONE = "plan.json", "grown.jsonl"
EVENING = 6
"""A round ends that many hours before midnight, on a working day: what comes next is of that day."""


def grow(folder: Path, rounds: int) -> None:
    """Go on with the plan of ``folder`` for that many rounds, or to its end."""
    plan = json.loads((folder / PLAN).read_text())
    week = history.make_week(plan["seed"], date.fromisoformat(plan["first"]))
    copies = history.copies_for(week, plan["calls"], plan["days"])
    company.write_prices(week.company, folder / "prices.csv")
    done = _done(folder)
    for number in range(done, min(done + rounds, plan["days"] // plan["by_days"])):
        landed = {path.name for path in (folder / "lake" / "spans").rglob("*.parquet")}
        end = (number + 1) * plan["by_days"] * 24 - EVENING
        start = end - plan["by_days"] * 24 + EVENING if number else 0
        if number:
            next_, rest = _evening(week, copies, start - EVENING)
            _land(folder, landed, f"{start:012d}-a", next_)
            _land(folder, landed, f"{start:012d}-b", rest)
        for hour, rows in history.arrivals(week, copies, start, end):
            _land(folder, landed, f"{hour:012d}-h", rows)
        now = datetime.combine(date.fromisoformat(plan["first"]), clock.min, UTC) + timedelta(hours=end)
        _built(folder, f"{plan['by_days']} days", number, now)
        next_, _ = _evening(week, copies, end)
        _land(folder, landed, f"{end + EVENING:012d}-a", next_)
        _built(folder, f"{next_.num_rows:,} new spans", number, now + timedelta(hours=EVENING))


def _done(folder: Path) -> int:
    """Rounds whose days are built."""
    done = folder / DONE
    said = [json.loads(line) for line in done.read_text().splitlines()] if done.exists() else []
    return 1 + max((line["round"] for line in said), default=-1)


def _evening(week: history.Week, copies: int, hour: int) -> tuple[pa.Table, pa.Table]:
    """The spans that come next after a round's end, and the day's others."""
    hours = [rows for _, rows in history.arrivals(week, copies, hour, hour + EVENING)]
    rows = pa.concat_tables(hours).sort_by("received_at_ns")
    return rows.slice(0, NEW_SPANS), rows.slice(NEW_SPANS)


def _land(folder: Path, landed: set[str], segment: str, rows: pa.Table) -> None:
    if not any(name.startswith(segment) for name in landed):
        history.land(folder / "lake", rows, segment)


def _built(folder: Path, what: str, number: int, now: datetime) -> None:
    taken = measure(folder, now=now)
    published = Builds(folder).published
    assert published is not None
    sizes = {name: _bytes(path) for name, path in (("lake", folder / "lake"), ("facts", folder / "facts"))}
    line = {"what": what, "round": number, "at": datetime.now(UTC).isoformat(timespec="seconds")} | taken
    line |= {f"{name}_bytes": size for name, size in sizes.items()} | {"build_bytes": _bytes(published.parent)}
    with (folder / DONE).open("a") as file:
        file.write(json.dumps(line) + "\n")
    say(json.dumps({name: value for name, value in line.items() if name != "nodes"}))


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _plan(options: argparse.Namespace) -> None:
    """The plan is made once: later rounds are of the same history."""
    if not (options.folder / PLAN).exists():
        (options.folder / "lake").mkdir(parents=True)
        today = datetime.now(UTC).date()
        last = today - timedelta(days=(today.weekday() - WEDNESDAY) % 7 or 7)
        first = last - timedelta(days=options.days - 1)
        said = {"first": first.isoformat(), "calls": options.calls, "days": options.days}
        text = json.dumps(said | {"by_days": options.by_days, "seed": options.seed})
        (options.folder / PLAN).write_text(text)


def main() -> int:
    """Grow, and print each build's line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=100_000_000)
    parser.add_argument("--days", type=int, default=910)
    parser.add_argument("--by-days", type=int, default=91)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=1_000_000, help="as many more; to the plan's end unless said")
    options = parser.parse_args()
    _plan(options)
    grow(options.folder, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
