"""What is looked up of the ledger: reservations by their ids alone, which are due, which need not be kept."""

import heapq
from collections import defaultdict

from collector.budget.events import Decided, Event, Expired, Released, Seen, Settled
from collector.budget.forgetting import Forgetting
from collector.budget.ledger import Ledger
from collector.budget.reservations import Reservation
from transforms.budgets.book import BudgetBook

_EXPIRED_AT_ONCE = 100
"""How many reservations end between two decisions: thousands would hold up the loop for a second."""


class ConflictError(RuntimeError):
    """A reservation is not what the request takes it for."""


class UnknownReservationError(LookupError):
    """Nobody was granted that reservation, or it was closed long ago."""


class Index:
    """Of one ledger, to which nobody else applies events."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._due = [(ledger.reservations[name].grant.expires_at_ns, name) for name in ledger.open]
        heapq.heapify(self._due)
        self._names: defaultdict[str, set[str]] = defaultdict(set)  # of reservations, by their ids alone
        for name in ledger.reservations:
            self._names[_id_of(name)].add(name)
        self._forgetting = Forgetting(ledger)

    def apply(self, event: Event) -> None:
        """To the ledger, and follow it."""
        was_open = isinstance(event, Settled | Released | Expired | Seen) and event.reservation in self._ledger.open
        self._ledger.apply(event)
        if isinstance(event, Decided) and event.grant:
            name = event.grant.reservation
            heapq.heappush(self._due, (event.grant.expires_at_ns, name))
            self._names[_id_of(name)].add(name)
        elif was_open and (name := event.reservation) not in self._ledger.open:  # type: ignore[union-attr]  # has one
            self._forgetting.note_closed(name)

    def find(self, reservation: str, organization: str | None) -> Reservation:
        """The reservation of that id, of the organization where one is named. Raises ConflictError where several
        organizations have one, UnknownReservationError where nobody does."""
        names = {f"{organization}/{reservation}"} if organization is not None else self._names.get(reservation, set())
        if len(names) > 1:
            raise ConflictError(
                f"reservation_id: {reservation} is a reservation of several organizations; say which: organization"
            )
        found = self._ledger.reservations.get(next(iter(names), ""))
        if found is None:
            raise UnknownReservationError(f"reservation_id: {reservation} is not known here, or was closed long ago")
        return found

    def is_due(self, now_ns: int) -> bool:
        """Whether the time of a reservation is over that nobody has looked at since."""
        return bool(self._due) and self._due[0][0] <= now_ns

    def expired(self, now_ns: int) -> list[Event]:
        """The end of a part of what is due and still open."""
        events: list[Event] = []
        while self.is_due(now_ns) and len(events) < _EXPIRED_AT_ONCE:
            _, name = heapq.heappop(self._due)
            if name in self._ledger.open:
                events.append(Expired(now_ns, name))
        return events

    def forget(self, now_ns: int, book: BudgetBook) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """A part of the reservations and counters that are over; the reservations are found no more."""
        reservations, counters = self._forgetting.due(now_ns, book)
        for name in reservations:
            names = self._names[_id_of(name)]
            names.discard(name)
            if not names:
                del self._names[_id_of(name)]
        return reservations, counters


def _id_of(name: str) -> str:
    """The id that clients know, without the organization."""
    return name.partition("/")[2]
