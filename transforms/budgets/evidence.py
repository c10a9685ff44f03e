"""Which cheaper model evaluations support: success shares with Wilson's interval, compared by Newcombe's.

A model passes where it is shown to lose little: the lower end of the 95 % interval of its success share less the
present model's (Newcombe 1998, method 10, from the two Wilson intervals) is no further below 0 than `MARGIN`. It is
worse where the upper end is below 0. Else, and below `LEAST_TASKS` evaluated tasks of either model, there is no
verdict: that no difference is seen in a handful of tasks does not say that there is none. What the rule is worth was
measured: `benchmarks.routing_advice`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from transforms.shares import Z, least_gained, most_gained, wilson

LEAST_TASKS = 30
MARGIN = 0.1
"""Successes of all tasks that a cheaper model may lose at the interval's far end."""

PASSES, WORSE, THIN, PRESENT = "passes", "worse", "too few tasks", "the present model"


@dataclass(frozen=True)
class Evidence:
    """What the evaluated tasks of a workflow say of one model."""

    model: str
    tasks: int  # with a verdict, all on this model alone
    successes: int
    mean_cost_usd: Decimal | None  # of a task; None where a call has no known cost
    cost_variation: float | None = None  # standard deviation of a task's cost over their mean; None where not known

    @property
    def share(self) -> float | None:
        """Successes of the tasks; None without one."""
        return self.successes / self.tasks if self.tasks else None


@dataclass(frozen=True)
class Judged:
    """A model beside the present one. ``low``, ``high``: Wilson's interval of its success share."""

    evidence: Evidence
    verdict: str
    low: float
    high: float


def judge(present: str, found: Sequence[Evidence]) -> list[Judged]:
    """Each model beside the ``present`` one, the cheapest first; nobody passes where that one has no evidence."""
    now = next((one for one in found if one.model == present), Evidence(present, 0, 0, None))
    by_cost = sorted(found, key=lambda one: (one.mean_cost_usd is None, one.mean_cost_usd or 0, one.model))
    return [Judged(one, _verdict(now, one), *wilson(one.successes, one.tasks)) for one in by_cost]


def cheapest(present: str, found: Sequence[Evidence]) -> str | None:
    """The cheapest model that passes and costs less a task than the present one, also when the present one is asked
    again for what it gets wrong more often; None where there is none."""
    passing = (one.evidence.model for one in judge(present, found) if one.verdict == PASSES)
    now = next((one for one in found if one.model == present), None)
    cheaper = {one.model for one in costs_less(present, found) if now is not None and _with_repeats(now, one) < 1}
    return next((model for model in passing if model in cheaper), None)


def costs_less(present: str, found: Sequence[Evidence]) -> list[Evidence]:
    """Those of which a task costs less than of the ``present`` one. Tasks that cost nothing have no price that could
    be compared: a bill has not come, or somebody else pays it."""
    now = next((one.mean_cost_usd for one in found if one.model == present), None)
    return [one for one in found if now is not None and one.mean_cost_usd and one.mean_cost_usd < now]


def lost(now: Evidence, then: Evidence) -> Decimal:
    """The share of all tasks that ``then`` gets wrong more often than ``now``; 0 where it does not."""
    return max(Decimal(now.successes) / now.tasks - Decimal(then.successes) / then.tasks, Decimal(0))


def _with_repeats(now: Evidence, then: Evidence) -> Decimal:
    """What a task costs on ``then``, over what it costs now, what is lost being asked again."""
    assert now.mean_cost_usd
    assert then.mean_cost_usd
    return then.mean_cost_usd / now.mean_cost_usd + lost(now, then)


def cost_ratio(now: Evidence, then: Evidence) -> tuple[float, float, float]:
    """How many times as much a task costs on ``then``: lower end of the 95 % interval, point, upper end.

    The logarithm's standard error comes from both variations by the delta method; tasks count as independent. Raises
    ValueError where a cost or a variation is not known.
    """
    for one in (now, then):
        if not one.mean_cost_usd or one.cost_variation is None:
            raise ValueError(f"what {one.tasks} evaluated tasks on {one.model} cost is not known; no ratio can be told")
    assert now.mean_cost_usd is not None
    assert then.mean_cost_usd is not None
    ratio = float(then.mean_cost_usd / now.mean_cost_usd)
    error = math.hypot(*((one.cost_variation or 0.0) / math.sqrt(one.tasks) for one in (now, then)))
    return ratio * math.exp(-Z * error), ratio, ratio * math.exp(Z * error)


def _verdict(present: Evidence, other: Evidence) -> str:
    if other.model == present.model:
        return PRESENT
    if min(present.tasks, other.tasks) < LEAST_TASKS:
        return THIN
    shares = (present.successes, present.tasks), (other.successes, other.tasks)
    if least_gained(*shares) >= -MARGIN:
        return PASSES
    return WORSE if most_gained(*shares) < 0 else THIN
