"""False alarms and power of change points in cost per run, on simulated workflows.

Costs of runs are log-normal (spread of the logarithm 0.87, that of real agent tasks); weekends have a third of the
runs. Streams without a change: of 90 days, judged once, and of a year, judged on every third day by the 90 days before
it, which is how a build after build asks. Streams whose cost changes on day 60 of 90 by a factor: how often that is
found, and how many days off. Days may vary as a whole, and resemble the day before (autocorrelation).

Prints the table of docs/anomalies.md. Ends with 1 when more than 5 % of the years without a change, days independent,
ever show one, or a cost times 1.5 at 40 runs a day is missed in more than 10 %. Run from the project's root:

    python -m benchmarks.drift [--streams 300] [--years 40]
"""

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator

from docs.markdown import grid
from transforms.drift.change_points import Day, changes

FIRST = date(2026, 1, 1)
WINDOW, CHANGED_ON = 90, 60
SPREAD = 0.87
RISES = (1.3, 1.5, 2.0)


@dataclass(frozen=True)
class Workflow:
    """Runs on a weekday; how whole days vary (spread of the log) and resemble the day before."""

    name: str
    runs: float
    days_vary: float = 0.0
    resemble: float = 0.0


WORKFLOWS = (
    Workflow("5 runs a day", 5),
    Workflow("40 runs a day", 40),
    Workflow("40 a day, days vary by 10 %", 40, 0.1),
    Workflow("40 a day, days vary by 10 % and resemble", 40, 0.1, 0.5),
)
GATED = WORKFLOWS[1]


def stream(workflow: Workflow, days: int, rng: Generator, rise: float = 1.0) -> list[Day]:
    """Days of runs; from `CHANGED_ON` on they cost ``rise`` times as much."""
    found, level = [], 0.0
    for number in range(days):
        fresh = math.sqrt(1 - workflow.resemble**2) * rng.normal(0, workflow.days_vary)
        level = workflow.resemble * level + fresh
        runs = int(rng.poisson(workflow.runs * (1 / 3 if number % 7 >= 5 else 1)))
        mean = level + (math.log(rise) if number >= CHANGED_ON else 0.0)
        logs = rng.normal(mean, SPREAD, runs)
        usd = float(np.exp(logs).sum())
        found.append(Day(FIRST + timedelta(number), runs, usd, float(logs.sum()), float((logs**2).sum())))
    return found


def false_windows(workflow: Workflow, streams: int, rng: Generator) -> float:
    """Share of 90-day streams without a change that show one."""
    return float(np.mean([bool(changes(stream(workflow, WINDOW, rng))) for _ in range(streams)]))


def false_years(workflow: Workflow, years: int, rng: Generator) -> float:
    """Share of years without a change in which any reading shows one."""
    return float(np.mean([_ever(stream(workflow, 365, rng)) for _ in range(years)]))


def _ever(days: Sequence[Day]) -> bool:
    return any(changes(days[max(end - WINDOW, 0) : end]) for end in range(14, len(days), 3))


def found(workflow: Workflow, rise: float, streams: int, rng: Generator) -> tuple[float, float]:
    """Share of changes found, and how many days off the found ones are at the median."""
    off = []
    for _ in range(streams):
        told = changes(stream(workflow, WINDOW, rng, rise))
        off += [min(abs((one.at - FIRST).days - CHANGED_ON) for one in told)] if told else []
    return len(off) / streams, float(np.median(off)) if off else math.nan


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=300)
    parser.add_argument("--years", type=int, default=40)
    asked = parser.parse_args(arguments)
    started, rng = time.process_time(), np.random.default_rng(3)
    rows, is_kept = [], True
    for workflow in WORKFLOWS:
        windows = false_windows(workflow, asked.streams, rng)
        years = false_years(workflow, asked.years, rng)
        powers = {rise: found(workflow, rise, asked.streams // 3, rng) for rise in RISES}
        is_kept &= workflow.resemble > 0 or years <= 0.05
        is_kept &= workflow is not GATED or powers[1.5][0] >= 0.9
        told = (f"{share:.0%}, {days:.0f} d off" if share else "0%" for share, days in powers.values())
        rows.append((workflow.name, f"{windows:.1%}", f"{years:.0%}", *told))
    heads = ("workflow", "90 days without a change", "a year of readings", *(f"× {rise:g} found" for rise in RISES))
    sys.stdout.write("\n".join((*grid(heads, rows), f"{time.process_time() - started:.1f} CPU s")) + "\n")
    return int(not is_kept)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
