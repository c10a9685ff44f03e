"""Which reservations need not be kept one by one any more, and which counters not at all; a part at a time, so that
finding out holds up no decision."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from collector.budget.counters import ends_at, moment
from collector.budget.ledger import Ledger
from collector.budget.reservations import Reservation
from transforms.budgets.book import BudgetBook

KEPT_S = 3600
"""How long a closed reservation is kept by name at least that spans do not account for, and a counter whose time is
over."""
LATE_S = 35 * 86400
"""How long it is kept at most, where a window that it counts in goes on: for spans and prices that come late."""
MOST_WAITING = 100_000
"""How many are kept so; beyond that the oldest are forgotten."""
SEEN_KEPT_S = 60
"""How long it is kept once spans have accounted for all of it."""
_AT_ONCE = 200
_WAITING_AT_ONCE = 50


class Forgetting:
    """Of one ledger, whose closed reservations it is told of in their order."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        closed = [(one.closed_at_ns, name) for name, one in ledger.reservations.items() if one.closed_at_ns is not None]
        self._closed = deque(name for _, name in sorted(closed))
        self._waiting: deque[str] = deque()  # those that spans may still come for
        self._to_sweep: list[str] = []

    def note_closed(self, name: str) -> None:
        """A reservation was closed just now."""
        self._closed.append(name)

    def due(self, now_ns: int, book: BudgetBook) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Reservations and counters to forget, of those looked at this time."""
        gone = [*self._accounted_for(now_ns - SEEN_KEPT_S * 10**9), *self._waited_for(now_ns, book)]
        if not self._to_sweep:
            self._to_sweep = list(self._ledger.accounts)
        looked_at = [self._to_sweep.pop() for _ in range(min(_AT_ONCE, len(self._to_sweep)))]
        before = moment(now_ns - KEPT_S * 10**9)
        return tuple(gone), tuple(one for one in looked_at if self._is_over(one, book, before))

    def _accounted_for(self, before_ns: int) -> Iterator[str]:
        """Names of closed ones that spans account for; for the others spans are waited for."""
        for _ in range(min(_AT_ONCE, len(self._closed))):
            one = self._ledger.reservations[self._closed[0]]
            if one.closed_at_ns is None or one.closed_at_ns >= before_ns:
                break
            name = self._closed.popleft()
            if one.is_accounted_for:
                yield name
            else:
                self._waiting.append(name)

    def _waited_for(self, now_ns: int, book: BudgetBook) -> Iterator[str]:
        """Names of those for which waiting is over, of some that are looked at in turn."""
        for _ in range(min(_WAITING_AT_ONCE, len(self._waiting))):
            name = self._waiting.popleft()
            one = self._ledger.reservations[name]
            is_one_too_many = len(self._waiting) >= MOST_WAITING
            if is_one_too_many or one.is_accounted_for or self._has_no_window(one, now_ns, book):
                yield name
            else:
                self._waiting.append(name)

    def _has_no_window(self, one: Reservation, now_ns: int, book: BudgetBook) -> bool:
        """Whether nothing counts any more in which spans of it could count a second time."""
        waited_s = (now_ns - (one.closed_at_ns or now_ns)) // 10**9
        before = moment(now_ns - KEPT_S * 10**9)
        ends = (ends_at(hold.counter, book) for hold in one.grant.holds)
        return waited_s > LATE_S or (waited_s > KEPT_S and all(end is not None and end < before for end in ends))

    def _is_over(self, counter: str, book: BudgetBook, before: datetime) -> bool:
        if counter not in self._ledger.accounts:
            return False
        end = ends_at(counter, book)
        return end is not None and end < before
