"""Where the level of a workflow's cost per run changed: binary segmentation of daily means of its logarithm.

A run's cost spans decades, so its logarithm is what is compared: one dear run does not make a change. Each day is one
observation, weighted by how sure its mean is: the spread of runs within days ÷ runs, plus the spread of whole days
beyond that. A cut is taken where the two sides differ by more than `LIMIT` standard errors, the largest first, and each
side is searched again. `LIMIT` allows for the search over all days and for asking anew on every one of them; how often
it is wrong on streams without a change is measured in docs/anomalies.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LIMIT = 4.5
LEAST_RATIO = 1.1
"""A smaller change is no news, however certain."""
FEWEST_DAYS = 5
FEWEST_RUNS = 20
MOST_ALIKE = 0.8
"""Days are never taken to resemble each other more than this (autocorrelation from one day to the next)."""


@dataclass(frozen=True)
class Day:
    """Measured runs of one UTC day: how many, what they cost in US dollars, sums of log cost and of its square."""

    date: date
    runs: int
    usd: float
    log_sum: float
    log_squares: float


@dataclass(frozen=True)
class Level:
    """Cost per run over a stretch of days, US dollars, with its 95 % sampling interval (days are the units)."""

    days: int
    runs: int
    mean_usd: float
    low_usd: float
    high_usd: float


@dataclass(frozen=True)
class Change:
    """A change that held from ``at`` on. ``ratio`` is that of a typical run (geometric means, which one dear day hardly
    moves); ``score`` is the difference of its logarithm from 0 in standard errors."""

    at: date
    before: Level
    after: Level
    ratio: float
    score: float


def changes(days: Sequence[Day], *, limit: float = LIMIT) -> list[Change]:
    """Changes of level, in order of time. ``days`` are in order, one entry a day, days without runs left out."""
    known = [day for day in days if day.runs > 0]
    cuts = sorted(_cuts(known, 0, len(known), limit))
    if not cuts:
        return []
    edges = [0, *(cut for cut, _ in cuts), len(known)]
    levels = [level(known[start:end]) for start, end in pairwise(edges)]
    typical = [_typical(known[start:end]) for start, end in pairwise(edges)]
    return [
        Change(
            known[cut].date,
            levels[number],
            levels[number + 1],
            round(math.exp(typical[number + 1] - typical[number]), 6),
            round(score, 3),
        )
        for number, (cut, score) in enumerate(cuts)
    ]


def _typical(days: Sequence[Day]) -> float:
    """Mean log cost of a run."""
    return sum(day.log_sum for day in days) / sum(day.runs for day in days)


def _cuts(days: Sequence[Day], start: int, end: int, limit: float) -> list[tuple[int, float]]:
    found = best_cut(days[start:end])
    if found is None or abs(found[1]) <= limit:
        return []
    cut, score = start + found[0], found[1]
    return [*_cuts(days, start, cut, limit), (cut, score), *_cuts(days, cut, end, limit)]


def best_cut(days: Sequence[Day]) -> tuple[int, float] | None:
    """The cut whose sides differ most, and by how many standard errors; None where nothing can be cut.

    Sides have at least `FEWEST_DAYS` days and `FEWEST_RUNS` runs and differ by at least `LEAST_RATIO`.
    """
    if len(days) < 2 * FEWEST_DAYS:
        return None
    runs = np.array([day.runs for day in days], dtype=np.float64)
    means = np.array([day.log_sum for day in days]) / runs
    weights = 1 / _variances(days, runs, means)
    left, total, weighted = np.cumsum(weights), weights.sum(), np.cumsum(weights * means)
    cuts = np.arange(FEWEST_DAYS, len(days) - FEWEST_DAYS + 1)
    enough = np.cumsum(runs)[cuts - 1]
    cuts = cuts[(enough >= FEWEST_RUNS) & (runs.sum() - enough >= FEWEST_RUNS)]
    before = weighted[cuts - 1] / left[cuts - 1]
    after = (weighted[-1] - weighted[cuts - 1]) / (total - left[cuts - 1])
    scores = (after - before) / np.sqrt(1 / left[cuts - 1] + 1 / (total - left[cuts - 1]))
    scores = np.where(np.abs(after - before) >= math.log(LEAST_RATIO), scores, 0.0)
    if not scores.any():
        return None
    best = int(np.argmax(np.abs(scores)))
    cut, score = int(cuts[best]), float(scores[best])
    levels = np.where(np.arange(len(days)) < cut, before[best], after[best])
    return cut, score / _dependence((means - levels) * np.sqrt(weights))


def _dependence(residuals: NDArray[np.float64]) -> float:
    """By how much standard errors are too small because days resemble the day before (and vary more than assumed)."""
    varied = max(float(np.mean(residuals**2)), 1.0)
    alike = float((residuals[1:] * residuals[:-1]).sum() / (residuals**2).sum()) if residuals.any() else 0.0
    alike = min(max(alike, 0.0), MOST_ALIKE)
    return math.sqrt(varied * (1 + alike) / (1 - alike))


def _variances(days: Sequence[Day], runs: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each day's mean: within ÷ runs, plus what days vary beyond it, told by neighbours: a step adds little."""
    squares = sum(day.log_squares for day in days) - float((runs * means**2).sum())
    within = max(squares, 0.0) / max(float(runs.sum()) - len(days), 1.0)  # rounding may leave a hair below zero
    steps = np.diff(means) ** 2 / 2
    sampling = within * (1 / runs[1:] + 1 / runs[:-1]) / 2
    between = max(float(np.mean(np.minimum(steps, np.quantile(steps, 0.95)) - sampling)), 0.0)
    return np.fmax(within / runs + between, 1e-12)


def level(days: Sequence[Day]) -> Level:
    """Cost per run: the ratio of sums, its interval from the spread of days around it (Student's t, log scale)."""
    runs, usd = sum(day.runs for day in days), sum(day.usd for day in days)
    mean = usd / runs
    if len(days) < 2:
        return Level(len(days), runs, mean, mean, mean)
    spread = sum((day.usd - mean * day.runs) ** 2 for day in days) * len(days) / (len(days) - 1)
    reach = _t(len(days) - 1) * math.sqrt(spread) / usd
    return Level(len(days), runs, mean, mean * math.exp(-reach), mean * math.exp(reach))


def _t(degrees: int) -> float:
    """The 97.5 % point of Student's t, by the expansion of Cornish and Fisher (to 1 % from 3 degrees on)."""
    z = 1.959964
    g1, g2 = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + g1 / degrees + g2 / degrees**2 + g3 / degrees**3
