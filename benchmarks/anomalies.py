"""The anomaly detector on labelled series, and on what was planted in the simulated company.

Labelled: 25 real series with 59 windows (NAB), hourly. Each rule's threshold is chosen on a random half of the series
and scored on the other, over many splits; the naive rule, an hour above three times the mean of the 24 hours before,
stands beside it as it is and with a chosen factor. Labels tell drops too, so the detector is asked both ways, and
upwards only, which is how spend is judged.

Planted: companies of several seeds, judged hour by hour and day by day in every scope with the floors of money. What is
flagged on the day of the runaway job is found, in its first hour or later; every other flag is a false alarm, unless it
stands on the days of another planted change.

Prints the tables of docs/anomalies.md. Ends with 1 when the detector does not beat the naive rule in precision, recall
and false alarms at once, when a runaway is missed in its hour, or when an ordinary day of a company raises an alarm.
The set's folder stands below $SPANLEDGER_PUBLIC_DATA. Run from the project's root:

    python -m benchmarks.anomalies [--splits 200] [--companies 10]
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from benchmarks import planted
from benchmarks.labelled_series import Floats, Held, Series, held_out, load, table
from docs.markdown import grid
from transforms.anomalies.detector import HOURLY, judge, past

TIMES = [float(times) for times in np.arange(1.2, 8, 0.1)]
SCORES = [float(score) for score in (*np.arange(0.5, 8, 0.25), *np.arange(8, 30))]
LEAST_SPREAD = 1e-9
END = date(2026, 11, 1)


def naive(values: Floats) -> Floats:
    """The hour ÷ the mean of the 24 before."""
    mean, _, _ = past(values[:, None], 24)
    ratio: Floats = values / mean[:, 0]
    return ratio


def week(values: Floats) -> Floats:
    """Standard score against the last 7 days, both ways."""
    mean, spread, known = past(values[:, None], 168)
    score: Floats = np.abs(values - mean[:, 0]) / np.fmax(spread[:, 0], 0.05 * np.abs(mean[:, 0]) + LEAST_SPREAD)
    return np.where(known[:, 0] >= 24, score, np.nan)


def ours(values: Floats) -> Floats:
    """The product's score, both ways."""
    return judge(values[:, None], HOURLY, least_spread=LEAST_SPREAD, is_two_sided=True).score[:, 0]


def upwards(values: Floats) -> Floats:
    """The product's score as spend is judged: only more is unusual."""
    return judge(values[:, None], HOURLY, least_spread=LEAST_SPREAD).score[:, 0]


RULES: dict[str, tuple[Callable[[Floats], Floats], list[float]]] = {
    "three times yesterday's mean": (naive, [3.0]),
    "so many times yesterday's mean": (naive, TIMES),
    "standard score of 7 days": (week, SCORES),
    "this detector": (ours, SCORES),
    "this detector, upwards only": (upwards, SCORES),
}
NAIVE, OURS = "three times yesterday's mean", "this detector"


def labelled(series: Sequence[Series], splits: int, only: Sequence[str] = ()) -> dict[str, Held]:
    """Every rule, or those named, on the same splits."""
    return {
        name: held_out(
            table(series, [rule(one.values) for one in series], thresholds), splits, np.random.default_rng(1)
        )
        for name, (rule, thresholds) in RULES.items()
        if not only or name in only
    }


def rows(found: dict[str, Held]) -> list[tuple[str, ...]]:
    """As the page shows them."""
    return [
        (
            name,
            f"{held.f1:.2f} ({held.range[0]:.2f} – {held.range[1]:.2f})",
            f"{held.precision:.2f}",
            f"{held.recall:.2f}",
            f"{held.false_a_week:.2f}",
        )
        for name, held in found.items()
    ]


def is_better(found: dict[str, Held]) -> bool:
    """The promise: better recall and precision than the naive rule, with fewer than half of its false alarms."""
    mine, theirs = found[OURS], found[NAIVE]
    return (
        mine.recall > theirs.recall
        and mine.precision > theirs.precision
        and mine.false_a_week < theirs.false_a_week / 2
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--companies", type=int, default=10)
    asked = parser.parse_args(arguments)
    series = load()
    started = time.process_time()
    found = labelled(series, asked.splits)
    companies = [planted.judged(seed, END) for seed in range(asked.companies)]
    lines = (
        *grid(
            ("rule", "F1 (5 – 95 of 100 splits)", "precision", "recall", "false alarms a series and week"), rows(found)
        ),
        *grid(("simulated companies", "runaway jobs", "found in their hour", "false alarms"), [planted.row(companies)]),
        f"{sum(len(one.values) for one in series):,} hours, {asked.splits} splits, "
        f"{time.process_time() - started:.1f} CPU s",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return int(not is_better(found) or not planted.is_kept(companies))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
