"""Do ranges of planned work hold what it then costs? Real task costs, past and new tasks of different instances.

Classes are the agents and models of openhands_index on its benchmarks, those with 60 priced tasks and more. The
instances of each benchmark are cut in two halves at random: past tasks come from one, the new tasks, whose total is to
be told, from the other. "alone": nothing else is known; "beside others": the other agents' tasks of the same benchmark
and of the others are the wider classes. The plain log-normal takes mean and standard deviation of the logarithms as if
they were known. Scores are interval scores (width, plus 2/alpha times what a miss misses by) over the true mean total,
averaged; intervals of coverage are 95 %, from resampling agents. Ends with 1 when, at 5 past and 20 new tasks, coverage
falls below 0.75 (80 %) or 0.92 (95 %), or a score is worse than the plain log-normal's. The set's folder stands below
$SPANLEDGER_PUBLIC_DATA. Run from the project's root:

    python -m benchmarks.feature_estimates [--trials 12]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.measuring import end, say
from benchmarks.targets import Target, tell
from docs.markdown import grid
from sample_traces.public.files import public_file
from transforms.feature_estimates import ASKED, Evidence, Reference, reference, total_cost

LEAST_TASKS = 60
SETTINGS = ((0, 1), (0, 20), (1, 1), (1, 20), (2, 20), (5, 1), (5, 20), (20, 20))
GATE = (5, 20)
GOALS = {0.8: 0.75, 0.95: 0.92}
_ASKED = {"workflow": "", "model": ""}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Class:
    """Priced tasks of one agent and model on one benchmark, in US dollars: those of past and of new instances."""

    agent: str
    benchmark: str
    past: Floats
    new: Floats


@dataclass(frozen=True)
class Trial:
    """Ranges for 80 and 95 % in US dollars, what the new tasks cost, and what such tasks cost on average."""

    agent: str
    ranges: tuple[tuple[float, float], ...]
    usd: float
    scale_usd: float

    def scores(self) -> list[float]:
        return [
            _score(*ends, self.usd, 1 - share) / self.scale_usd for ends, share in zip(self.ranges, GOALS, strict=True)
        ]

    def held(self) -> list[bool]:
        return [low <= self.usd <= high for low, high in self.ranges]


def classes(rng: Generator) -> list[Class]:
    """Every class of the set, its instances cut in two. Raises PublicSetMissingError where the set is not."""
    rows = pl.read_parquet(public_file(None, "openhands_index", "instance_outcomes.parquet")).filter(
        pl.col("cost_usd") > 0
    )
    instances = rows.select("benchmark", "instance_id").unique().sort("benchmark", "instance_id")
    halves = instances.with_columns(is_past=pl.Series(rng.permutation(len(instances)) % 2 == 0))
    parts = rows.join(halves, on=["benchmark", "instance_id"]).partition_by("agent", "model", "benchmark", as_dict=True)
    return [
        Class(
            f"{agent}/{model}",
            str(benchmark),
            *(_costs(part.filter(pl.col("is_past") == side)) for side in (True, False)),
        )
        for (agent, model, benchmark), part in sorted(parts.items())
        if len(part) >= LEAST_TASKS
    ]


def _costs(rows: pl.DataFrame) -> Floats:
    return rows.sort("instance_id")["cost_usd"].cast(pl.Float64).to_numpy()


def evidence(kept: int, costs: Sequence[Floats]) -> Iterator[Evidence]:
    """One group of past tasks; none without a task."""
    logs = np.log(np.concatenate([*costs, np.empty(0)]))
    if len(logs):
        yield Evidence(kept, len(logs), float(logs.mean()), float(((logs - logs.mean()) ** 2).sum()))


def wider(of: Class, everyone: Sequence[Class]) -> list[Evidence]:
    """What other agents' past tasks tell: those of the same benchmark, and the rest."""
    others = [one for one in everyone if one.agent != of.agent]
    same = [one.past for one in others if one.benchmark == of.benchmark]
    rest = [one.past for one in others if one.benchmark != of.benchmark]
    return [*evidence(ASKED.index("model"), same), *evidence(0, rest)]


def product(past: Floats, around: Sequence[Evidence], tasks: int) -> tuple[tuple[float, float], ...]:
    """The ranges that the product gives."""
    exact: Reference = reference(_ASKED, [*evidence(len(ASKED), [past]), *around])
    total = total_cost(exact, tasks)
    assert total is not None, "every setting has some past task"
    return tuple(total.range(share) for share in GOALS)


def plain(past: Floats, tasks: int, normals: Floats) -> tuple[tuple[float, float], ...]:
    """Those of a log-normal with the mean and standard deviation of the past tasks' logarithms."""
    logs = np.log(past)
    draws = np.exp(logs.mean() + logs.std(ddof=1) * normals[:, :tasks]).sum(axis=1)
    return tuple((float(low), float(high)) for low, high in (np.quantile(draws, _ends(share)) for share in GOALS))


def _ends(share: float) -> tuple[float, float]:
    return (1 - share) / 2, (1 + share) / 2


def _score(low: float, high: float, came: float, alpha: float) -> float:
    return high - low + 2 / alpha * (max(low - came, 0) + max(came - high, 0))


def trials(known: int, tasks: int, count: int, seed: int) -> dict[str, list[Trial]]:
    """By method; `known` past and `tasks` new tasks of each class, drawn `count` times."""
    rng = np.random.default_rng(seed)
    everyone = classes(rng)
    normals = rng.standard_normal((4000, tasks))
    made: dict[str, list[Trial]] = {}
    for one in everyone:
        around = wider(one, everyone)
        scale = float(np.concatenate([one.past, one.new]).mean()) * tasks
        for _ in range(count):
            past, usd = (
                rng.choice(one.past, known, replace=False),
                float(rng.choice(one.new, tasks, replace=False).sum()),
            )
            for name, way in _ways(past, around, tasks, normals).items():
                made.setdefault(name, []).append(Trial(one.agent, way(), usd, scale))
    return made


def _ways(
    past: Floats, around: list[Evidence], tasks: int, normals: Floats
) -> dict[str, Callable[[], tuple[tuple[float, float], ...]]]:
    ways: dict[str, Callable[[], tuple[tuple[float, float], ...]]] = {}
    if len(past) > 1:
        ways["plain log-normal"] = lambda: plain(past, tasks, normals)
    if len(past):
        ways["alone"] = lambda: product(past, [], tasks)
    return ways | {"beside others": lambda: product(past, around, tasks)}


def measured(of: Sequence[Trial]) -> tuple[Floats, Floats]:
    """Coverage and mean interval score of both ranges."""
    return np.mean([one.held() for one in of], axis=0), np.mean([one.scores() for one in of], axis=0)


def coverage_bounds(of: Sequence[Trial], rng: Generator, times: int = 400) -> Floats:
    """95 % bounds of both coverages, 2 × 2: agents are drawn anew, as one agent's classes are alike."""
    agents = sorted({one.agent for one in of})
    hits = np.array([np.sum([one.held() for one in of if one.agent == agent], axis=0) for agent in agents])
    sizes = np.array([sum(one.agent == agent for one in of) for agent in agents])
    drawn = rng.integers(0, len(agents), (times, len(agents)))
    shares = hits[drawn].sum(axis=1) / sizes[drawn].sum(axis=1, keepdims=True)
    return np.asarray(np.quantile(shares, (0.025, 0.975), axis=0))


def targets(made: dict[str, list[Trial]]) -> Iterator[Target]:
    """What was asked for at the gate's setting; all are promises."""
    plain_scores = measured(made["plain log-normal"])[1]
    for name in ("alone", "beside others"):
        held, scores = measured(made[name])
        bounds = coverage_bounds(made[name], np.random.default_rng(5))
        for place, (share, goal) in enumerate(GOALS.items()):
            low, high = bounds[:, place]
            yield Target(
                f"{name}: {share:.0%} ranges hold", f"at least {goal}", f"{held[place]:.3f} [{low:.3f} – {high:.3f}]",
                bool(held[place] >= goal), independent=independent(float(held[place]), low, high, len(made[name])),
            )  # fmt: skip
        for share, score, bar in zip(GOALS, scores, plain_scores, strict=True):
            wanted = f"at most the plain log-normal's {bar:.2f}"
            yield Target(f"{name}: score of the {share:.0%} range", wanted, f"{score:.2f}", bool(score <= bar))


def independent(share: float, low: float, high: float, totals: int) -> float:
    """How many independent totals would have so wide an interval of their coverage: agents are few."""
    error = (high - low) / 2 / 1.96
    return min(share * (1 - share) / error**2, float(totals)) if error > 0 else float(totals)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=12)
    count, start, rows = parser.parse_args(arguments).trials, time.process_time(), []
    for known, tasks in SETTINGS:
        made = trials(known, tasks, count, seed=11)
        for name, of in made.items():
            held, scores = measured(of)
            bounds = coverage_bounds(of, np.random.default_rng(5)).T
            covered = [f"{got:.3f} [{low:.3f} – {high:.3f}]" for got, (low, high) in zip(held, bounds, strict=True)]
            rows.append((str(known), str(tasks), name, *covered, *(f"{score:.2f}" for score in scores)))
        if (known, tasks) == GATE:
            asked = list(targets(made))
    head = ("past", "new", "method", "80 % holds", "95 % holds", "score of 80 %", "of 95 %")
    say("\n".join(grid(head, rows)))
    say(f"{len(of):,} totals a row, {time.process_time() - start:.0f} CPU s")
    say("“Beside others” is judged in sample: the variance between classes was taken from these tasks.")
    say(f"At {GATE[0]} past and {GATE[1]} new tasks:")
    end(tell(asked))


if __name__ == "__main__":
    main(sys.argv[1:])
