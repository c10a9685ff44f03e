"""Asks SpanLedger whether a call may be made, and says what it cost. Python's own library alone: copy this file, or
import it.

    budgets = BudgetClient("http://127.0.0.1:4318", token="...")
    answer = budgets.check({"team": "research", "workflow_run_id": run}, {"model": "gpt-4o", "input_tokens": 900,
                                                                            "output_tokens": 400})
    if answer.is_allowed:
        ...                               # call the model; put answer.reservation_id on its span as
        budgets.settle(answer, usd="0.0061", tokens=1288)          # spanledger.reservation.id, or settle here
    else:
        print(answer.reasons)

Every question has a deadline. When no answer comes in time, what the budgets themselves say is done, as the last
answer for this scope told (`when_unreachable`), before the first answer what the client was made with. Threads may
share a client.
"""

import concurrent.futures
import http.client
import json
import threading
import urllib.parse
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALLOW, DENY = "allow", "deny"
RESERVATION_TAG = "spanledger.reservation.id"
"""Attribute of the span of a call made under a reservation."""

_GRANTED = ("allow", "warn", "slow")
_AT_ONCE = 64


class BudgetRequestError(ValueError):
    """The service refused the question itself: wrong field, token, reservation. Asking again will not help."""


@dataclass(frozen=True)
class Answer:
    """What to do. ``verdict``: allow, warn, slow, needs_approval or deny; ``said`` is all that the service answered,
    empty where it did not and the verdict is the fallback."""

    verdict: str
    reservation_id: str
    reasons: tuple[str, ...] = ()
    wait_ms: int = 0  # of slow: wait so long before the call
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_allowed(self) -> bool:
        """Whether the call may be made."""
        return self.verdict in _GRANTED

    @property
    def is_fallback(self) -> bool:
        """Whether no answer came in time."""
        return not self.said


class BudgetClient:
    """Of the collector at ``url``. ``deadline_ms`` and ``when_unreachable`` hold until budgets say theirs."""

    def __init__(
        self, url: str, token: str | None = None, *, deadline_ms: int = 250, when_unreachable: str = ALLOW
    ) -> None:
        self._url = urllib.parse.urlsplit(url)
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        self._default = (when_unreachable, deadline_ms)
        self._choices: dict[tuple[tuple[str, str], ...], tuple[str, int]] = {}
        self._unwanted: list[str] = []  # reservations that may have been granted to nobody
        self._local = threading.local()
        self._connections: set[http.client.HTTPConnection] = set()
        self._pool = concurrent.futures.ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="budget-client")

    def close(self) -> None:
        """Let go of connections and threads, after questions at hand."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def __enter__(self) -> "BudgetClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(
        self,
        scope: Mapping[str, str],
        estimate: Mapping[str, Any],
        *,
        calls: int = 1,
        priority: int = 50,
        ttl_s: int = 900,
        approval: str | None = None,
    ) -> Answer:
        """May a call of this scope be made, that may take so much? Raises BudgetRequestError.

        ``estimate``: amounts (`usd`, `tokens`, `steps`), or `model` with `input_tokens` and `output_tokens`, or
        `like_workflow`. What is granted is reserved for ``calls`` calls and ``ttl_s`` seconds.
        """
        key = tuple(sorted(scope.items()))
        choice, deadline_ms = self._choices.get(key, self._default)
        name = uuid.uuid4().hex
        asked = {"scope": dict(scope), "estimate": dict(estimate), "calls": calls, "priority": priority}
        asked |= {"ttl_s": ttl_s, "reservation_id": name, **({"approval": approval} if approval else {})}
        said = self._ask("/v1/budget/check", asked, deadline_ms)
        if said is None:
            if choice == DENY:
                self._unwanted.append(name)
            reason = f"no answer within {deadline_ms} ms; the budgets of this scope say {choice} then"
            return Answer(choice, name, (reason,))
        self._choices[key] = (said["when_unreachable"], said["deadline_ms"] or self._default[1])
        self._give_back()
        return Answer(said["verdict"], name, tuple(said["reasons"]), said.get("wait_ms", 0), said)

    def settle(self, answer: Answer, **spent: Any) -> bool:
        """Say what it cost (`usd`, `tokens`, `steps`); what is not said counts as estimated. False where nobody heard
        it in time: the spans of the call tell it too. Raises BudgetRequestError."""
        return self._close("/v1/budget/settle", answer, {"spent": spent})

    def release(self, answer: Answer) -> bool:
        """Give back what will not be used. False where nobody heard it in time: it expires by itself."""
        return self._close("/v1/budget/release", answer, {})

    def _close(self, path: str, answer: Answer, more: Mapping[str, Any]) -> bool:
        try:
            said = self._ask(path, {"reservation_id": answer.reservation_id, **more}, self._default[1])
        except BudgetRequestError:
            if answer.is_fallback:  # it was never granted
                return False
            raise
        return said is not None

    def _give_back(self) -> None:
        """Release, without waiting, what was granted in answers that came too late."""
        while self._unwanted:
            self._pool.submit(self._post, "/v1/budget/release", {"reservation_id": self._unwanted.pop()}, 1.0)

    def _ask(self, path: str, body: Mapping[str, Any], deadline_ms: int) -> dict[str, Any] | None:
        """The answer; None where none came in time. Raises BudgetRequestError."""
        asking = self._pool.submit(self._post, path, body, deadline_ms / 1000)
        try:
            status, said = asking.result(deadline_ms / 1000)
        except (TimeoutError, OSError, http.client.HTTPException, ValueError):
            asking.cancel()
            return None
        if status >= 500 or status == 429:
            return None
        if status != 200:
            raise BudgetRequestError(f"{path} answered {status}: {said.get('error')}")
        return said

    def _post(self, path: str, body: Mapping[str, Any], timeout_s: float) -> tuple[int, dict[str, Any]]:
        """One exchange on this thread's own connection; a kept one that was closed meanwhile is opened again."""
        kept: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if kept is not None:
            try:
                return self._exchange(kept, path, body, timeout_s)
            except (http.client.RemoteDisconnected, ConnectionError):
                self._let_go(kept)
        return self._exchange(self._connect(timeout_s), path, body, timeout_s)

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        self._local.connection = kind(self._url.hostname or "", self._url.port, timeout=timeout_s)
        connection: http.client.HTTPConnection = self._local.connection
        self._connections.add(connection)
        return connection

    def _exchange(
        self, connection: http.client.HTTPConnection, path: str, body: Mapping[str, Any], timeout_s: float
    ) -> tuple[int, dict[str, Any]]:
        connection.timeout = timeout_s
        if connection.sock is not None:
            connection.sock.settimeout(timeout_s)
        try:
            connection.request("POST", self._url.path.rstrip("/") + path, json.dumps(body).encode(), self._headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except Exception:
            self._let_go(connection)  # half of an answer must not be taken for the next one's
            raise

    def _let_go(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        self._connections.discard(connection)
        self._local.connection = None
