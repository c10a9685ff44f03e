"""Sends export requests through a receiver's real door, as an OTLP exporter does: retries, pauses, partial success."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sample_traces.doors import Door, Reply, open_door

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0


class SendError(RuntimeError):
    """A request was refused for good, or the receiver stayed away for too long."""


@dataclass
class Receipt:
    """What became of the requests sent so far; spans are counted once however often they were tried."""

    requests: int = 0
    accepted: int = 0
    rejected: int = 0
    retries: int = 0
    messages: list[str] = field(default_factory=list)  # the server's words on rejected spans


def send(
    requests: Iterable[bytes],
    endpoint: str,
    protocol: str = "grpc",
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 30.0,
    patience_s: float = 60.0,
    progress: Callable[[Receipt], None] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Receipt:
    """Send export requests one after the other and return what became of their spans.

    ``protocol`` is ``grpc`` or ``http/protobuf`` for serialised ExportTraceServiceRequests, ``http/json`` for OTLP
    JSON texts; ``endpoint`` is as in OTEL_EXPORTER_OTLP_ENDPOINT (``127.0.0.1:4317``). What OTLP calls retryable is
    tried again, after the pause the receiver asks for, else with growing pauses, for at most ``patience_s`` seconds of
    pauses per request; everything else raises SendError. Spans that a partial success rejects are counted, not sent
    again. ``progress`` is called after every request.
    """
    door = open_door(endpoint, protocol, headers or {}, timeout_s)
    receipt = Receipt()
    try:
        for body in requests:
            reply = _deliver(door, body, receipt, patience_s, pause, f"{endpoint} ({protocol})")
            _note(receipt, reply, _spans_in(body, is_json=protocol == "http/json"))
            if progress is not None:
                progress(receipt)
    finally:
        door.close()
    return receipt


def _deliver(
    door: Door, body: bytes, receipt: Receipt, patience_s: float, pause: Callable[[float], None], where: str
) -> Reply:
    waited, next_pause = 0.0, FIRST_PAUSE_S
    while True:
        reply = door.export(body)
        if reply.is_taken:
            return reply
        if not reply.is_retryable:
            raise SendError(f"{where} refused request {receipt.requests + 1}: {reply.message}")
        wait = next_pause if reply.retry_after_s is None else max(reply.retry_after_s, 0.01)
        if waited + wait > patience_s:
            raise SendError(f"{where} did not take request {receipt.requests + 1} in {waited:.1f} s: {reply.message}")
        pause(wait)
        waited += wait
        next_pause = min(next_pause * 2, LONGEST_PAUSE_S)
        receipt.retries += 1


def _note(receipt: Receipt, reply: Reply, spans: int) -> None:
    if not 0 <= reply.rejected <= spans:
        raise SendError(f"the receiver rejected {reply.rejected} spans of a request that held {spans}")
    receipt.requests += 1
    receipt.accepted += spans - reply.rejected
    receipt.rejected += reply.rejected
    if reply.message:
        receipt.messages.append(reply.message)


def _spans_in(body: bytes, is_json: bool) -> int:
    if is_json:
        resources = json.loads(body).get("resourceSpans", [])
        return sum(len(scope["spans"]) for resource in resources for scope in resource["scopeSpans"])
    request = ExportTraceServiceRequest.FromString(body)
    return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
