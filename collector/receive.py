"""The door's core: every request, whatever it came over, takes this one path.

who sent it (before the body is taken) → inflate → read → check what is stored → write-ahead log → on disk → answer
"""

import concurrent.futures
import dataclasses
import time
from collections.abc import Mapping

from collector.answers import Answer, Kind, RefusedError
from collector.gate import Admitted, Caller, Gate
from collector.inflate import inflate
from collector.log import Log, LogBusyError, LogUnavailableError
from collector.metrics import Counters
from collector.segments import Record
from collector.signals import Readable, Sent

Answering = concurrent.futures.Future[Answer]


@dataclasses.dataclass(frozen=True)
class Incoming:
    """One request as a transport hands it over. ``headers`` (or gRPC metadata) have lower-case names; ``admitted`` is
    what `Receiver.admit` said of its sender.
    """

    signal: Readable
    transport: str  # grpc | http
    body: bytes
    headers: Mapping[str, str]
    admitted: Admitted
    is_json: bool = False
    encoding: str = ""


class Receiver:
    """Takes requests; see `receive`."""

    def __init__(self, log: Log, gate: Gate, counters: Counters, *, max_inflated_bytes: int) -> None:
        self._log = log
        self._gate = gate
        self._counters = counters
        self._max_inflated_bytes = max_inflated_bytes

    def admit(self, signal: Readable, transport: str, caller: Caller) -> Admitted:
        """Who sends. To be asked before any of the body is read. Raises RefusedError."""
        return self._gate.admit(caller, signal.scope, f"{signal.name} over {transport}")

    def receive(self, incoming: Incoming) -> Answering:
        """The answer, once there is one: for what is stored that is when it is on disk. Never raises a refusal."""
        answering: Answering = concurrent.futures.Future()
        try:
            self._take(incoming, answering)
        except RefusedError as refused:
            self._finish(incoming, answering, refused.answer)
        return answering

    def count_refusal(self, signal: Readable | None, transport: str, answer: Answer) -> None:
        """Count a request that a transport refused on its own, before `receive`."""
        self._counters.count_answer(signal.name if signal else "none", transport, answer)

    def _take(self, incoming: Incoming, answering: Answering) -> None:
        organization = incoming.admitted.organization
        received_at_ns = time.time_ns()
        body = inflate(incoming.body, incoming.encoding, self._max_inflated_bytes)
        body, checked = incoming.signal.read(body, Sent(organization, received_at_ns, incoming.is_json))
        if not checked.accepted:  # an empty request is fine, and nothing has to be kept of it
            self._finish(incoming, answering, checked)
            return
        record = Record(received_at_ns, organization, body, incoming.signal.number)
        self._store(incoming, answering, record, checked)

    def _store(self, incoming: Incoming, answering: Answering, record: Record, checked: Answer) -> None:
        try:
            written = self._log.append(record)
        except LogBusyError as error:
            raise RefusedError(Kind.BUSY, str(error)) from error
        except LogUnavailableError as error:
            raise RefusedError(Kind.UNAVAILABLE, str(error)) from error

        def answer(done: "concurrent.futures.Future[None]") -> None:
            error = done.exception()
            self._finish(incoming, answering, checked if error is None else Answer(Kind.UNAVAILABLE, str(error)))

        written.add_done_callback(answer)

    def _finish(self, incoming: Incoming, answering: Answering, answer: Answer) -> None:
        self._counters.count_answer(incoming.signal.name, incoming.transport, answer)
        answering.set_result(answer)
