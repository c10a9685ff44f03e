"""Which version of a budget a call counts in: what was spent under one scope stays spent when another follows it.

A call counts by the version that held when it began. Before the first version, and where none held, the next one
counts: `valid_from` and `valid_to` say when a budget is enforced, they never cut a counter. Only versions of one
window, one unit and the same "*" dimensions share counters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from transforms.budgets.budget import Budget

_EVER = datetime.min.replace(tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """The time whose calls count by one version; the end is exclusive."""

    budget: Budget
    since: datetime = _EVER
    until: datetime = _FOREVER

    def holds(self, at: datetime) -> bool:
        """Whether a call of that time counts by it."""
        return self.since <= at < self.until


def periods(budgets: Iterable[Budget], now: datetime) -> list[Period]:
    """The periods of all versions that share counters with the version of their budget that counts now."""
    versions: dict[str, list[Budget]] = {}
    for budget in budgets:
        versions.setdefault(budget.budget_id, []).append(budget)
    found = []
    for of_one in versions.values():
        current = next(one.budget for one in _in_turn(of_one) if one.holds(now))
        found += _in_turn(one for one in of_one if _kind(one) == _kind(current))
    return found


def _in_turn(versions: Iterable[Budget]) -> list[Period]:
    """One after the other without a gap; the file says that they do not overlap."""
    ordered = sorted(versions, key=lambda one: one.valid_from or _EVER)
    ends = [one.valid_to or _FOREVER for one in ordered[:-1]] + [_FOREVER]
    return [Period(*one) for one in zip(ordered, [_EVER, *ends[:-1]], ends, strict=True)]


def _kind(budget: Budget) -> tuple[object, ...]:
    return budget.window, budget.unit, budget.each
