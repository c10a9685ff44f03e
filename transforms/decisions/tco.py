"""Total cost of ownership: what a feature costs a month, what the bill shows, what people do for it, what nobody books.

Direct is what somebody invoices for it; indirect the people and shared services that it takes; hidden what is paid
without a line of its own: failed and repeated work, incidents, work for compliance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transforms.decisions.checks import DecisionError, not_negative

KINDS = ("direct", "indirect", "hidden")


@dataclass(frozen=True)
class Item:
    """One cost, US dollars a month."""

    name: str
    kind: str
    usd: Decimal

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        if self.kind not in KINDS:
            raise DecisionError(f"kind of {self.name} is {self.kind!r}, expected one of {', '.join(KINDS)}")
        not_negative(self.name, self.usd)


@dataclass(frozen=True)
class Ownership:
    """All items, in the order given."""

    items: Sequence[Item]

    @property
    def total_usd(self) -> Decimal:
        """Of all kinds."""
        return sum((item.usd for item in self.items), Decimal(0))

    def of_kind(self, kind: str) -> Decimal:
        """The sum of one kind."""
        return sum((item.usd for item in self.items if item.kind == kind), Decimal(0))

    @property
    def multiple(self) -> Decimal | None:
        """All costs ÷ direct ones: what a dollar on the bill comes to; None without direct costs."""
        direct = self.of_kind("direct")
        return self.total_usd / direct if direct else None

    def usd_per(self, units: Decimal | int) -> Decimal | None:
        """What one of so many units a month costs; None where there are none."""
        return self.total_usd / units if units else None


def own(items: Iterable[Item]) -> Ownership:
    """The items together. Raises DecisionError where there is none or a name stands twice."""
    every = list(items)
    names = [item.name for item in every]
    if not every:
        raise DecisionError("expected at least one cost")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DecisionError(f"{twice[0]} stands twice")
    return Ownership(every)


EXAMPLE = (
    Item("model calls", "direct", Decimal(28000)),
    Item("machines and storage", "direct", Decimal(8000)),
    Item("vector database", "direct", Decimal(3000)),
    Item("evaluations", "direct", Decimal(5000)),
    Item("tools and monitoring", "direct", Decimal(4000)),
    Item("engineering", "indirect", Decimal(12500)),
    Item("operations", "indirect", Decimal(7500)),
    Item("data work", "indirect", Decimal(5000)),
    Item("failed and repeated work", "hidden", Decimal(3000)),
    Item("incidents", "hidden", Decimal(2500)),
    Item("compliance", "hidden", Decimal(1500)),
)
"""An invented feature, to begin with."""
