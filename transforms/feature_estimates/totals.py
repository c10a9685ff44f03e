"""The cost of k new tasks of a reference class, as a distribution.

Costs of tasks are taken as log-normal. Mean and variance of the logarithm are unknown: five tasks say little about
either, and a range that takes them as known (the plain log-normal) is far too narrow. So

- the variance starts from what tasks usually have (`VARIANCE`, worth `DEGREES` tasks) and moves with the tasks seen:
  its posterior is scaled inverse chi-squared, which makes the forecast Student's t on the log scale;
- the mean starts from the wider classes: the step from a class to a narrower one moves it by an unknown amount with
  variance `SHIFT`, and each class's own tasks pull it back (a Kalman filter from the widest class to the narrowest);
- the new tasks share one mean: what is not known about the class does not average out over k of them.

Sums of log-normals have no closed form: drawn, with a fixed seed, so that the same question gets the same answer.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.feature_estimates.reference import Reference, Ring

VARIANCE, DEGREES = 0.75, 6.0
"""Variance of ln(cost) within a class of tasks and the number of tasks it is worth: 500 tasks of each of 25 models on
public leaderboards of SWE-bench have 0.87 squared."""
SHIFT = 0.8
"""Variance of the difference of mean ln(cost) between two classes that differ in one thing: models on the same tasks,
and sets of tasks with the same model, differ by a factor of 2.4 either way (0.9 squared)."""
FEW = 5
"""Below so many similar tasks the estimate rests on assumptions as much as on them, and says so."""
MOST_TASKS = 10_000
_SEED = 20_260_101
_DRAWS = (4_000, 20_000)
_AT_ONCE = 4_000_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Total:
    """What `tasks` new tasks cost together. `weight`: the share of the `similar` past tasks in the centre, from 0 to 1;
    the rest is that of wider classes. `draws`: US dollars."""

    tasks: int
    similar: int
    weight: float
    draws: Floats

    def quantile(self, share: float) -> float:
        """US dollars that the total stays below with this probability."""
        return float(np.quantile(self.draws, share))

    def range(self, coverage: float) -> tuple[float, float]:
        """The central range in US dollars that is meant to hold the total with probability `coverage`."""
        low, high = np.quantile(self.draws, [(1 - coverage) / 2, (1 + coverage) / 2])
        return float(low), float(high)


def total_cost(past: Reference, tasks: int) -> Total | None:
    """The total of `tasks` new tasks; None where there is no past task at all. Raises ValueError for a count out of
    1 to `MOST_TASKS`."""
    if not 1 <= tasks <= MOST_TASKS:
        raise ValueError(f"{tasks} tasks: expected 1 to {MOST_TASKS:,}")
    if not past.rings:
        return None
    rng = np.random.default_rng(_SEED)
    count = int(np.clip(_AT_ONCE // tasks, *_DRAWS))
    variances = _variances(past, rng, count)
    means, weight = _means(past, variances, rng)
    spread = np.sqrt(variances)
    draws = np.zeros(count)
    for columns in _batches(tasks, _AT_ONCE // count):
        draws += np.exp(means[:, None] + spread[:, None] * rng.standard_normal((count, columns))).sum(axis=1)
    return Total(tasks, past.similar, weight, draws)


def _variances(past: Reference, rng: np.random.Generator, count: int) -> Floats:
    """Draws of the variance of ln(cost) within the class."""
    squares, degrees = VARIANCE * DEGREES, DEGREES
    for ring in past.rings:
        if not ring.dropped:
            squares, degrees = squares + ring.evidence.squares_log, degrees + ring.evidence.tasks - 1
    return np.asarray(squares / rng.chisquare(degrees, count))


def _means(past: Reference, variances: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    """Draws of the mean of ln(cost), given those of the variance, and the share that the similar tasks have in it."""
    exact = next((ring.evidence for ring in past.rings if not ring.dropped), None)
    wider = _from_wider([ring for ring in past.rings if ring.dropped])
    noise = rng.standard_normal(len(variances))
    if exact is None:
        assert wider is not None, "a reference with rings has similar tasks or wider ones"
        return wider[0] + np.sqrt(wider[1]) * noise, 0.0
    own = exact.tasks / variances
    prior, centre = (1 / wider[1], wider[0]) if wider else (0.0, 0.0)
    means = (own * exact.mean_log + prior * centre) / (own + prior) + noise / np.sqrt(own + prior)
    return means, float(np.median(own / (own + prior)))


def _from_wider(rings: Sequence[Ring]) -> tuple[float, float] | None:
    """Mean of ln(cost) of the class asked for as the wider classes tell it, and its variance; None without any."""
    if not rings:
        return None
    centre, uncertainty, at = 0.0, math.inf, rings[-1].dropped
    for ring in reversed(rings):
        noise = VARIANCE / ring.evidence.tasks
        uncertainty += SHIFT * (at - ring.dropped)
        gain = 1 / (1 + noise / uncertainty)
        centre += gain * (ring.evidence.mean_log - centre)
        uncertainty, at = noise * gain, ring.dropped
    return centre, uncertainty + SHIFT * at


def _batches(total: int, most: int) -> Iterator[int]:
    """Numbers up to `most` that add up to `total`."""
    for start in range(0, total, most):
        yield min(most, total - start)
