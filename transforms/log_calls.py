"""Log records that tell of a model call, or of what an evaluation found, as spans: from there on read like any other.

Coding agents send their usage as OTLP logs, evaluators their results. A record becomes a span of the trace it names,
below the span it was written in; without a trace, of one made of its session. What a log record has and a span has
not (severity, body, times) stands in the span's event `log_record`. Which records count is said by the dialects
(`base.LogEvent`).
"""

import hashlib
from collections.abc import Iterator

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from transforms.dialects import DIALECTS
from transforms.dialects.base import Dialect, LogEvent

SESSION_KEYS = ("session.id", "conversation.id", "gen_ai.conversation.id")
EVENT = "log_record"

_EVENTS = [(dialect, event) for dialect in DIALECTS for event in dialect.log_events]
_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


def keep_calls(request: ExportLogsServiceRequest) -> tuple[int, int]:
    """Take out of ``request`` what tells of no call or evaluation; returns how many records stay and how many went."""
    kept = dropped = 0
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            calls = [record for record in scope.log_records if event_of(record, scope.scope, resource.resource)]
            kept += len(calls)
            dropped += len(scope.log_records) - len(calls)
            if len(calls) < len(scope.log_records):
                copies = [LogRecord.FromString(record.SerializeToString()) for record in calls]
                del scope.log_records[:]
                scope.log_records.extend(copies)
    return kept, dropped


def as_spans(request: ExportLogsServiceRequest) -> ExportTraceServiceRequest:
    """A span for every record that tells of a call or evaluation, in order; resources and scopes as they were."""
    result = ExportTraceServiceRequest()
    for logs in request.resource_logs:
        resource = result.resource_spans.add(resource=logs.resource, schema_url=logs.schema_url)
        for scope_logs in logs.scope_logs:
            scope = resource.scope_spans.add(scope=scope_logs.scope, schema_url=scope_logs.schema_url)
            for record in scope_logs.log_records:
                event = event_of(record, scope_logs.scope, logs.resource)
                if event:
                    scope.spans.append(_span(record, event, text_of(logs.resource.attributes, "service.name")))
    return result


def event_of(record: LogRecord, scope: InstrumentationScope, resource: Resource) -> LogEvent | None:
    """Which call or evaluation a record tells of, if any."""
    said = {record.event_name, text_of(record.attributes, "event.name"), record.body.string_value}
    for dialect, event in _EVENTS:
        short = event.name.partition(".")[2]
        if (event.name in said or (short in said and _is_own(dialect, scope, resource))) and _fits(event, record):
            return event
    return None


def _is_own(dialect: Dialect, scope: InstrumentationScope, resource: Resource) -> bool:
    is_scope = any(scope.name.startswith(name) for name in dialect.scopes)
    return is_scope or text_of(resource.attributes, "service.name") in dialect.services


def _fits(event: LogEvent, record: LogRecord) -> bool:
    if event.where and text_of(record.attributes, event.where[0]) != event.where[1]:
        return False
    return not event.needs or any(item.key == event.needs for item in record.attributes)


def _span(record: LogRecord, event: LogEvent, service: str) -> Span:
    named = next(filter(None, (text_of(record.attributes, key) for key in event.id)), "")
    identity = f"{event.name}/{named}".encode() if named else record.SerializeToString(deterministic=True)
    session = next(filter(None, (text_of(record.attributes, key) for key in SESSION_KEYS)), "")
    has_trace = len(record.trace_id) == 16 and record.trace_id != _NO_TRACE
    has_span = has_trace and len(record.span_id) == 8 and record.span_id != _NO_SPAN
    ended_ns = record.time_unix_nano or record.observed_time_unix_nano
    return Span(
        trace_id=record.trace_id if has_trace else session_trace(service, session, identity),
        span_id=digest(b"record", identity)[:8],
        parent_span_id=record.span_id if has_span else b"",
        name=event.name,
        start_time_unix_nano=ended_ns - _duration_ns(record, event, ended_ns),
        end_time_unix_nano=ended_ns,
        attributes=record.attributes,
        dropped_attributes_count=record.dropped_attributes_count,
        events=[Span.Event(name=EVENT, time_unix_nano=record.observed_time_unix_nano, attributes=list(_own(record)))],
        status=Status(code=Status.STATUS_CODE_ERROR if event.is_error else Status.STATUS_CODE_UNSET),
        flags=record.flags,
    )


def _duration_ns(record: LogRecord, event: LogEvent, ended_ns: int) -> int:
    """How long the request took; 0 where the record does not say it, or nothing that can be: it began after 1970."""
    sent = text_of(record.attributes, event.duration_ms) if event.duration_ms else ""
    try:
        duration_ns = round(float(sent or 0) * 1e6)
    except (ValueError, OverflowError):
        return 0
    return duration_ns if 0 <= duration_ns < ended_ns else 0


def _own(record: LogRecord) -> Iterator[KeyValue]:
    """What only a log record has, under keys of its own."""
    if record.time_unix_nano:
        yield KeyValue(key="log.time_unix_nano", value=_unsigned(record.time_unix_nano))
    if record.severity_number:
        yield KeyValue(key="log.severity_number", value=AnyValue(int_value=record.severity_number))
    if record.severity_text:
        yield KeyValue(key="log.severity_text", value=AnyValue(string_value=record.severity_text))
    if record.event_name:
        yield KeyValue(key="log.event_name", value=AnyValue(string_value=record.event_name))
    if record.HasField("body"):
        yield KeyValue(key="log.body", value=record.body)


def _unsigned(number: int) -> AnyValue:
    """Attributes have 63 bits for a number that times have 64 for: what is longer is text."""
    return AnyValue(int_value=number) if number < 1 << 63 else AnyValue(string_value=str(number))


def session_trace(service: str, session: str, identity: bytes) -> bytes:
    """A trace id for what came without a trace: one per session, else one per record. 16 bytes."""
    parts = (b"session", service.encode(), session.encode()) if session else (b"alone", identity)
    return digest(*parts)[:16]


def digest(*parts: bytes) -> bytes:
    """SHA-256 of parts that cannot run into each other. 32 bytes."""
    return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()


def text_of(attributes: object, key: str) -> str:
    """An attribute's value as text; empty where there is none."""
    for item in attributes:  # type: ignore[attr-defined]  # protobuf's repeated field
        if item.key == key:
            kind = item.value.WhichOneof("value")
            return str(getattr(item.value, kind)) if kind in ("string_value", "int_value", "double_value") else ""
    return ""
