"""Which cheaper model evaluations support: success shares with Wilson's interval, compared by Newcombe's.

A model passes where its success share is not significantly below the present model's: the upper end of the 95 %
interval of the difference (Newcombe 1998, method 10, from the two Wilson intervals) is 0 or more. Below `LEAST_TASKS`
evaluated tasks of either model there is no verdict: a handful of tasks makes every difference insignificant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from transforms.shares import most_gained, wilson

LEAST_TASKS = 30

PASSES, WORSE, THIN, PRESENT = "passes", "worse", "too few tasks", "the present model"


@dataclass(frozen=True)
class Evidence:
    """What the evaluated tasks of a workflow say of one model."""

    model: str
    tasks: int  # with a verdict, all on this model alone
    successes: int
    mean_cost_usd: Decimal | None  # of a task; None where a call has no known cost

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
    """The cheapest model that passes and costs less a task than the present one; None where there is none."""
    costs = {one.model: one.mean_cost_usd for one in found}
    now = costs.get(present)
    for one in judge(present, found):
        cost = one.evidence.mean_cost_usd
        if one.verdict == PASSES and cost is not None and now is not None and cost < now:
            return one.evidence.model
    return None


def _verdict(present: Evidence, other: Evidence) -> str:
    if other.model == present.model:
        return PRESENT
    if min(present.tasks, other.tasks) < LEAST_TASKS:
        return THIN
    gained = most_gained((present.successes, present.tasks), (other.successes, other.tasks))
    return PASSES if gained >= 0 else WORSE
