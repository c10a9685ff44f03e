"""What spans say was spent, taken into the ledger, and of which budgets all of it is counted."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from collector.budget.answers import SpendAge
from collector.budget.books import kind_of
from collector.budget.events import Seen, Spend
from collector.budget.figures import Figures
from collector.budget.kept import Kept
from collector.budget.reservations import State
from transforms.budgets.budget import Budget


class Spans:
    """Told by the reader of spend (`collector.budget.live`)."""

    def __init__(self, kept: Kept, figures: Figures) -> None:
        self._kept, self._figures = kept, figures
        self.age = SpendAge()
        self._covered: frozenset[tuple[object, ...]] | None = None  # budgets whose spend is counted; None: nobody does

    def await_spend(self) -> None:
        """Spend is read from now on: a budget that is new since it was read last is not taken for unspent until
        `cover`."""
        self._covered = self._kept.books.kinds_before

    def cover(self, digest: str) -> None:
        """All that was spent of the budgets of this digest is counted."""
        books = self._kept.books
        if digest == books.digest and self._covered is not None:
            self._covered = frozenset(map(kind_of, books.book.budgets))

    def uncounted(self, budgets: Iterable[Budget]) -> list[Budget]:
        """Those of ``budgets`` of which it is not known yet what was spent."""
        covered = self._covered
        return [] if covered is None else [one for one in budgets if kind_of(one) not in covered]

    def take_spend(self, spend: Mapping[str, int], why: str) -> None:
        """Spend in spans by counter, in place of what was known of those counters. Raises UnavailableError."""
        now_ns = self._kept.now()
        changes = {}
        for counter, amount in spend.items():
            account = self._kept.ledger.accounts.get(counter)
            before = account.spend if account else 0
            if before != amount:
                changes[counter] = (before, amount)
        self._figures.corrections += sum(amount < before for before, amount in changes.values())
        if changes:
            self._kept.note([Spend(now_ns, changes, why)])

    def take_seen(self, found: Iterable[Mapping[str, Any]]) -> None:
        """What spans say of reservations, in place of what was known of those. Raises UnavailableError."""
        now_ns = self._kept.now()
        events = []
        for said in found:
            one = self._kept.ledger.reservations.get(said["reservation"])
            if one is None:
                continue
            event = Seen(now_ns, **said)
            if one.seen is None or dataclasses.replace(one.seen, at_ns=now_ns) != event:
                events.append(event)
                self._figures.corrections += one.state is not State.OPEN
        self._kept.note(events)

    def known(self) -> dict[str, Any]:
        """What the reader of spend begins with."""
        ledger, now_ns = self._kept.ledger, self._kept.clock_ns()
        began = [one.granted_at_ns for one in ledger.reservations.values()]
        return {
            "book": self._kept.books.event(0).content,
            "spend": {name: account.spend for name, account in ledger.accounts.items() if account.spend},
            "since_ns": min(began, default=now_ns),
            "granted": {name: one.granted_at_ns for name, one in ledger.reservations.items()},
            "at_ns": now_ns,
        }
