"""The budgets' ledger: events in, standings out; in memory, in integers, without a clock, a file or a socket.

What counts against a limit at a counter is its spend in spans, what reservations cost beside that, and what is
outstanding. The same events in the same order always give the same ledger.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable

from collector.budget.events import (
    Book,
    Counter,
    Decided,
    Event,
    Expired,
    Grant,
    Pruned,
    Released,
    Seen,
    Settled,
    Spend,
)
from collector.budget.reservations import NOTHING, Parts, Reservation, State, base_of, owner_of

MOST_USED = 200_000
"""How many names of forgotten reservations are remembered, so that nobody takes one again."""


@dataclasses.dataclass(frozen=True)
class Totals:
    """How a counter stands: ``settled`` is what reservations cost, ``unreserved`` what else was spent. The latter is
    below 0 where the warehouse counts less than was seen live."""

    settled: int
    unreserved: int
    outstanding: int

    @property
    def used(self) -> int:
        """What counts against the limit."""
        return self.settled + self.unreserved + self.outstanding


@dataclasses.dataclass
class Account:
    """One counter: its spend in spans, and the sum of what became of the holds on it."""

    spend: int = 0
    parts: Parts = NOTHING

    @property
    def totals(self) -> Totals:
        """How it stands."""
        return Totals(self.parts.cost, self.spend - self.parts.seen, self.parts.outstanding)


class Ledger:
    """See the module. `apply` is the only way in."""

    def __init__(self) -> None:
        self.accounts: dict[Counter, Account] = {}
        self.reservations: dict[str, Reservation] = {}
        self.open: set[str] = set()  # names of those that are neither settled, released nor expired
        self.forgotten: dict[Counter, Parts] = {}  # sums of reservations that are not kept one by one any more
        self.used: dict[str, None] = {}  # names of forgotten ones, the oldest first
        self.parts_of: defaultdict[str, set[Counter]] = defaultdict(set)  # counters by their base
        self.windows_of: defaultdict[str, set[str]] = defaultdict(set)  # bases by their budget and values

    def apply(self, event: Event) -> None:
        """Take in ``event``. Raises ValueError, having changed nothing, for one that cannot have happened."""
        match event:
            case Decided(at_ns=at_ns, grant=Grant() as grant):
                self._grant(grant, at_ns)
            case Settled():
                self._settle(event)
            case Released():
                self._close(event.reservation, State.RELEASED, event.at_ns)
            case Expired():
                self._close(event.reservation, State.EXPIRED, event.at_ns)
            case Seen():
                self._see(event)
            case Spend():
                self._spend(event)
            case Pruned():
                self._prune(event)
            case Decided() | Book():
                pass

    def totals(self, counters: Iterable[Counter]) -> Totals:
        """The sum over ``counters``; those that nobody spent of are 0."""
        found = [self.accounts[one].totals for one in counters if one in self.accounts]
        return Totals(*(sum(vars(one)[name] for one in found) for name in ("settled", "unreserved", "outstanding")))

    def rolling(self, base: str, since_s: int, width_s: int) -> Totals:
        """How a rolling window that starts at ``since_s`` stands, of parts of ``width_s``; the part across its start
        counts whole, and what is outstanding from before counts too."""
        parts = {int(one.rpartition("@")[2]): one for one in self.parts_of.get(base, ())}
        totals = self.totals(one for start, one in parts.items() if start + width_s > since_s)
        before = self.totals(one for start, one in parts.items() if start + width_s <= since_s)
        return dataclasses.replace(totals, outstanding=totals.outstanding + before.outstanding)

    def window(self, base: str) -> Totals:
        """How a window stands that the calendar cuts, or nothing. What is outstanding of others of the same budget and
        values counts too: it was granted before, and may be spent in this one."""
        totals = self.totals(self.parts_of.get(base, ()))
        others = self.windows_of.get(owner_of(base), set()) - {base}
        before = self.totals(part for one in others for part in self.parts_of[one])
        return dataclasses.replace(totals, outstanding=totals.outstanding + before.outstanding)

    def outstanding(self) -> list[Reservation]:
        """Reservations that are open."""
        return [self.reservations[name] for name in sorted(self.open)]

    def _grant(self, grant: Grant, at_ns: int) -> None:
        if grant.reservation in self.reservations:
            raise ValueError(f"reservation {grant.reservation} was granted before")
        if grant.calls < 1 or any(hold.amount < 0 for hold in grant.holds):
            raise ValueError(f"reservation {grant.reservation}: {grant.calls} calls, holds {grant.holds}")
        self.reservations[grant.reservation] = Reservation(grant, at_ns)
        self.open.add(grant.reservation)
        self._book(self.reservations[grant.reservation], 1)

    def _settle(self, event: Settled) -> None:
        reservation = self.reservations[event.reservation]
        if reservation.declared is not None:
            raise ValueError(f"reservation {event.reservation} was settled before")
        self._book(reservation, -1)
        reservation.declared = dict(event.amounts)
        if reservation.state is State.OPEN:
            reservation.close(State.SETTLED, event.at_ns)
            self.open.discard(event.reservation)
        self._book(reservation, 1)

    def _close(self, name: str, state: State, at_ns: int) -> None:
        reservation = self.reservations[name]
        if reservation.state is not State.OPEN:
            raise ValueError(f"reservation {name} is {reservation.state.value} and cannot be {state.value}")
        self._book(reservation, -1)
        reservation.close(state, at_ns)
        self.open.discard(name)
        self._book(reservation, 1)

    def _see(self, event: Seen) -> None:
        reservation = self.reservations[event.reservation]
        self._book(reservation, -1)
        reservation.seen = event
        if reservation.state is State.OPEN and reservation.is_seen_whole:
            reservation.close(State.SETTLED, event.at_ns)
            self.open.discard(event.reservation)
        self._book(reservation, 1)

    def _spend(self, event: Spend) -> None:
        for counter, (before, _) in event.changes.items():
            if (now := self._account(counter).spend) != before:
                raise ValueError(f"{counter} stands at {now}, the event says {before}")
        for counter, (_, amount) in event.changes.items():
            self._account(counter).spend = amount

    def _book(self, reservation: Reservation, sign: int) -> None:
        for hold, parts in reservation.parts():
            account = self._account(hold.counter)
            account.parts = account.parts.plus(parts, sign)

    def _account(self, counter: Counter) -> Account:
        if counter not in self.accounts:
            self.accounts[counter] = Account()
            self.index(counter)
        return self.accounts[counter]

    def index(self, counter: Counter) -> None:
        """Make an account of ``counter`` found."""
        base = base_of(counter)
        self.parts_of[base].add(counter)
        self.windows_of[owner_of(base)].add(base)

    def _prune(self, event: Pruned) -> None:
        for name in event.reservations:
            if name in self.open:
                raise ValueError(f"reservation {name} is open and cannot be forgotten")
        for name in event.reservations:
            self.used[name] = None
            for hold, parts in self.reservations.pop(name).parts():
                self.forgotten[hold.counter] = self.forgotten.get(hold.counter, NOTHING).plus(parts)
        for _ in range(len(self.used) - MOST_USED):
            del self.used[next(iter(self.used))]
        for counter in event.counters:
            self._drop(counter)

    def _drop(self, counter: Counter) -> None:
        if counter not in self.accounts or self.accounts[counter].parts != self.forgotten.get(counter, NOTHING):
            return  # some reservation is still kept by name
        del self.accounts[counter]
        self.forgotten.pop(counter, None)
        base = base_of(counter)
        self.parts_of[base].discard(counter)
        if not self.parts_of[base]:
            del self.parts_of[base]
            self.windows_of[owner_of(base)].discard(base)
            if not self.windows_of[owner_of(base)]:
                del self.windows_of[owner_of(base)]

    def faults(self) -> list[str]:
        """What does not add up, in words; nothing in a sound ledger."""
        found = [
            f"{name} at {hold.counter}: {parts}"
            for name, one in self.reservations.items()
            for hold, parts in one.parts()
            if not parts.is_balanced
        ]
        summed: defaultdict[Counter, Parts] = defaultdict(Parts, self.forgotten)
        for one in self.reservations.values():
            for hold, parts in one.parts():
                summed[hold.counter] = summed[hold.counter].plus(parts)
        for counter, account in self.accounts.items():
            if account.parts != summed[counter]:
                found.append(f"{counter} says {account.parts}, its reservations {summed[counter]}")
            if account.parts.outstanding < 0 or account.totals.settled < 0:
                found.append(f"{counter} is below nothing: {account}")
        return found
