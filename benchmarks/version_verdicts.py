"""False verdicts and power of comparing versions, read after every task, on real costs and outcomes.

Draws streams of tasks from each benchmark of openhands_index for an earlier and a later version: once without a change,
where every verdict is a false one, and once with the later version's costs times 1.3, 1.5 and 2. Either both versions
grow together, task by task, or the earlier one is complete, with 200 or 1,000 tasks, before the later one begins.
Prints the tables of docs/measurements.md. Ends with 1 when, on swt-bench, more than 5 % of the streams without a change
ever get a verdict. The set's folder stands below $SPANLEDGER_PUBLIC_DATA. Run from the project's root:

    python -m benchmarks.version_verdicts [--streams 2000]
"""

import argparse
import math
import sys

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.openhands import Population, populations
from docs.markdown import grid
from transforms.shares import Z
from transforms.version_compare import ALPHA, Arm, compare, read_after_every_task

READINGS = 5000
SHOWN = (200, 1000, 5000)
RISES = (1.3, 1.5, 2.0)
EARLIER: dict[str, int | None] = {"grow together": None, "200 before": 200, "1,000 before": 1000}
ONCE = 200
"""Streams at a time, for the memory's sake."""


def said(population: Population, earlier: int | None, rise: float, streams: int, rng: Generator) -> NDArray[np.bool_]:
    """Whether a verdict stood after each reading; streams × `READINGS`."""
    parts = []
    for start in range(0, streams, ONCE):
        rows = min(ONCE, streams - start)
        old, new = (rng.integers(0, len(population.costs), (rows, tasks)) for tasks in (earlier or READINGS, READINGS))
        parts.append(
            read_after_every_task(
                (population.costs[old], population.successes[old]),
                (population.costs[new] * rise, population.successes[new]),
            )
        )
    return np.concatenate(parts)


def false_verdicts(streams: int, rng: Generator) -> tuple[list[tuple[str, ...]], float]:
    """Rows of the first table, and the largest share on swt-bench."""
    rows: list[tuple[str, ...]] = []
    worst = 0.0
    for name, population in populations().items():
        shares = [said(population, earlier, 1.0, streams, rng).any(axis=1).mean() for earlier in EARLIER.values()]
        rows.append((name, *(_percent(float(share), streams) for share in shares)))
        worst = max(worst, *map(float, shares)) if name == "swt-bench" else worst
    return rows, worst


def power(streams: int, rng: Generator) -> list[tuple[str, ...]]:
    """Rows of the second table: streams of swt-bench that got a verdict within so many tasks of the later version."""
    population = populations()["swt-bench"]
    rows: list[tuple[str, ...]] = []
    for way, earlier in EARLIER.items():
        for rise in RISES:
            found = said(population, earlier, rise, streams, rng)
            rows.append(
                (way, f"× {rise:g}", *(_percent(float(found[:, :n].any(axis=1).mean()), streams) for n in SHOWN))
            )
    return rows


def waits() -> list[tuple[str, ...]]:
    """Rows of the third table: tasks of each version that tell a ratio on average, both growing together."""
    population = populations()["swt-bench"]
    costs, successes = population.costs, population.successes
    ratio = population.per_success
    spread = float(((costs - ratio * successes) ** 2).sum() * len(costs) / costs.sum() ** 2)
    rows: list[tuple[str, ...]] = []
    for rise in (1.1, 1.2, *RISES):
        tasks = next(n for n in range(50, 100_000, 10) if _is_told(n, rise, spread))
        rows.append((f"× {rise:g}", f"{tasks:,}"))
    return rows


def _is_told(tasks: int, rise: float, spread: float) -> bool:
    return compare(Arm(tasks, tasks, tasks, spread), Arm(tasks, tasks, tasks * rise, spread)).verdict != "unclear"


def _percent(share: float, samples: int) -> str:
    return f"{100 * share:.1f} ± {100 * Z * math.sqrt(share * (1 - share) / samples):.1f}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=2000)
    streams, rng = parser.parse_args(arguments).streams, np.random.default_rng(5)
    false, worst = false_verdicts(streams, rng)
    tables = (
        *grid(("no change, %", *EARLIER), false),
        *grid(("swt-bench, %", "later version", *(f"within {n:,}" for n in SHOWN)), power(streams // 4, rng)),
        *grid(("swt-bench", "tasks of each"), waits()),
    )
    sys.stdout.write("\n".join(tables) + "\n")
    return int(worst > ALPHA)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
