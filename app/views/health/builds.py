"""The last builds: when, how long, what they held, how many checks they passed; and those that did not come about."""

from datetime import datetime
from pathlib import Path
from typing import Any

from app import figures, grids
from app.cards import finding
from app.grids import Column
from app.installation import kept
from app.views.health import words

SHOWN = 12


def section(data: Path, now: datetime) -> None:
    """The builds, the newest first."""
    every = kept.builds(data)
    if not every:
        finding("No build is written down yet", "Each build from now on is listed here; failures say why.")
        return
    failed = [one for one in every if one.error]
    done = len(every) - len(failed)
    finding(_title(every[0], done, len(failed)), f"The last {len(every[:SHOWN])} of {len(every)} that are kept")
    grids.grid(
        [_row(one, now) for one in every[:SHOWN]],
        [
            Column("at", "Build", html=lambda row: grids.explained(row["at"], row["said"])),
            grids.number("ms", "Took", figures.duration),
            grids.number("lake_rows", "Spans in the lake"),
            grids.number("calls", "Calls", is_minor=True),
            grids.number("tasks", "Tasks", is_minor=True),
            grids.number("segments", "New segments", definition="Parts of the log that it read anew.", is_minor=True),
            grids.number(
                "checks", "Checks passed", definition="Tests of the tables; one that fails publishes nothing."
            ),
        ],
    )


def _title(last: kept.Build, done: int, failed: int) -> str:
    if last.error:
        times = "" if last.times == 1 else f", {last.times} times in a row"
        return f"The last build did not come about{times}: the published one stayed"
    if failed:
        return f"{done} builds came about, {failed} did not"
    return "The last build passed all its checks" if done == 1 else f"All of the last {done} builds passed their checks"


def _row(one: kept.Build, now: datetime) -> dict[str, Any]:
    kind = "everything made anew" if one.is_full else "carried on from the build before"
    return {
        "at": f"{words.moment(one.at)}, {words.age(one.at, now)}",
        "said": f"Did not come about: {one.error}" if one.error else f"{one.build_id}, {kind}",
        "ms": None if one.seconds is None else one.seconds * 1000,
        "lake_rows": one.lake_rows,
        "calls": one.rows.get("fct_calls"),
        "tasks": one.rows.get("fct_tasks"),
        "segments": one.new_segments,
        "checks": one.checks,
    }
