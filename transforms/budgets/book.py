"""All budgets with their overrides: which counters a call counts against, and with which limit."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from transforms.budgets.budget import EACH, Budget, Counter, Override

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class BudgetBook:
    """Budgets in the order of their file, overrides in the order in which they were given."""

    budgets: tuple[Budget, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def digest(self) -> str:
        """Changes with anything the budgets say, not with how the file is written."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def with_overrides(self, overrides: Iterable[Override]) -> "BudgetBook":
        """The same budgets, with overrides that were given later."""
        return replace(self, overrides=(*self.overrides, *overrides))

    def counters(self, scope: Mapping[str, str], at: datetime) -> list[tuple[Budget, Counter, int]]:
        """The budgets of that time that a call of this scope counts against, its counter and the limit in force.

        A dimension that the scope leaves out has the value "": it matches no budget of a named value, and shares one
        counter of a budget for each value with everything else that leaves it out.
        """
        found = []
        for budget in self.budgets:
            if budget.is_valid(at) and matches(budget, scope):
                counter = counter_of(budget, scope, at)
                found.append((budget, counter, self.limit(budget, counter, at)))
        return found

    def limit(self, budget: Budget, counter: Counter, at: datetime) -> int:
        """The limit of a counter at that time, with the override in force."""
        override = self.override(budget, counter, at)
        return override.applied(budget.limit) if override else budget.limit

    def override(self, budget: Budget, counter: Counter, at: datetime) -> Override | None:
        """The override in force: one for the counter's own values before one for all, then the one that began last,
        then the one that was given last."""
        values = dict(counter.values)
        found = [
            (len(one.scope), one.valid_from or _EVER, place, one)
            for place, one in enumerate(self.overrides)
            if one.budget_id == budget.budget_id
            and one.is_valid(at)
            and all(values.get(dimension) == value for dimension, value in one.scope)
        ]
        return max(found)[-1] if found else None

    def has_turned(self, before: datetime, now: datetime) -> bool:
        """Whether a window began or ended between the two, or a version or an override."""
        edges = [edge for one in self.budgets for edge in (one.valid_from, one.valid_to)]
        edges += [edge for one in self.overrides for edge in (one.valid_from, one.valid_to)]
        return any(edge is not None and before < edge <= now for edge in edges) or any(
            budget.window.bounds(before) != budget.window.bounds(now) for budget in self.budgets
        )


NO_BUDGETS = BudgetBook()


def matches(budget: Budget, scope: Mapping[str, str]) -> bool:
    """Whether a call of this scope counts against the budget."""
    return all(value in (EACH, scope.get(dimension, "")) for dimension, value in budget.scope)


def counter_of(budget: Budget, scope: Mapping[str, str], at: datetime) -> Counter:
    """The counter of a budget that a call of this scope at that time counts in."""
    values = tuple((dimension, scope.get(dimension, "")) for dimension in budget.each)
    return Counter(budget.budget_id, values, budget.window.start(at))
