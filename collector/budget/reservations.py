"""One reservation: what it was granted, what became of that, in integers that always add up.

    granted = outstanding + settled within the grant + released + expired

What it cost beyond the grant is its overrun; what is learnt after it was released or had expired is late, a correction.
Spans win over what its holder said as soon as all its calls were seen, and a call without a known cost, or
without known tokens, counts at its estimate, never 0.
"""

import dataclasses
import enum
from collections.abc import Mapping

from collector.budget.events import Counter, Grant, Hold, Seen
from transforms.budgets.budget import TOKENS, USD


class State(enum.Enum):
    """Of a reservation. All but open are final."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclasses.dataclass(frozen=True)
class Parts:
    """What became of one hold. ``seen`` is what spans count at its counter already; the rest of what it cost stands
    apart, beside the spend of that counter."""

    granted: int = 0
    outstanding: int = 0
    within: int = 0
    released: int = 0
    expired: int = 0
    overrun: int = 0
    late: int = 0
    seen: int = 0

    @property
    def cost(self) -> int:
        """All it cost, late or not."""
        return self.within + self.overrun + self.late

    @property
    def is_balanced(self) -> bool:
        """The identity above, and no negative part of the grant."""
        parts = (self.outstanding, self.within, self.released, self.expired)
        return self.granted == sum(parts) and min(parts) >= 0 and self.overrun >= 0

    def plus(self, other: "Parts", sign: int = 1) -> "Parts":
        """The sum, or with ``sign`` -1 the difference."""
        return Parts(*(mine + sign * its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))


NOTHING = Parts()


def base_of(counter: Counter) -> str:
    """The counter without the part of a rolling window."""
    return counter.rpartition("@")[0]


def owner_of(base: str) -> str:
    """Its budget and values, without the window."""
    return base.rpartition("|")[0]


@dataclasses.dataclass
class Reservation:
    """A grant and what is known of it since. ``costs_when_closed``: by hold, what it had cost when it was released or
    expired."""

    grant: Grant
    granted_at_ns: int
    state: State = State.OPEN
    closed_at_ns: int | None = None
    declared: Mapping[str, int] | None = None
    seen: Seen | None = None
    costs_when_closed: tuple[int, ...] | None = None

    @property
    def is_seen_whole(self) -> bool:
        """Whether all its calls were seen in spans."""
        return self.seen is not None and self.seen.calls >= self.grant.calls

    def close(self, state: State, at_ns: int) -> None:
        """Nothing more is reserved. Raises ValueError where that was so before."""
        if self.state is not State.OPEN:
            raise ValueError(f"reservation {self.grant.reservation} is {self.state.value} and cannot be {state.value}")
        if state in (State.RELEASED, State.EXPIRED):
            self.costs_when_closed = tuple(self.cost(hold) for hold in self.grant.holds)
        self.state, self.closed_at_ns = state, at_ns

    def cost(self, hold: Hold) -> int:
        """What it cost so far, in the unit of ``hold``."""
        said = 0 if self.declared is None else self.declared.get(hold.unit, hold.amount)
        if self.seen is None:
            return said
        in_spans = self.seen.amounts.get(hold.unit, 0)
        unknown = {USD: self.seen.unpriced, TOKENS: self.seen.uncounted}.get(hold.unit, 0)
        in_spans += unknown * -(-hold.amount // self.grant.calls)
        return in_spans if self.is_seen_whole else max(said, in_spans)

    def parts(self) -> list[tuple[Hold, Parts]]:
        """Each hold, and what became of it."""
        return [(hold, self._parts(number, hold)) for number, hold in enumerate(self.grant.holds)]

    def _parts(self, number: int, hold: Hold) -> Parts:
        granted, cost = hold.amount, self.cost(hold)
        known = cost if self.costs_when_closed is None else self.costs_when_closed[number]
        within = min(granted, known)
        left = {
            State.OPEN: "outstanding",
            State.SETTLED: "released",
            State.RELEASED: "released",
            State.EXPIRED: "expired",
        }[self.state]
        return Parts(
            granted=granted,
            within=within,
            overrun=known - within,
            late=cost - known,
            seen=self._counted(hold),
            **{left: granted - within},
        )

    def _counted(self, hold: Hold) -> int:
        if self.seen is None:
            return 0
        base = base_of(hold.counter)
        return sum(amount for counter, amount in self.seen.counters.items() if base_of(counter) == base)

    @property
    def is_accounted_for(self) -> bool:
        """Whether it is closed, and spans count at every counter all that it cost."""
        return self.state is not State.OPEN and all(parts.cost == parts.seen for _, parts in self.parts())
