"""The decision service: asks, settlements and releases in, answers out, each on disk before it is given.

All of it runs on the event loop of the door: between reading how counters stand and booking a grant nothing else can
run, so no two requests ever pass on the same money. Only the disk is waited for.
"""

import asyncio
import dataclasses
import heapq
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from collector.budget import alternatives, annotations, answers, decisions, journal_files, requests
from collector.budget.annotations import ANOMALY_NOTE, Annotation
from collector.budget.books import Books, kind_of
from collector.budget.counters import counter_id, moment, standings
from collector.budget.estimating import Knowledge, estimated
from collector.budget.events import Decided, Event, Expired, Grant, Hold, Pruned, Released, Seen, Settled, Spend
from collector.budget.figures import Figures
from collector.budget.forgetting import Forgetting
from collector.budget.journal import Journal, JournalUnavailableError, opened
from collector.budget.journal_files import JournalError
from collector.budget.ledger import Ledger
from collector.budget.requests import BadRequestError, Check
from collector.budget.reservations import Reservation, State
from transforms.budgets.budget import DENY
from transforms.budgets.decision import Asked, Standing, decide

logger = logging.getLogger(__name__)

JOURNAL_BYTES = 16 * 1024 * 1024
"""Size at which another journal is begun."""

_EXPIRED_AT_ONCE = 100
"""How many reservations end between two decisions: thousands would hold up the loop for a second."""


class UnavailableError(RuntimeError):
    """No decision can be made, or kept, now."""


class ConflictError(RuntimeError):
    """A reservation is not what the request takes it for."""


class UnknownReservationError(LookupError):
    """Nobody was granted that reservation, or it was closed long ago."""


class BudgetService:
    """Of one data directory, whose lock the caller owns. Call from one thread, that of the event loop."""

    def __init__(
        self,
        data: Path,
        budgets_file: Path | None,
        clock_ns: Callable[[], int] = time.time_ns,
        *,
        waits_for_disk: bool = False,
    ) -> None:
        self._waits_for_disk = waits_for_disk
        self._data, self._folder, self._budgets_file = data, journal_files.folder_of(data), budgets_file
        self._clock_ns = clock_ns
        self._journal: Journal | None = None
        self.ledger = Ledger()
        self.figures = Figures()
        self.knowledge = Knowledge()
        self.spend = answers.SpendAge()
        self._due: list[tuple[int, str]] = []
        self._names: defaultdict[str, set[str]] = defaultdict(set)  # of reservations in the ledger, by their ids alone
        self._covered: frozenset[tuple[object, ...]] | None = None  # budgets whose spend is counted; None: nobody does
        self._forgetting = Forgetting(self.ledger)
        self._problem = ""
        self._retry_at = 0.0
        self.openings = 0  # how often the ledger was read anew: spend that was told before may be lost
        self.books = Books(None, [], None)
        self._open()

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words."""
        return [one for one in (self._problem, *self.books.problems) if one]

    def close(self) -> None:
        """Write what is waiting, and stop."""
        if self._journal:
            self._journal.close()
            self._journal = None

    async def check(self, said: Mapping[str, Any], organization: str | None) -> dict[str, Any]:
        """Decide, and reserve what is granted. Raises BadRequestError, ConflictError or UnavailableError."""
        check = requests.read_check(said, organization)
        now_ns = self._now()
        if known := self._of(check):
            return await self._granted_before(known, check)
        at = moment(now_ns)
        amounts, notes = estimated(check.estimate, self.knowledge, check.scope)
        found = standings(self.ledger, self.books.book, check.scope, at)
        uncounted = [
            one.budget for one in found if self._covered is not None and kind_of(one.budget) not in self._covered
        ]
        if any(one.when_unreachable == DENY for one in uncounted):
            self.figures.count_decision(DENY)
            return (
                decisions.uncounted(uncounted)
                | {"notes": notes, "spend": self.spend.said(now_ns)}
                | answers.granted(None)
            )
        asked = Asked(check.scope, amounts, check.priority, self._approved_by(check, found, at))
        decision = decide(asked, found)
        grant = self._grant(check, asked, found, now_ns) if decision.is_granted and check.is_reserving else None
        record = decisions.record_of(check, asked, found, decision, self.books.digest)
        self.figures.count_decision(decision.verdict)
        await self._happen(Decided(now_ns, record, grant))
        answer = decisions.answer_of(decision, at, amounts) | {"notes": notes, "spend": self.spend.said(now_ns)}
        if not decision.is_granted and (model := self._alternative(check, asked, at)):
            answer["alternative_model"] = model
        answer["reasons"] += decisions.uncounted(uncounted)["reasons"]
        return answer | answers.granted(grant)

    async def settle(self, said: Mapping[str, Any], organization: str | None) -> dict[str, Any]:
        """Take in what a reservation cost. Raises BadRequestError, UnknownReservationError, ConflictError or
        UnavailableError."""
        name, amounts = requests.read_settlement(said)
        now_ns, one = self._now(), self._known(name, requests.read_organization(said, organization))
        if one.declared is None:
            await self._happen(Settled(now_ns, one.grant.reservation, amounts))
        elif dict(one.declared) != amounts:
            raise ConflictError(f"reservation {name} was settled before, with other amounts")
        return answers.standing_of(one)

    async def release(self, said: Mapping[str, Any], organization: str | None) -> dict[str, Any]:
        """Give back what a reservation did not use. Raises as `settle`."""
        name = requests.read_release(said)
        now_ns, one = self._now(), self._known(name, requests.read_organization(said, organization))
        if one.state is State.OPEN:
            await self._happen(Released(now_ns, one.grant.reservation))
        elif one.state is State.SETTLED:
            raise ConflictError(f"reservation {name} is settled and cannot be released")
        return answers.standing_of(one)

    async def annotate(self, one: Annotation) -> None:
        """Keep ``one``; from now on it counts. Raises ConfigError for one that these budgets cannot use, OSError or
        UnavailableError."""
        if one.kind != ANOMALY_NOTE:
            self._now()
            one.override(self.books.book.budgets)
        await asyncio.to_thread(annotations.write, annotations.folder_of(self._data), one)
        if one.kind != ANOMALY_NOTE:
            self.books.add(one)
            await self._happen(self.books.event(self._now()))

    def awaits_spend(self) -> None:
        """Spend is read from now on: a budget that is new since it was read last is not taken for unspent until
        `cover`."""
        self._covered = self.books.kinds_before

    def cover(self, digest: str) -> None:
        """All that was spent of the budgets of this digest is counted."""
        if digest == self.books.digest and self._covered is not None:
            self._covered = frozenset(map(kind_of, self.books.book.budgets))

    def take_spend(self, spend: Mapping[str, int], why: str) -> None:
        """Spend in spans by counter, in place of what was known of those counters."""
        now_ns = self._now()
        changes = {}
        for counter, amount in spend.items():
            account = self.ledger.accounts.get(counter)
            before = account.spend if account else 0
            if before != amount:
                changes[counter] = (before, amount)
        self.figures.corrections += sum(amount < before for before, amount in changes.values())
        if changes:
            self._note([Spend(now_ns, changes, why)])

    def take_seen(self, found: Iterable[Mapping[str, Any]]) -> None:
        """What spans say of reservations, in place of what was known of those."""
        now_ns = self._now()
        events = []
        for said in found:
            one = self.ledger.reservations.get(said["reservation"])
            if one is None:
                continue
            event = Seen(now_ns, **said)
            if one.seen is None or dataclasses.replace(one.seen, at_ns=now_ns) != event:
                events.append(event)
                self.figures.corrections += one.state is not State.OPEN
        self._note(events)

    def known(self) -> dict[str, Any]:
        """What the reader of spend begins with."""
        began = [one.granted_at_ns for one in self.ledger.reservations.values()]
        return {
            "book": self.books.event(0).content,
            "spend": {name: account.spend for name, account in self.ledger.accounts.items() if account.spend},
            "since_ns": min(began, default=self._clock_ns()),
            "granted": {name: one.granted_at_ns for name, one in self.ledger.reservations.items()},
            "at_ns": self._clock_ns(),
        }

    def tick(self) -> None:
        """What time does: expiry, forgetting, another journal, a changed file, another try of what failed."""
        if self._problem:
            self._open_again()
            return
        if self._journal and self._journal.error:
            self._problem = self._journal.error
            return
        now_ns = self._now()
        if self.books.refresh():
            self._note([self.books.event(now_ns)])
        assert self._journal is not None
        self._forget(now_ns)
        if self._journal.size > JOURNAL_BYTES:
            self.rotate()

    def expire(self) -> bool:
        """End a part of what is due; whether there is more."""
        if self._journal is None or self._problem:
            return False
        now_ns = self._now()
        return bool(self._due) and self._due[0][0] <= now_ns

    def rotate(self) -> None:
        """Begin another journal; the one before is archived elsewhere."""
        event = self.books.event(self._now())
        if self._journal:
            self._wait_for(self._journal.rotate(event))

    def _forget(self, now_ns: int) -> None:
        """A part of what is over."""
        reservations, counters = self._forgetting.due(now_ns, self.books.book)
        for name in reservations:
            self._unname(name)
        if reservations or counters:
            self._note([Pruned(now_ns, reservations, counters)])

    def _open(self) -> None:
        try:
            self.ledger, self._journal, last = opened(self._folder, waits_for_disk=self._waits_for_disk)
            given = annotations.read(annotations.folder_of(self._data))
            said = [one for one in given if one.kind != ANOMALY_NOTE]
        except (JournalError, OSError, ValueError) as error:
            self._problem = f"budgets cannot be decided on: {error}"
            logger.error("%s", self._problem)
            return
        self._problem = ""
        self.books = Books(self._budgets_file, said, last)
        self._index()
        self.figures.journal = self._journal
        if last is None or last.digest != self.books.digest:
            self._note([self.books.event(self._clock_ns())])

    def _index(self) -> None:
        """What is looked up of the ledger, anew."""
        kept = self.ledger.reservations
        self._due = [(kept[name].grant.expires_at_ns, name) for name in self.ledger.open]
        heapq.heapify(self._due)
        self._names.clear()
        for name in kept:
            self._names[name.partition("/")[2]].add(name)
        self._forgetting = Forgetting(self.ledger)

    def _open_again(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        self._retry_at = time.monotonic() + 1
        self.close()
        self._open()
        self.openings += 1

    def _now(self) -> int:
        """This instant, at which what was due has expired, or a part of it. Raises UnavailableError."""
        if self._journal is None or self._problem:
            raise UnavailableError(self._problem or "the budget service is stopping")
        now_ns = self._clock_ns()
        events: list[Event] = []
        while self._due and self._due[0][0] <= now_ns and len(events) < _EXPIRED_AT_ONCE:
            _, name = heapq.heappop(self._due)
            one = self.ledger.reservations.get(name)
            if one is not None and one.state is State.OPEN:
                events.append(Expired(now_ns, name))
        self.figures.expired += len(events)
        self._note(events)
        return now_ns

    def _grant(self, check: Check, asked: Asked, found: Iterable[Standing], now_ns: int) -> Grant:
        at = moment(now_ns)
        holds = tuple(
            Hold(counter_id(one.budget, one.counter, at), one.budget.unit, asked.estimates[one.budget.unit])
            for one in found
            if one.budget.unit in asked.estimates
        )
        name = answers.named(check.scope, check.reservation or secrets.token_hex(12))
        return Grant(name, now_ns + check.ttl_s * 10**9, decisions.calls_of(check, asked), holds, check.digest)

    def _alternative(self, check: Check, asked: Asked, at: datetime) -> str | None:
        def standing(scope: Mapping[str, str]) -> list[Standing]:
            return standings(self.ledger, self.books.book, scope, at)

        return alternatives.cheapest(check.estimate, asked, standing, self.knowledge)

    def _approved_by(self, check: Check, found: Iterable[Standing], at: datetime) -> str | None:
        if check.approval is None:
            return None
        by = self.books.approved_by(check.approval, [one.budget.budget_id for one in found], at)
        if by is None:
            raise BadRequestError(f"approval: {check.approval} is no approval of these budgets that holds now")
        return by

    def _unname(self, name: str) -> None:
        plain = name.partition("/")[2]
        self._names[plain].discard(name)
        if not self._names[plain]:
            del self._names[plain]

    def _known(self, name: str, organization: str | None) -> Reservation:
        names = {f"{organization}/{name}"} if organization is not None else self._names.get(name, set())
        if len(names) > 1:
            raise ConflictError(
                f"reservation_id: {name} is a reservation of several organizations; say which: organization"
            )
        found = self.ledger.reservations.get(next(iter(names), ""))
        if found is None:
            raise UnknownReservationError(f"reservation_id: {name} is not known here, or was closed long ago")
        return found

    def _of(self, check: Check) -> Reservation | None:
        """The reservation that was made under the id before. Raises ConflictError where that is over long since."""
        name = answers.named(check.scope, check.reservation or "")
        if name in self.ledger.used:
            raise ConflictError(f"reservation_id: {check.reservation} was used before; take another id")
        return self.ledger.reservations.get(name)

    async def _granted_before(self, one: Reservation, check: Check) -> dict[str, Any]:
        """The answer to a check whose answer was lost; the first may be on its way to the disk still."""
        if one.state is not State.OPEN:
            raise ConflictError(f"reservation_id: {check.reservation} is {one.state.value}; take another id")
        if one.grant.asked != check.digest:
            raise ConflictError(f"reservation_id: {check.reservation} was granted for another request; take another id")
        await self._happen()
        said = decisions.unreachable([budget for budget, *_ in self._budgets_of(check)])
        return {"verdict": "allow", "reasons": ["it was granted before"], "is_repeat": True, **said} | answers.granted(
            one.grant
        )

    def _budgets_of(self, check: Check) -> list[tuple[Any, ...]]:
        return list(self.books.book.counters(check.scope, moment(self._clock_ns())))

    async def _happen(self, *events: Event) -> None:
        """Apply ``events`` and wait until they, and all before them, are on disk. Raises UnavailableError."""
        assert self._journal is not None
        for event in events:
            self._apply(event)
        try:
            await asyncio.wrap_future(self._journal.append(*events))
        except JournalUnavailableError as error:
            self._problem = str(error)
            raise UnavailableError(self._problem) from error

    def _apply(self, event: Event) -> None:
        was_open = isinstance(event, Settled | Released | Expired | Seen) and event.reservation in self.ledger.open
        self.ledger.apply(event)
        if isinstance(event, Decided) and event.grant:
            name = event.grant.reservation
            heapq.heappush(self._due, (event.grant.expires_at_ns, name))
            self._names[name.partition("/")[2]].add(name)
        elif was_open and (name := event.reservation) not in self.ledger.open:  # type: ignore[union-attr]  # has one
            self._forgetting.note_closed(name)

    def _note(self, events: Iterable[Event]) -> None:
        """Apply ``events``, which nobody waits for."""
        noted = list(events)
        for event in noted:
            self._apply(event)
        if noted and self._journal:
            self._wait_for(self._journal.append(*noted))

    def _wait_for(self, done: Any) -> None:
        done.add_done_callback(self._note_failure)

    def _note_failure(self, done: Any) -> None:
        if error := done.exception():
            self._problem = str(error)
