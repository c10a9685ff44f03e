"""The door's core: every request, whatever it came over, takes this one path.

who sent it, and is there room (before the body is taken) → inflate → read → check what is stored → write-ahead log
→ on disk → answer

One large protobuf request, and one in JSON, is inflated and read at a time: reading makes objects many times as large
as the bytes, and there is one interpreter to do it in anyway.
"""

import concurrent.futures
import contextlib
import dataclasses
import threading
import time
from collections.abc import Mapping

from collector.door.answers import Answer, Kind, RefusedError
from collector.door.gate import Admitted, Caller, Gate
from collector.door.inflate import inflate
from collector.door.room import Room
from collector.door.shape import ItemLimits
from collector.door.signals import Readable, Sent
from collector.door.tag_gate import TagGate
from collector.metrics import Counters
from collector.wal.log import Log, LogBusyError, LogUnavailableError
from collector.wal.segments import Record

Answering = concurrent.futures.Future[Answer]

LARGE_BODY = 64 * 1024
"""Bytes above which, or for JSON and gzip, reading a request takes long enough to be done off the event loop."""


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
    peer: str = "unknown"

    @property
    def client(self) -> str:
        """Whose limits count."""
        return self.admitted.name or self.peer

    @property
    def is_large(self) -> bool:
        """Whether reading it may take long."""
        return self.is_json or bool(self.encoding) or len(self.body) > LARGE_BODY


class Receiver:
    """Takes requests; see `receive`.

    A body may have ``max_inflated_bytes`` once inflated, one in JSON ``max_json_bytes`` where that is given, and its
    items what ``items`` allow. Without ``room`` there is always some, without ``tags`` spans need none.
    """

    def __init__(
        self,
        log: Log,
        gate: Gate,
        counters: Counters,
        *,
        max_inflated_bytes: int,
        max_json_bytes: int | None = None,
        items: ItemLimits | None = None,
        room: Room | None = None,
        tags: TagGate | None = None,
    ) -> None:
        self._log = log
        self._gate = gate
        self._counters = counters
        self._max_bytes = {False: max_inflated_bytes, True: max_json_bytes or max_inflated_bytes}  # by: is it JSON
        self._items = items or ItemLimits()
        self._room = room
        self._tags = tags
        self.is_stopping = False  # large requests that still wait for their turn are then told to come again
        self._lanes = {is_json: threading.Lock() for is_json in (False, True)}

    def admit(self, signal: Readable, transport: str, caller: Caller) -> Admitted:
        """Who sends. To be asked before any of the body is read. Raises RefusedError, also where there is no room."""
        admitted = self._gate.admit(caller, signal.scope, f"{signal.name} over {transport}")
        if self._room:
            self._room.admit(admitted.name or caller.peer)
        return admitted

    def receive(self, incoming: Incoming) -> Answering:
        """The answer, once there is one: for what is stored that is when it is on disk. Never raises a refusal."""
        answering: Answering = concurrent.futures.Future()
        if self._room:
            self._room.book(incoming.client, len(incoming.body))
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
        sent = Sent(organization, received_at_ns, incoming.is_json, self._items, self._tags)
        with self._lanes[incoming.is_json] if incoming.is_large else contextlib.nullcontext():
            if self.is_stopping and incoming.is_large:
                raise RefusedError(Kind.UNAVAILABLE, "the collector is stopping")
            body = inflate(incoming.body, incoming.encoding, self._max_bytes[incoming.is_json])
            if self._room:
                self._room.book(incoming.client, len(body) - len(incoming.body))
            body, checked = incoming.signal.read(body, sent)
        if not checked.accepted:  # an empty request is fine, and nothing has to be kept of it
            self._finish(incoming, answering, checked)
            return
        record = Record(received_at_ns, organization, body, incoming.signal.number, checked.accepted)
        try:
            self._store(incoming, answering, record, checked)
        except RefusedError as refused:
            self._finish(incoming, answering, _not_stored(checked, refused.answer))

    def _store(self, incoming: Incoming, answering: Answering, record: Record, checked: Answer) -> None:
        if self._room:
            self._room.refuse_when_full(len(record.body))
        try:
            written = self._log.append(record)
        except LogBusyError as error:
            raise RefusedError(Kind.BUSY, str(error)) from error
        except LogUnavailableError as error:
            raise RefusedError(Kind.UNAVAILABLE, str(error)) from error

        def answer(done: "concurrent.futures.Future[None]") -> None:
            error = done.exception()
            failed = error and _not_stored(checked, Answer(Kind.UNAVAILABLE, str(error)))
            self._finish(incoming, answering, failed or checked)

        written.add_done_callback(answer)

    def _finish(self, incoming: Incoming, answering: Answering, answer: Answer) -> None:
        self._counters.count_answer(incoming.signal.name, incoming.transport, answer)
        answering.set_result(answer)


def _not_stored(checked: Answer, answer: Answer) -> Answer:
    """``answer`` for a request that could be read: its items are counted, so that each has a fate."""
    return dataclasses.replace(answer, rejected=checked.accepted + checked.rejected)
