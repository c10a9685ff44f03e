"""What normalising must agree with: a plain loop over protobuf objects, sharing no code with the product."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

CORPUS = Path(__file__).parents[1] / "corpus"


@dataclass(frozen=True)
class Sent:
    """A span with everything around it."""

    request: int
    resource: Resource
    resource_schema_url: str
    scope: InstrumentationScope
    scope_schema_url: str
    span: Span


def sent(bodies: Sequence[bytes]) -> Iterator[Sent]:
    for number, body in enumerate(bodies):
        for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    yield Sent(
                        number,
                        resource_spans.resource,
                        resource_spans.schema_url,
                        scope_spans.scope,
                        scope_spans.schema_url,
                        span,
                    )


def value(sent_value: AnyValue) -> Any:
    """The value as a Python value of its own type; key-value lists as pairs, so that repeats show."""
    name = sent_value.WhichOneof("value")
    if name is None:
        return None
    if name == "array_value":
        return [value(item) for item in sent_value.array_value.values]
    if name == "kvlist_value":
        return KeyValues(tuple((item.key, value(item.value)) for item in sent_value.kvlist_value.values))
    return getattr(sent_value, name)


@dataclass(frozen=True)
class KeyValues:
    pairs: tuple[tuple[str, Any], ...]


def first_values(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for item in attributes:
        result.setdefault(item.key, value(item.value))
    return result


def other_values(attributes: Sequence[KeyValue]) -> list[tuple[str, Any]]:
    seen: set[str] = set()
    others = []
    for item in attributes:
        if item.key in seen:
            others.append((item.key, value(item.value)))
        seen.add(item.key)
    return others


def recordings() -> list[str]:
    return sorted(path.name for path in CORPUS.iterdir() if path.is_dir())


def billed_calls(recording: str) -> list[dict[str, Any]]:
    """The stub provider's log of a recording; empty where a person stated the expected numbers."""
    path = CORPUS / recording / "expected.json"
    calls = json.loads(path.read_text()).get("calls") or [] if path.exists() else []
    return [call for call in calls if "seq" in call]


def bodies_of(recording: str) -> dict[str, bytes]:
    """Trace exports of a recording by file name, as protobuf."""
    bodies = {}
    for path in sorted((CORPUS / recording).glob("[0-9][0-9][0-9].*")):
        if ".metrics." in path.name or ".logs." in path.name:
            continue
        bodies[path.name] = path.read_bytes() if path.suffix == ".binpb" else _from_json(path.read_text())
    return bodies


def _from_json(text: str) -> bytes:
    """OTLP/JSON writes ids in hex where protobuf's own JSON has base64."""

    def fix(node: Any) -> Any:
        if isinstance(node, list):
            return [fix(item) for item in node]
        if isinstance(node, dict):
            return {
                key: base64.b64encode(bytes.fromhex(item)).decode()
                if key in ("traceId", "spanId", "parentSpanId") and isinstance(item, str)
                else fix(item)
                for key, item in node.items()
            }
        return node

    request = json_format.ParseDict(fix(json.loads(text)), ExportTraceServiceRequest(), ignore_unknown_fields=True)
    return request.SerializeToString()
