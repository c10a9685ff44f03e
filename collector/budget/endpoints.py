"""The paths that budgets are asked at, for the HTTP door: JSON in, JSON out, each answer with its status."""

import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from collector.budget import annotations
from collector.budget.annotations import ANOMALY_NOTE, NOTE_FIELDS, OVERRIDE, Annotation
from collector.budget.counters import moment
from collector.budget.index import ConflictError, UnknownReservationError
from collector.budget.kept import UnavailableError
from collector.budget.requests import BadRequestError, body_of
from collector.budget.service import BudgetService
from collector.door.gate import Admitted, Caller, Gate
from collector.door.tokens import ADMIN, BUDGET
from collector.exposition import COUNTER, Family
from transforms.budgets.budget import EACH
from transforms.yaml_lines import ConfigError

logger = logging.getLogger(__name__)

CHECK, SETTLE, RELEASE, ANNOTATIONS = (
    *("/v1/budget/check", "/v1/budget/settle", "/v1/budget/release", "/v1/annotations"),
)
SCOPES = {CHECK: BUDGET, SETTLE: BUDGET, RELEASE: BUDGET, ANNOTATIONS: ADMIN}
_STATUS: dict[type[Exception], int] = {
    BadRequestError: 400,
    ConfigError: 400,
    UnknownReservationError: 404,
    ConflictError: 409,
    UnavailableError: 503,
    OSError: 503,
}

Handler = Callable[[Mapping[str, Any], Admitted], Awaitable[dict[str, Any]]]


class BudgetEndpoints:
    """Serves the paths of SCOPES."""

    def __init__(self, service: BudgetService, gate: Gate) -> None:
        self._service, self._gate = service, gate
        self._handlers: dict[str, Handler] = {
            CHECK: lambda said, who: service.check(said, who.organization),
            SETTLE: lambda said, who: service.settle(said, who.organization),
            RELEASE: lambda said, who: service.release(said, who.organization),
            ANNOTATIONS: self._annotate,
        }
        self._answers: Counter[tuple[str, int]] = Counter()

    def __contains__(self, path: str) -> bool:
        return path in self._handlers

    def admit(self, path: str, caller: Caller) -> Admitted:
        """Who asks. Raises RefusedError."""
        return self._gate.admit(caller, SCOPES[path], path)

    async def answer(self, path: str, body: bytes, admitted: Admitted) -> tuple[int, bytes]:
        """Status and JSON of the answer."""
        started = time.perf_counter()
        try:
            status, said = 200, await self._handlers[path](body_of(body), admitted)
        except tuple(_STATUS) as error:
            status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
            said = {"error": str(error)}
            self._service.figures.unavailable += status == 503
        self._answers[path, status] += 1
        if path == CHECK:
            self._service.figures.count_answer(time.perf_counter() - started)
        return status, json.dumps(said).encode()

    def families(self) -> list[Family]:
        """For the page /metrics."""
        rows = [
            ("", (("path", path), ("status", str(status))), float(n)) for (path, status), n in self._answers.items()
        ]
        return [Family("spanledger_budget_requests_total", COUNTER, "Requests by path and status.", sorted(rows))]

    async def _annotate(self, said: Mapping[str, Any], who: Admitted) -> dict[str, Any]:
        kind = said.get("kind")
        if kind not in annotations.KINDS:
            raise BadRequestError(f"kind: expected one of {', '.join(annotations.KINDS)}, got {kind!r:.60}")
        content = {name: value for name, value in said.items() if name != "kind"}
        self._refuse_foreign(content, who)
        at = moment(time.time_ns())
        if who.name:
            content.setdefault("by", who.name)
        if kind == ANOMALY_NOTE:
            _refuse_note(content)
        else:
            content.setdefault("valid_from", at.isoformat())
        one = Annotation(annotations.new_id(at), str(kind), who.organization, at, who.name, content)
        await self._service.kept.annotate(one)
        logger.info("%s %s of budget %s by %s", one.kind, one.annotation_id, content.get("budget"), content.get("by"))
        return {"annotation_id": one.annotation_id, "kind": one.kind, "effective": one.kind == OVERRIDE}

    def _refuse_foreign(self, content: dict[str, Any], who: Admitted) -> None:
        """A token speaks for its own organization's budgets alone."""
        if who.organization is None:
            return
        for budget in self._service.kept.books.book.budgets:
            owner = dict(budget.scope).get("organization")
            if budget.budget_id != content.get("budget"):
                continue
            if owner == EACH:
                content["scope"] = {**content.get("scope", {}), "organization": who.organization}
            elif owner != who.organization:
                whose = f"not one of organization {who.organization}" if owner else "no single organization's"
                raise BadRequestError(f"budget: {budget.budget_id} is {whose}")


def _refuse_note(content: Mapping[str, Any]) -> None:
    for name in {*NOTE_FIELDS, *content}:
        if name not in NOTE_FIELDS:
            raise BadRequestError(f"{name}: no such field; expected {', '.join(NOTE_FIELDS)}")
        if not isinstance(content.get(name), str) or not content[name]:
            raise BadRequestError(f"{name}: expected a text, got {content.get(name)!r:.60}")
