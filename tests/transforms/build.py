"""Requests made by hand for tests: Python values in, serialized bytes out."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue


def any_value(value: Any) -> AnyValue:
    result = AnyValue()
    match value:
        case None:
            pass
        case bool():
            result.bool_value = value
        case int():
            result.int_value = value
        case float():
            result.double_value = value
        case bytes():
            result.bytes_value = value
        case str():
            result.string_value = value
        case list():
            result.array_value.SetInParent()
            result.array_value.values.extend(any_value(item) for item in value)
        case dict():
            result.kvlist_value.SetInParent()
            for key, item in value.items():
                result.kvlist_value.values.add(key=key, value=any_value(item))
        case _:
            raise TypeError(f"no OTLP value for {value!r}")
    return result


def request(
    *spans: Mapping[str, Any],
    resource: Mapping[str, Any] | None = None,
    scope: str = "",
    version: str = "",
    names: tuple[str, ...] = (),
) -> bytes:
    """One request with one resource, one scope, and a span for each mapping of attributes."""
    message = ExportTraceServiceRequest()
    resource_spans = message.resource_spans.add()
    for key, value in (resource or {}).items():
        resource_spans.resource.attributes.add(key=key, value=any_value(value))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name, scope_spans.scope.version = scope, version
    for number, attributes in enumerate(spans):
        span = scope_spans.spans.add(trace_id=b"t" * 16, span_id=number.to_bytes(8, "big"))
        span.name = names[number] if names else "span"
        for key, value in attributes.items():
            span.attributes.add(key=key, value=any_value(value))
    return message.SerializeToString()
