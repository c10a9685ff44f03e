"""Spans as OTLP messages: attributes, resources, and packing many spans into export requests."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

Value = str | bool | int | float | list[str] | None
Attributes = Mapping[str, Value]

INTERNAL, SERVER, CLIENT = Span.SPAN_KIND_INTERNAL, Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT


@dataclass(frozen=True)
class Sent:
    """A span with the resource and the instrumentation scope it travels under."""

    resource: tuple[tuple[str, Value], ...]
    scope: tuple[str, str]  # name, version
    span: Span


def span(
    trace_id: str,
    span_id: str,
    parent_id: str | None,
    name: str,
    times: tuple[int, int],
    attributes: Attributes,
    kind: Span.SpanKind.ValueType = INTERNAL,
    error: str | None = None,
) -> Span:
    """One span; ids in hex, times as start and end in unix nanoseconds, ``error`` is a failure's status message."""
    status = Status(code=Status.STATUS_CODE_ERROR, message=error) if error is not None else None
    return Span(
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(span_id),
        parent_span_id=bytes.fromhex(parent_id) if parent_id else b"",
        name=name,
        kind=kind,
        start_time_unix_nano=times[0],
        end_time_unix_nano=times[1],
        attributes=key_values(attributes),
        status=status,
    )


def key_values(attributes: Attributes) -> list[KeyValue]:
    """Attributes as OTLP writes them; those that are ``None`` are left out."""
    return [KeyValue(key=key, value=_any(value)) for key, value in attributes.items() if value is not None]


def _any(value: str | bool | int | float | list[str]) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=item) for item in value]))


def pack(sent: Iterable[Sent], spans_per_request: int) -> Iterator[bytes]:
    """Serialised export requests of that many spans each (the last one may hold fewer), in the order given."""
    if spans_per_request < 1:
        raise ValueError(f"a request holds at least one span, not {spans_per_request}")
    waiting: list[Sent] = []
    for item in sent:
        waiting.append(item)
        if len(waiting) == spans_per_request:
            yield _request(waiting)
            waiting = []
    if waiting:
        yield _request(waiting)


def _request(sent: list[Sent]) -> bytes:
    grouped: dict[tuple[tuple[str, Value], ...], dict[tuple[str, str], list[Span]]] = {}
    for item in sent:
        grouped.setdefault(item.resource, {}).setdefault(item.scope, []).append(item.span)
    request = ExportTraceServiceRequest()
    for resource, scopes in grouped.items():
        below = request.resource_spans.add()
        below.resource.attributes.extend(key_values(dict(resource)))
        for (name, version), spans in scopes.items():
            scope_spans = below.scope_spans.add()
            scope_spans.scope.name, scope_spans.scope.version = name, version
            scope_spans.spans.extend(spans)
    return request.SerializeToString(deterministic=True)


def resend(bodies: Iterable[bytes], share: float, seed: int) -> Iterator[bytes]:
    """The same requests, a share of them delivered again somewhat later, as after a lost answer."""
    rng = random.Random(f"resend/{seed}")
    held: list[bytes] = []
    for body in bodies:
        yield body
        if rng.random() < share:
            held.append(body)
        if held and rng.random() < 0.5:
            yield held.pop(0)
    yield from held
