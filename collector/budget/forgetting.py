"""Which reservations need not be kept one by one any more, and which counters not at all; a part at a time, so that
finding out holds up no decision."""

from collections import deque
from datetime import datetime

from collector.budget.counters import ends_at, moment
from collector.budget.ledger import Ledger
from transforms.budgets.book import BudgetBook

KEPT_S = 3600
"""How long a closed reservation is kept by name for spans that may still come, and a counter whose time is over."""
SEEN_KEPT_S = 60
"""How long it is kept once spans have accounted for all of it."""
_AT_ONCE = 200


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
        gone = self._over(self._closed, now_ns - SEEN_KEPT_S * 10**9, self._waiting)
        gone += self._over(self._waiting, now_ns - KEPT_S * 10**9, None)
        if not self._to_sweep:
            self._to_sweep = list(self._ledger.accounts)
        looked_at = [self._to_sweep.pop() for _ in range(min(_AT_ONCE, len(self._to_sweep)))]
        before = moment(now_ns - KEPT_S * 10**9)
        return tuple(gone), tuple(one for one in looked_at if self._is_over(one, book, before))

    def _over(self, closed: deque[str], before_ns: int, later: deque[str] | None) -> list[str]:
        """Names of ``closed`` that can be forgotten; those that spans may still speak of go on to ``later``."""
        gone: list[str] = []
        for _ in range(min(_AT_ONCE, len(closed))):
            one = self._ledger.reservations[closed[0]]
            if one.closed_at_ns is None or one.closed_at_ns >= before_ns:
                break
            (gone if later is None or one.is_accounted_for else later).append(closed.popleft())
        return gone

    def _is_over(self, counter: str, book: BudgetBook, before: datetime) -> bool:
        if counter not in self._ledger.accounts:
            return False
        end = ends_at(counter, book)
        return end is not None and end < before
