"""How often the 95 % interval of the cost per successful task holds the truth, and why this formula was chosen.

Draws n tasks from each benchmark of openhands_index with replacement, singly and by whole instances (22 agents worked
on each), and counts how often the interval of the sample holds the population's figure. Prints the tables of
docs/measurements.md. Ends with 1 when, at 1,000 tasks, swt-bench or swe-bench-multimodal is outside 93–97 % by more
than the simulation's error.
The set's folder stands below $SPANLEDGER_PUBLIC_DATA. Run from the project's root:

    python -m benchmarks.interval_coverage [--replicates 10000]
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.openhands import Population, populations
from docs.markdown import grid
from transforms import cost_ratio
from transforms.cost_ratio import Floats, Sums
from transforms.shares import Z

SIZES = (50, 200, 1000)
DESIGNS = ("single tasks", "whole instances")
GATED, LEAST, MOST = ("swt-bench", "swe-bench-multimodal"), 0.93, 0.97
CHUNK = 500
Ends = tuple[Floats, Floats]
Sample = tuple[Sums, NDArray[np.bool_]]


def normal(of: Sums) -> Ends:
    ratio, error, _ = _linearised(of)
    return ratio - Z * error, ratio + Z * error


def student(of: Sums) -> Ends:
    ratio, error, quantile = _linearised(of)
    return ratio - quantile * error, ratio + quantile * error


def log_normal(of: Sums) -> Ends:
    ratio, error, _ = _linearised(of)
    return ratio * np.exp(-Z * error / ratio), ratio * np.exp(Z * error / ratio)


def fieller(of: Sums) -> Ends:
    """Fieller (1954): all ratios r at which the mean of cost − r · success is not significantly different from 0."""
    n, square = of.units, cost_ratio.student_quantile(of.units - 1) ** 2
    mean_c, mean_s = of.cost / n, of.successes / n
    a = mean_s**2 - square * (of.successes_squared - n * mean_s**2) / (n - 1) / n
    b = mean_c * mean_s - square * (of.cost_successes - n * mean_c * mean_s) / (n - 1) / n
    c = mean_c**2 - square * (of.cost_squared - n * mean_c**2) / (n - 1) / n
    root = np.sqrt(np.maximum(b**2 - a * c, 0))
    is_bounded = a > 0
    safe = np.where(is_bounded, a, 1)
    return np.where(is_bounded, (b - root) / safe, -np.inf), np.where(is_bounded, (b + root) / safe, np.inf)


METHODS: dict[str, Callable[[Sums], Ends]] = {
    "R ± z·se": normal,
    "R ± t·se": student,
    "R · exp(± z·se/R)": log_normal,
    "**R · exp(± t·se/R)**": cost_ratio.interval,
    "Fieller": fieller,
}
CHOSEN = "**R · exp(± t·se/R)**"


def _linearised(of: Sums) -> tuple[Floats, Floats, Floats]:
    ratio = of.cost / of.successes
    return ratio, ratio * np.sqrt(cost_ratio.relative_variance(of)), cost_ratio.student_quantile(of.units - 1)


@dataclass(frozen=True)
class Count:
    """Of the samples of one design: in how many the interval held, was too low, too high, or missing; heavy tails."""

    samples: int
    held: dict[str, int]
    too_low: int
    too_high: int
    badged: int
    held_unbadged: int

    @property
    def coverage(self) -> float:
        return self.held[CHOSEN] / self.samples

    @property
    def error(self) -> float:
        """95 % error of the simulation itself."""
        return Z * float(np.sqrt(self.coverage * (1 - self.coverage) / self.samples))


def count(population: Population, size: int, design: str, replicates: int, rng: Generator) -> Count:
    """Draw ``replicates`` samples and count. A sample without a success has no interval; it counts as not held."""
    held = dict.fromkeys(METHODS, 0)
    low = high = badged = held_unbadged = 0
    for of, is_heavy in _samples(population, size, design, replicates, rng):
        truth = population.per_success
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ends = {name: method(of) for name, method in METHODS.items()}
        for name, (below, above) in ends.items():
            held[name] += int(((below <= truth) & (truth <= above)).sum())
        below, above = ends[CHOSEN]
        low, high = low + int((above < truth).sum()), high + int((below > truth).sum())
        badged += int(is_heavy.sum())
        held_unbadged += int(((below <= truth) & (truth <= above) & ~is_heavy).sum())
    return Count(replicates, held, low, high, badged, held_unbadged)


def _samples(population: Population, size: int, design: str, replicates: int, rng: Generator) -> Iterator[Sample]:
    """Sums of the samples, and which of them are marked as heavy-tailed."""
    by_cluster = _by_cluster(population)
    draws = round(size / float(by_cluster.tasks.mean()))
    for start in range(0, replicates, CHUNK):
        rows = min(CHUNK, replicates - start)
        if design == DESIGNS[0]:
            chosen = rng.integers(0, len(population.costs), (rows, size))
            costs = population.costs[chosen]
            of = cost_ratio.sums(costs, population.successes[chosen])
            tasks, largest = of.units, costs.max(-1)
        else:
            chosen = rng.integers(0, len(by_cluster.tasks), (rows, draws))
            of, tasks, largest = by_cluster.drawn(chosen)
        yield of, cost_ratio.is_heavy_tailed(tasks, of.cost, largest)


@dataclass(frozen=True)
class _Clusters:
    """What each instance's tasks add up to: of the instance as a unit, and of its tasks as units."""

    tasks: Floats
    costs: Floats
    successes: Floats
    of_tasks: tuple[Floats, Floats, Floats]
    largest: Floats

    def drawn(self, chosen: NDArray[np.int64]) -> tuple[Sums, Floats, Floats]:
        """Sums over the instances drawn, samples × draws; over their tasks where there are too few instances."""
        tasks, largest = self.tasks[chosen].sum(-1), self.largest[chosen].max(-1)
        of = cost_ratio.sums(self.costs[chosen], self.successes[chosen])
        if chosen.shape[-1] >= cost_ratio.LEAST_UNITS:
            return of, tasks, largest
        return Sums(tasks, of.cost, of.successes, *(part[chosen].sum(-1) for part in self.of_tasks)), tasks, largest


def _by_cluster(population: Population) -> _Clusters:
    costs, successes, clusters = population.costs, population.successes, population.clusters
    largest = np.zeros(int(clusters.max()) + 1)
    np.maximum.at(largest, clusters, costs)

    def summed(values: Floats) -> Floats:
        return np.bincount(clusters, values).astype(np.float64)

    squares = summed(costs * costs), summed(costs * successes), summed(successes * successes)
    return _Clusters(summed(np.ones_like(costs)), summed(costs), summed(successes), squares, largest)


def _whole(population: Population) -> tuple[str, ...]:
    """The population's own line: what the page shows of all its tasks."""
    of = cost_ratio.sums(population.costs[None], population.successes[None])
    low, high = (float(end[0]) for end in cost_ratio.interval(of))
    tasks, dearest = float(len(population.costs)), population.costs.max(keepdims=True)
    is_heavy = bool(cost_ratio.is_heavy_tailed(of.units, of.cost, dearest)[0])
    figures = f"{tasks:,.0f}", f"{population.per_success:.4f}", f"{low:.4f} – {high:.4f}"
    return *figures, f"{float(dearest[0]) * tasks / float(of.cost[0]):.0f} ×", "yes" if is_heavy else "no"


def wholes() -> list[str]:
    """The lines of the first table: each benchmark as a whole."""
    rows = [(name, *_whole(population)) for name, population in populations().items()]
    return list(grid(("benchmark", "tasks", "USD a success", "95 %", "dearest ÷ mean", "marked"), rows))


def tables(replicates: int, seed: int = 5) -> tuple[str, dict[tuple[str, int, str], Count]]:
    """The Markdown of all tables and the counts behind them, by benchmark, size and design."""
    rng = np.random.default_rng(seed)
    counts = {
        (name, size, design): count(population, size, design, replicates, rng)
        for name, population in populations().items()
        for design in DESIGNS
        for size in SIZES
    }
    coverage = (
        (name, design, f"{size:,}", f"{_percent(one.coverage)} ± {_percent(one.error)}",
         _percent(one.too_low / one.samples), _percent(one.too_high / one.samples), _percent(one.badged / one.samples),
         _percent(one.held_unbadged / (one.samples - one.badged)) if one.badged < one.samples else "")
        for (name, size, design), one in counts.items()
    )  # fmt: skip
    heads = ("benchmark", "drawn", "tasks", "holds, %", "too low, %", "too high, %", "marked, %", "holds where not, %")
    methods = (
        (name, *(_percent(counts[benchmark, size, design].held[name] / replicates)
                 for benchmark in GATED for design in DESIGNS for size in (200, 1000)))
        for name in METHODS
    )  # fmt: skip
    method_heads = [f"{name}, {design}, {size:,}" for name in GATED for design in DESIGNS for size in (200, 1000)]
    text = (*wholes(), *grid(heads, coverage), *grid(("method", *method_heads), methods))
    return "\n".join(text), counts


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=10_000)
    text, counts = tables(parser.parse_args(arguments).replicates)
    sys.stdout.write(text + "\n")
    gated = [counts[name, 1000, design] for name in GATED for design in DESIGNS]
    return int(any(one.coverage + one.error < LEAST or one.coverage - one.error > MOST for one in gated))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
