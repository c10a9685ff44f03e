"""The door's core: every request, whatever it came over, takes this one path.

who sent it → inflate → read → check ids → write-ahead log → on disk → answer
"""

import concurrent.futures
import dataclasses
import time
from collections.abc import Mapping

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.answers import Answer, Kind, RefusedError
from collector.inflate import inflate
from collector.log import Log, LogBusyError, LogUnavailableError
from collector.metrics import Counters
from collector.segments import Record
from collector.signals import Signal
from collector.tokens import Gate
from transforms.otlp_json import OtlpJsonError, parse_json

Answering = concurrent.futures.Future[Answer]

_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


@dataclasses.dataclass(frozen=True)
class Incoming:
    """One request as a transport hands it over. ``headers`` (or gRPC metadata) have lower-case names."""

    signal: Signal
    transport: str  # grpc | http
    body: bytes
    headers: Mapping[str, str]
    is_json: bool = False
    encoding: str = ""


class Receiver:
    """Takes requests; see `receive`."""

    def __init__(self, log: Log, gate: Gate, counters: Counters, *, max_inflated_bytes: int) -> None:
        self._log = log
        self._gate = gate
        self._counters = counters
        self._max_inflated_bytes = max_inflated_bytes

    def receive(self, incoming: Incoming) -> Answering:
        """The answer, once there is one: for stored spans that is when they are on disk. Never raises a refusal."""
        answering: Answering = concurrent.futures.Future()
        try:
            self._take(incoming, answering)
        except RefusedError as refused:
            self._finish(incoming, answering, refused.answer)
        return answering

    def count_refusal(self, signal: Signal | None, transport: str, answer: Answer) -> None:
        """Count a request that a transport refused on its own, before `receive`."""
        self._counters.count_answer(signal.name if signal else "none", transport, answer)

    def _take(self, incoming: Incoming, answering: Answering) -> None:
        organization = self._gate.organization(incoming.headers)
        received_at_ns = time.time_ns()
        body = inflate(incoming.body, incoming.encoding, self._max_inflated_bytes)
        request = _parse(incoming, body)
        if not isinstance(request, ExportTraceServiceRequest):
            self._finish(incoming, answering, _unsupported(incoming.signal, request))
            return
        checked = remove_unidentified(request)
        if not checked.accepted:  # an empty request is fine, and nothing has to be kept of it
            self._finish(incoming, answering, checked)
            return
        if incoming.is_json or checked.rejected:
            body = request.SerializeToString()
        self._store(incoming, answering, Record(received_at_ns, organization, body), checked)

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


def _parse(incoming: Incoming, body: bytes) -> Message:
    """The request's message. Raises RefusedError saying what is wrong with it."""
    try:
        if incoming.is_json:
            return parse_json(body, incoming.signal.request)
        return incoming.signal.request.FromString(body)
    except OtlpJsonError as error:
        raise RefusedError(Kind.INVALID, f"the body is not OTLP JSON: {error}") from error
    except DecodeError as error:
        name = incoming.signal.request.DESCRIPTOR.name
        raise RefusedError(Kind.INVALID, f"the body is not a protobuf {name}: {error}") from error


def _unsupported(signal: Signal, request: Message) -> Answer:
    count = signal.count(request)
    return Answer(Kind.OK, signal.unsupported if count else "", rejected=count)


def remove_unidentified(request: ExportTraceServiceRequest) -> Answer:
    """Take the spans out of ``request`` that have no valid ids; the answer says how many, and why.

    OTLP: a trace id has 16 bytes, a span id 8, and all zeros is no id.
    """
    accepted = rejected = 0
    reason = ""
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            bad = [index for index, span in enumerate(scope.spans) if not _is_identified(span)]
            accepted += len(scope.spans) - len(bad)
            rejected += len(bad)
            for index in reversed(bad):
                reason = _describe(scope.spans[index])
                del scope.spans[index]
    message = f"{rejected} spans without valid ids were not stored, e.g. {reason}" if rejected else ""
    return Answer(Kind.OK, message, rejected, accepted)


def _is_identified(span: Span) -> bool:
    trace_id, span_id = span.trace_id, span.span_id
    return len(trace_id) == 16 and len(span_id) == 8 and trace_id != _NO_TRACE and span_id != _NO_SPAN


def _describe(span: Span) -> str:
    return f"trace_id {span.trace_id.hex() or 'empty'!r}, span_id {span.span_id.hex() or 'empty'!r}"[:200]
