"""Is the later version better or worse? An answer that stays honest however often it is asked.

Two versions are compared by D = log(R₂/R₁), the log of the ratio of their costs per successful task. A build reads D
again and again while tasks arrive; an ordinary 95 % interval would by chance exclude "no difference" sooner or later.
So the interval is a confidence sequence: with 95 % probability it holds the truth at *all* readings together.

* The log ratio of sums is asymptotically linear, so D times its information I = 1/Var(D) behaves over I like Brownian
  motion with drift, whichever arm grows (Jennison and Turnbull, *Group Sequential Methods*, 1999, ch. 11; Scharfstein,
  Tsiatis and Robins, JASA 92, 1997).
* Robbins's normal mixture bounds such a motion at all times: |D − truth| < √(V (1 + V/ρ) (2 ln(1/α) + ln(1 + ρ/V)))
  with V = 1/I (Robbins, Ann. Math. Statist. 41, 1970; Howard, Ramdas, McAuliffe and Sekhon, Ann. Statist. 49, 2021;
  asymptotic form: Waudby-Smith et al., Ann. Statist. 52, 2024).
* Costs have heavy tails that a young version has not shown yet. V therefore takes the larger spread of the two versions
  for both, and nothing is read below `LEAST_TASKS` and `LEAST_SUCCESSES`. What each of these is worth was measured:
  `benchmarks/version_verdicts.py`, docs/measurements.md.

The same formulas are SQL in `dbt_project/macros/intervals.sql` and the model `rpt_versions`; tests hold them together.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.cost_ratio import Sums, relative_variance
from transforms.shares import Z

Floats = npt.NDArray[np.float64]

ALPHA = 0.05
"""Probability that a sequence of readings of equal versions ever says better or worse."""

RHO = 0.1
"""Variance of the mixture: the boundary is tightest for differences of about √ρ on the log scale, that is × 1.37."""

LEAST_TASKS, LEAST_SUCCESSES = 50, 20
"""Each version needs this many before the first reading."""

CHANCE = 0.001
"""A later version without a success is no bad luck when, at the earlier one's rate, it were rarer than this."""

LARGEST_WAIT = 1_000_000
"""More tasks than this are no plan."""

ROUNDS = 8
"""Steps of `variance_needed`; each gains about a digit."""

BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"


@dataclass(frozen=True)
class Arm:
    """One version: tasks whose outcome and cost are known, what they cost, and their relative variance *per task*.

    ``spread`` is None where it cannot be told (see `transforms.cost_ratio.relative_variance`, which is spread ÷ tasks).
    """

    tasks: int
    successes: int
    cost_usd: float
    spread: float | None

    @property
    def is_readable(self) -> bool:
        """Whether there is enough of it for a reading."""
        return self.tasks >= LEAST_TASKS and self.successes >= LEAST_SUCCESSES and self.spread is not None


@dataclass(frozen=True)
class Comparison:
    """Cost per success of the later version ÷ that of the earlier, its interval, and what it says of ``limit``.

    ``ratio`` is None where a version has no success or no cost; the ends are None where a version is not readable. A
    later version that never succeeds (`has_lost_success`) is worse without a ratio.
    ``more_tasks`` of the later version would tell if the ratio stays as it is; None where told, or where none would.
    """

    ratio: float | None
    low: float | None
    high: float | None
    verdict: str
    more_tasks: int | None


def half_width(variance: Floats | float) -> Floats:
    """How far D may be from the truth, at all readings together, on the log scale."""
    v = np.asarray(variance, dtype=np.float64)
    return np.sqrt(v * (1 + v / RHO) * (2 * math.log(1 / ALPHA) + np.log1p(RHO / v)))


def variance_needed(distance: float) -> float:
    """The variance at which `half_width` equals ``distance`` > 0."""
    variance = RHO
    for _ in range(ROUNDS):
        share = distance**2 / (2 * math.log(1 / ALPHA) + math.log1p(RHO / variance))
        variance = (math.sqrt(1 + 4 * share / RHO) - 1) * RHO / 2
    return variance


def compare(before: Arm, after: Arm, limit: float = 1.0, *, is_read_once: bool = False) -> Comparison:
    """Compare two versions; ``limit`` is the ratio that must be excluded to say better or worse.

    ``is_read_once`` uses the narrower ordinary interval: only for a number of tasks that was fixed beforehand.
    """
    if has_lost_success(before, after):
        return Comparison(None, None, None, WORSE, None)
    ratio = _ratio(before, after)
    if ratio is None or not (before.is_readable and after.is_readable):
        return Comparison(ratio, None, None, UNCLEAR, _until_readable(before, after))
    assert before.spread is not None
    assert after.spread is not None
    spread = max(before.spread, after.spread)
    variance = spread * (1 / before.tasks + 1 / after.tasks)
    reach = Z * math.sqrt(variance) if is_read_once else (float(half_width(variance)) if variance else 0)
    low, high = ratio * math.exp(-reach), ratio * math.exp(reach)
    verdict = WORSE if low > limit else BETTER if high < limit else UNCLEAR
    wait = None if verdict != UNCLEAR else _wait(before, after, spread, abs(math.log(ratio / limit)), is_read_once)
    return Comparison(ratio, low, high, verdict, wait)


def has_lost_success(before: Arm, after: Arm) -> bool:
    """Whether the later version never succeeds although the earlier does: no ratio can say so.

    By chance rarer than `CHANCE` at all readings together: a success, once there, stays, so only the first reading that
    could say so counts.
    """
    if after.successes or after.tasks < LEAST_TASKS or before.successes < LEAST_SUCCESSES:
        return False
    return math.pow(1 - before.successes / before.tasks, after.tasks) < CHANCE


def _ratio(before: Arm, after: Arm) -> float | None:
    if not (before.successes and after.successes and before.cost_usd > 0 and after.cost_usd > 0):
        return None
    return (after.cost_usd / after.successes) / (before.cost_usd / before.successes)


def _until_readable(before: Arm, after: Arm) -> int | None:
    """Tasks of the later version that are missing for a first reading; None where more of them would not help."""
    if not (before.is_readable and after.successes and after.cost_usd > 0):
        return None
    needed = max(LEAST_TASKS, math.ceil(LEAST_SUCCESSES * after.tasks / after.successes))
    return needed - after.tasks if needed > after.tasks else None


def _wait(before: Arm, after: Arm, spread: float, distance: float, is_read_once: bool) -> int | None:
    if distance == 0:
        return None
    needed = (distance / Z) ** 2 if is_read_once else variance_needed(distance)
    rest = needed / spread - 1 / before.tasks
    if rest <= 0:
        return None
    more = math.ceil(1 / rest) - after.tasks
    return max(more, 1) if more <= LARGEST_WAIT else None


def read_after_every_task(before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> npt.NDArray[np.bool_]:
    """Whether `compare`'s interval gives a verdict, for many streams at once, after each task of the later version.

    Each arm is (costs, successes), arrays of streams × tasks; where both have as many tasks they grow together, else
    the earlier version is complete before the later one begins. Returns streams × tasks of ``after``.
    """
    later = _running(*after)
    earlier = _running(*before)
    if before[0].shape != after[0].shape:
        earlier = tuple(part[..., -1:] for part in earlier)
    spread = np.fmax(earlier[3], later[3])
    variance = spread * (1 / earlier[0] + 1 / later[0])
    is_readable = _are_readable(earlier) & _are_readable(later)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.abs(np.log(later[2] / later[1]) - np.log(earlier[2] / earlier[1]))
        return np.asarray(is_readable & (distance > half_width(variance)))


def _running(costs: Floats, successes: Floats) -> tuple[Floats, ...]:
    """Tasks, successes, cost and relative variance per task, after each task."""
    tasks = np.broadcast_to(np.arange(1, costs.shape[-1] + 1, dtype=np.float64), costs.shape)
    of = Sums(
        tasks,
        costs.cumsum(-1),
        successes.cumsum(-1),
        (costs * costs).cumsum(-1),
        (costs * successes).cumsum(-1),
        (successes * successes).cumsum(-1),
    )
    return tasks, of.successes, of.cost, relative_variance(of) * tasks


def _are_readable(running: tuple[Floats, ...]) -> npt.NDArray[np.bool_]:
    tasks, successes, cost, _ = running
    return np.asarray((tasks >= LEAST_TASKS) & (successes >= LEAST_SUCCESSES) & (cost > 0))
