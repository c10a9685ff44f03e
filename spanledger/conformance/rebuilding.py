"""A trace of the lake as the request it could have come in: the inverse of `transforms.normalise`.

Attributes, resources, scopes, events and links come back exactly (`transforms.lossless`), which requests they came in
does not. Where the lake keeps hashes of content, what was read from that content cannot be read again; if that is a
number, the trace is refused.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from collector.door.signals import TRACES
from spanledger.conformance.folder import Body
from spanledger.conformance.measures import MEASURES
from transforms import lossless
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.typed import Hashed, Repeated


class NotRebuiltError(ValueError):
    """The lake no longer holds what a trace's numbers were read from."""


def rebuilt(rows: Sequence[lossless.Row], trace: str) -> Body:
    """One request with the spans of ``rows``, each once. Raises NotRebuiltError."""
    request = ExportTraceServiceRequest()
    groups: dict[str, ResourceSpans] = {}
    scopes: dict[tuple[str, str], ScopeSpans] = {}
    for row in rows:
        about = json.dumps(
            [row["resource_attributes"], row["scope_name"], row["scope_version"], row["scope_attributes"]]
        )
        resource = str(row["resource_attributes"])
        if resource not in groups:
            groups[resource] = request.resource_spans.add()
            groups[resource].resource.attributes.extend(_key_values(lossless.resource_of(row)))
        if (resource, about) not in scopes:
            scopes[resource, about] = _scope(groups[resource], row)
        scopes[resource, about].spans.append(_span(row))
    body = Body(f"trace {trace}", TRACES, False, request.SerializeToString())
    _assert_reads_the_same(rows, body)
    return body


def _scope(resource: ResourceSpans, row: lossless.Row) -> ScopeSpans:
    said, scope = lossless.scope_of(row), resource.scope_spans.add()
    scope.scope.name, scope.scope.version = said["name"], said["version"]
    scope.scope.attributes.extend(_key_values(said["attributes"]))
    scope.schema_url = said.get("schema_url", "")
    resource.schema_url = said.get("resource_schema_url", "")
    return scope


def _span(row: lossless.Row) -> Span:
    return Span(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        parent_span_id=row["parent_span_id"] or b"",
        trace_state=row["trace_state"] or "",
        flags=row["flags"] or 0,
        name=row["name"],
        kind=row["kind"],
        start_time_unix_nano=row["start_time_unix_nano"],
        end_time_unix_nano=row["end_time_unix_nano"],
        attributes=[*_key_values(lossless.attributes_of(row)), *_pairs(lossless.repeated_of(row))],
        events=[
            Span.Event(
                name=one["name"], time_unix_nano=one["time_unix_nano"], attributes=_key_values(one["attributes"])
            )
            for one in lossless.events_of(row)
        ],
        links=[
            Span.Link(
                trace_id=bytes.fromhex(one["trace_id"]),
                span_id=bytes.fromhex(one["span_id"]),
                attributes=_key_values(one["attributes"]),
            )
            for one in lossless.links_of(row)
        ],
        status=Status(code=row["status_code"], message=row["status_message"] or ""),
    )


def _key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    return _pairs(attributes.items())


def _pairs(pairs: Iterable[tuple[str, Any]]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in pairs]


def any_value(value: Any) -> AnyValue:
    """A value of `transforms.typed` as OTLP writes it; a hash stands as text."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case Hashed():
            return AnyValue(string_value=value.digest)
        case list():
            return AnyValue(array_value=ArrayValue(values=map(any_value, value)))
        case dict():
            return AnyValue(kvlist_value=KeyValueList(values=_key_values(value)))
        case Repeated():
            return AnyValue(kvlist_value=KeyValueList(values=_pairs([*value.first.items(), *value.others])))
    raise TypeError(f"no OTLP value for {value!r}")


def _assert_reads_the_same(rows: Sequence[lossless.Row], body: Body) -> None:
    request = Request(body.content, 0, None, "recording")
    again = normalise([request], NormaliseOptions(store_content=True, hash_key=bytes(32))).to_pylist()
    read = {row["span_id"]: row for row in again}
    for row in rows:
        lost = [name for name in MEASURES if row[name] is not None and read[row["span_id"]][name] is None]
        if lost:
            raise NotRebuiltError(
                f"{body.file}, span {row['span_id'].hex()}: {', '.join(lost)} stood in content of which the lake keeps "
                "hashes only; record what the exporter sends with `spanledger recording new` instead"
            )
