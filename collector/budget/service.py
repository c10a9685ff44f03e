"""The decision service: asks, settlements and releases in, answers out, each on disk before it is given.

All of it runs on the event loop of the door: between reading how counters stand and booking a grant nothing else can
run, so no two requests ever pass on the same money. Only the disk is waited for.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from collector.budget import alternatives, answers, decisions, requests
from collector.budget.counters import counter_id, moment, standings
from collector.budget.estimating import Knowledge, estimated
from collector.budget.events import Decided, Grant, Hold, Released, Settled
from collector.budget.figures import Figures
from collector.budget.index import ConflictError
from collector.budget.kept import Kept
from collector.budget.requests import BadRequestError, Check
from collector.budget.reservations import Reservation, State
from collector.budget.spans import Spans
from transforms.budgets.budget import DENY
from transforms.budgets.decision import Asked, Standing, decide


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
        self.figures = Figures()
        self.knowledge = Knowledge()
        self.kept = Kept(data, budgets_file, clock_ns, self.figures, waits_for_disk=waits_for_disk)
        self.spans = Spans(self.kept, self.figures)

    async def check(self, said: Mapping[str, Any], organization: str | None) -> dict[str, Any]:
        """Decide, and reserve what is granted. Raises BadRequestError, ConflictError or UnavailableError."""
        check = requests.read_check(said, organization)
        now_ns = self.kept.now()
        if known := self._of(check):
            return await self._granted_before(known, check)
        at = moment(now_ns)
        amounts, notes = estimated(check.estimate, self.knowledge, check.scope)
        told = {"notes": notes, "spend": self.spans.age.said(now_ns)}
        found = self._standings(check.scope, at)
        uncounted = self.spans.uncounted(one.budget for one in found)
        if any(one.when_unreachable == DENY for one in uncounted):
            self.figures.count_decision(DENY)
            return decisions.uncounted(uncounted) | told | answers.granted(None)
        asked = Asked(check.scope, amounts, check.priority, self._approved_by(check, found, at))
        decision = decide(asked, found)
        grant = _grant(check, asked, found, now_ns) if decision.is_granted and check.is_reserving else None
        record = decisions.record_of(check, asked, found, decision, self.kept.books.digest)
        self.figures.count_decision(decision.verdict)
        await self.kept.happen(Decided(now_ns, record, grant))
        answer = decisions.answer_of(decision, at, amounts) | told
        if not decision.is_granted and (model := self._alternative(check, asked, at)):
            answer["alternative_model"] = model
        answer["reasons"] += decisions.uncounted(uncounted)["reasons"]
        return answer | answers.granted(grant)

    async def settle(self, said: Mapping[str, Any], organization: str | None) -> dict[str, Any]:
        """Take in what a reservation cost. Raises BadRequestError, UnknownReservationError, ConflictError or
        UnavailableError."""
        name, amounts = requests.read_settlement(said)
        whose = requests.read_organization(said, organization)
        now_ns, one = self.kept.now(), self.kept.index.find(name, whose)
        if one.declared is None:
            await self.kept.happen(Settled(now_ns, one.grant.reservation, amounts))
        elif dict(one.declared) != amounts:
            raise ConflictError(f"reservation {name} was settled before, with other amounts")
        return answers.standing_of(one)

    async def release(self, said: Mapping[str, Any], organization: str | None) -> dict[str, Any]:
        """Give back what a reservation did not use. Raises as `settle`."""
        name = requests.read_release(said)
        whose = requests.read_organization(said, organization)
        now_ns, one = self.kept.now(), self.kept.index.find(name, whose)
        if one.state is State.OPEN:
            await self.kept.happen(Released(now_ns, one.grant.reservation))
        elif one.state is State.SETTLED:
            raise ConflictError(f"reservation {name} is settled and cannot be released")
        return answers.standing_of(one)

    def _standings(self, scope: Mapping[str, str], at: datetime) -> list[Standing]:
        return standings(self.kept.ledger, self.kept.books.book, scope, at)

    def _alternative(self, check: Check, asked: Asked, at: datetime) -> str | None:
        def standing(scope: Mapping[str, str]) -> list[Standing]:
            return self._standings(scope, at)

        return alternatives.cheapest(check.estimate, asked, standing, self.knowledge)

    def _approved_by(self, check: Check, found: Iterable[Standing], at: datetime) -> str | None:
        if check.approval is None:
            return None
        by = self.kept.books.approved_by(check.approval, [one.budget.budget_id for one in found], at)
        if by is None:
            raise BadRequestError(f"approval: {check.approval} is no approval of these budgets that holds now")
        return by

    def _of(self, check: Check) -> Reservation | None:
        """The reservation that was made under the id before. Raises ConflictError where that is over long since."""
        name = answers.named(check.scope, check.reservation or "")
        if name in self.kept.ledger.used:
            raise ConflictError(f"reservation_id: {check.reservation} was used before; take another id")
        return self.kept.ledger.reservations.get(name)

    async def _granted_before(self, one: Reservation, check: Check) -> dict[str, Any]:
        """The answer to a check whose answer was lost; the first may be on its way to the disk still."""
        if one.state is not State.OPEN:
            raise ConflictError(f"reservation_id: {check.reservation} is {one.state.value}; take another id")
        if one.grant.asked != check.digest:
            raise ConflictError(f"reservation_id: {check.reservation} was granted for another request; take another id")
        await self.kept.happen()
        counters = self.kept.books.book.counters(check.scope, moment(self.kept.clock_ns()))
        said = decisions.unreachable([budget for budget, *_ in counters])
        return {"verdict": "allow", "reasons": ["it was granted before"], "is_repeat": True, **said} | answers.granted(
            one.grant
        )


def _grant(check: Check, asked: Asked, found: Iterable[Standing], now_ns: int) -> Grant:
    at = moment(now_ns)
    holds = tuple(
        Hold(counter_id(one.budget, one.counter, at), one.budget.unit, asked.estimates[one.budget.unit])
        for one in found
        if one.budget.unit in asked.estimates
    )
    name = answers.named(check.scope, check.reservation or secrets.token_hex(12))
    return Grant(name, now_ns + check.ttl_s * 10**9, decisions.calls_of(check, asked), holds, check.digest)
