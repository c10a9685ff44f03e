"""Small OTLP requests for tests."""

import itertools

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

_numbers = itertools.count(1)


def span(name: str = "chat", **fields: object) -> Span:
    """A valid span with ids of its own."""
    number = next(_numbers)
    values: dict[str, object] = {
        "trace_id": number.to_bytes(16),
        "span_id": number.to_bytes(8),
        "name": name,
        "start_time_unix_nano": 1_700_000_000_000_000_000 + number,
        "end_time_unix_nano": 1_700_000_001_000_000_000 + number,
        "attributes": [KeyValue(key="gen_ai.request.model", value=AnyValue(string_value="gpt-4o"))],
    }
    return Span(**{**values, **fields})  # type: ignore[arg-type]


def request(*spans: Span) -> ExportTraceServiceRequest:
    """One request with ``spans`` of one resource and scope."""
    message = ExportTraceServiceRequest()
    resource = message.resource_spans.add()
    resource.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value="tests")))
    resource.scope_spans.add().spans.extend(spans)
    return message
