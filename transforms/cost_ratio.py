"""Cost per successful task as a ratio of two sums: how sure it is, and when one task dominates it.

Everything follows from sums over *units*: a unit is a cluster of tasks that are not independent of each other (one
customer's, else one user's), or a single task where there are too few clusters. For a unit, ``c`` is what its tasks
cost and ``s`` how many of them succeeded. The same formulas are SQL in `dbt_project/macros/intervals.sql`; a test holds
the two together.

The interval is symmetric on the log scale: R · exp(± t · √V), with R = Σc/Σs, V its relative variance by Taylor
linearisation (Cochran, *Sampling Techniques*, 3rd ed. 1977, §6.4 and §6.8) and t Student's quantile with units − 1
degrees of freedom. It was chosen by its coverage on resampled real data, against the plain scale, the normal quantile
and Fieller's theorem: `benchmarks/interval_coverage.py`, docs/measurements.md.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.shares import Z

Floats = npt.NDArray[np.float64]

LEAST_UNITS = 5
"""Below this many units nobody can say how far they spread. With fewer customers, tasks are the units: what is said is
then about these customers, not about others like them."""

FAR_ABOVE, TOO_LARGE, NOTICEABLE, LEAST_TASKS = 50.0, 0.2, 0.005, 10
"""A task is far above the rest when it costs this many times the mean and a `NOTICEABLE` share of the spend, or when it
is `TOO_LARGE` a share by itself among `LEAST_TASKS` or more."""


@dataclass(frozen=True)
class Sums:
    """Sums over units; each field a float array of one shape. Costs are US dollars, or any one unit."""

    units: Floats
    cost: Floats
    successes: Floats
    cost_squared: Floats
    cost_successes: Floats
    successes_squared: Floats


def sums(cost: Floats, successes: Floats) -> Sums:
    """Sums over the last axis of ``cost`` and ``successes``: one value a unit, equal shapes."""
    return Sums(
        np.full(cost.shape[:-1], float(cost.shape[-1])),
        cost.sum(-1),
        successes.sum(-1),
        (cost * cost).sum(-1),
        (cost * successes).sum(-1),
        (successes * successes).sum(-1),
    )


def student_quantile(degrees: Floats) -> Floats:
    """97.5 % quantile of Student's distribution, to 4 digits from 4 degrees of freedom on.

    Cornish-Fisher expansion: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.5.
    """
    z = Z
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / degrees + g2 / degrees**2 + g3 / degrees**3 + g4 / degrees**4


def relative_variance(of: Sums) -> Floats:
    """Variance of log(Σc/Σs); nan with fewer than `LEAST_UNITS` units, without a success, or without a cost."""
    is_known = (of.units >= LEAST_UNITS) & (of.cost > 0) & (of.successes > 0)
    cost, successes, units = (np.where(is_known, one, np.nan) for one in (of.cost, of.successes, of.units))
    spread = (
        of.cost_squared / (cost * cost)
        - 2 * of.cost_successes / (cost * successes)
        + of.successes_squared / (successes * successes)
    )
    # a sum of squares: below zero is only the rounding of equal tasks
    return np.asarray(np.maximum(spread, 0) * units / (units - 1))


def interval(of: Sums) -> tuple[Floats, Floats]:
    """Low and high end of the 95 % interval of Σc/Σs; nan where `relative_variance` is."""
    variance = relative_variance(of)
    is_known = ~np.isnan(variance)
    ratio = np.where(is_known, of.cost, np.nan) / np.where(is_known, of.successes, np.nan)
    reach = student_quantile(np.where(is_known, of.units - 1, np.nan)) * np.sqrt(variance)
    return ratio * np.exp(-reach), ratio * np.exp(reach)


def is_heavy_tailed(tasks: Floats, cost: Floats, largest: Floats) -> npt.NDArray[np.bool_]:
    """Whether one task stands far above the rest, so that the interval is likely too low and too narrow.

    ``largest`` is the cost of the dearest task. Which real groups this marks: docs/measurements.md.
    """
    is_far_above = (largest >= FAR_ABOVE * cost / tasks) & (largest >= NOTICEABLE * cost)
    is_too_large = (tasks >= LEAST_TASKS) & (largest >= TOO_LARGE * cost)
    return (cost > 0) & (is_far_above | is_too_large)
