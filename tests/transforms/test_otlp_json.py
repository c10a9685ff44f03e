"""OTLP JSON of every spelling becomes the same protobuf, and nonsense is named."""

import base64
import json
import math
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from transforms.otlp_json import OtlpJsonError, parse_json

TRACE_ID, SPAN_ID = bytes(range(1, 17)), bytes(range(1, 9))

text = st.text(max_size=8)
uint64 = st.integers(0, 2**64 - 1)
uint32 = st.integers(0, 2**32 - 1)
doubles = st.floats(allow_nan=False)
values = st.recursive(
    st.one_of(
        st.builds(AnyValue),
        st.builds(AnyValue, string_value=text),
        st.builds(AnyValue, bool_value=st.booleans()),
        st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
        st.builds(AnyValue, double_value=doubles),
        st.builds(AnyValue, bytes_value=st.binary(max_size=8)),
    ),
    lambda inner: st.one_of(
        st.builds(AnyValue, array_value=st.builds(ArrayValue, values=st.lists(inner, max_size=3))),
        st.builds(
            AnyValue,
            kvlist_value=st.builds(
                KeyValueList, values=st.lists(st.builds(KeyValue, key=text, value=inner), max_size=3)
            ),
        ),
    ),
    max_leaves=6,
)
attributes = st.lists(st.builds(KeyValue, key=text, value=values), max_size=3)
trace_ids = st.binary(min_size=16, max_size=16)
span_ids = st.binary(min_size=8, max_size=8)
spans = st.builds(
    Span,
    trace_id=trace_ids,
    span_id=span_ids,
    parent_span_id=span_ids | st.just(b""),
    trace_state=text,
    flags=uint32,
    name=text,
    kind=st.integers(0, 5),
    start_time_unix_nano=uint64,
    end_time_unix_nano=uint64,
    attributes=attributes,
    dropped_attributes_count=uint32,
    events=st.lists(st.builds(Span.Event, time_unix_nano=uint64, name=text, attributes=attributes), max_size=2),
    links=st.lists(st.builds(Span.Link, trace_id=trace_ids, span_id=span_ids, attributes=attributes), max_size=2),
    status=st.builds(Status, code=st.integers(0, 2), message=text),
)
scopes = st.builds(
    ScopeSpans,
    scope=st.builds(InstrumentationScope, name=text, version=text, attributes=attributes),
    spans=st.lists(spans, max_size=2),
    schema_url=text,
)
requests = st.builds(
    ExportTraceServiceRequest,
    resource_spans=st.lists(
        st.builds(
            ResourceSpans,
            resource=st.builds(Resource, attributes=attributes),
            scope_spans=st.lists(scopes, max_size=2),
            schema_url=text,
        ),
        max_size=2,
    ),
)


def otlp_json(message: Message, **options: Any) -> bytes:
    """``message`` as the specification writes it: protobuf's JSON, but ids in hex."""

    def hex_ids(value: Any) -> Any:
        if isinstance(value, list):
            return [hex_ids(item) for item in value]
        if not isinstance(value, dict):
            return value
        ids = {"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"}
        return {key: base64.b64decode(item).hex() if key in ids else hex_ids(item) for key, item in value.items()}

    return json.dumps(hex_ids(MessageToDict(message, **options))).encode()


@given(requests)
@settings(max_examples=60)
def test_the_specified_form_comes_back_identical(message: ExportTraceServiceRequest) -> None:
    assert parse_json(otlp_json(message), ExportTraceServiceRequest) == message
    ints = otlp_json(message, use_integers_for_enums=True)
    assert parse_json(ints, ExportTraceServiceRequest) == message
    snake = otlp_json(message, preserving_proto_field_name=True)
    assert parse_json(snake, ExportTraceServiceRequest) == message
    base64_ids = json.dumps(MessageToDict(message)).encode()
    again = parse_json(base64_ids, ExportTraceServiceRequest)
    assert again == message


def parse_span(**fields: Any) -> Span:
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]})
    return parse_json(body.encode(), ExportTraceServiceRequest).resource_spans[0].scope_spans[0].spans[0]


def parse_value(value: Any) -> AnyValue:
    return parse_span(attributes=[{"key": "k", "value": value}]).attributes[0].value


@pytest.mark.parametrize(
    "spelling",
    [
        TRACE_ID.hex(),
        TRACE_ID.hex().upper(),
        base64.b64encode(TRACE_ID).decode(),
        base64.urlsafe_b64encode(TRACE_ID).decode().rstrip("="),
        list(TRACE_ID),
        {"type": "Buffer", "data": list(TRACE_ID)},
        {str(index): octet for index, octet in enumerate(TRACE_ID)},
    ],
)
def test_ids_in_every_spelling(spelling: Any) -> None:
    assert parse_span(traceId=spelling).trace_id == TRACE_ID
    assert parse_span(trace_id=spelling).trace_id == TRACE_ID
    assert parse_span(links=[{"traceId": spelling}]).links[0].trace_id == TRACE_ID


@pytest.mark.parametrize(("spelling", "expected"), [("", b""), ("0102", b"\1\2"), (None, b"")])
def test_ids_of_a_wrong_size_are_left_to_the_id_check(spelling: Any, expected: bytes) -> None:
    assert parse_span(spanId=spelling).span_id == expected


@pytest.mark.parametrize(
    "spelling",
    [
        "1732233600123456789",
        1732233600123456789,
        {"low": 1732233600123456789 & 0xFFFFFFFF, "high": 1732233600123456789 >> 32},
        {"low": (1732233600123456789 & 0xFFFFFFFF) - 2**32, "high": 1732233600123456789 >> 32, "unsigned": True},
    ],
)
def test_times_in_every_spelling_are_exact(spelling: Any) -> None:
    assert parse_span(startTimeUnixNano=spelling).start_time_unix_nano == 1732233600123456789


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"intValue": "-5"}, AnyValue(int_value=-5)),
        ({"int_value": -5}, AnyValue(int_value=-5)),
        ({"intValue": {"low": -5, "high": -1, "unsigned": False}}, AnyValue(int_value=-5)),
        ({"intValue": 5.0}, AnyValue(int_value=5)),
        ({"intValue": "5e3"}, AnyValue(int_value=5000)),
        ({"doubleValue": "Infinity"}, AnyValue(double_value=math.inf)),
        ({"doubleValue": "-Infinity"}, AnyValue(double_value=-math.inf)),
        ({"doubleValue": 3}, AnyValue(double_value=3.0)),
        ({"doubleValue": "1.5"}, AnyValue(double_value=1.5)),
        ({"boolValue": "true"}, AnyValue(bool_value=True)),
        ({"stringValue": ""}, AnyValue(string_value="")),
        ({"stringValue": "cut \ud83d"}, AnyValue(string_value="cut \ufffd")),
        ({"bytesValue": "AQI"}, AnyValue(bytes_value=b"\1\2")),
        ({"bytesValue": "__8="}, AnyValue(bytes_value=b"\xff\xff")),
        ({"bytesValue": [1, 2]}, AnyValue(bytes_value=b"\1\2")),
        ({"arrayValue": {}}, AnyValue(array_value=ArrayValue())),
        ({"kvlistValue": {"values": None}}, AnyValue(kvlist_value=KeyValueList())),
        ({"stringValue": None, "intValue": 0}, AnyValue(int_value=0)),
        ({}, AnyValue()),
        ({"futureValue": 1}, AnyValue()),
    ],
)
def test_values_in_every_spelling(value: Any, expected: AnyValue) -> None:
    assert parse_value(value) == expected


def test_a_nan_is_a_nan() -> None:
    assert math.isnan(parse_value({"doubleValue": "NaN"}).double_value)


@pytest.mark.parametrize("kind", [3, "3", "SPAN_KIND_CLIENT", {"low": 3, "high": 0}])
def test_enums_as_number_or_name(kind: Any) -> None:
    assert parse_span(kind=kind).kind == Span.SPAN_KIND_CLIENT


def test_the_names_before_otlp_0_19_and_unknown_ones() -> None:
    body = b"""{"resourceSpans": [{"extra": {"deep": [1]}, "instrumentationLibrarySpans": [
        {"instrumentationLibrary": {"name": "old"}, "spans": [{"name": "a", "new": 1}]}]}]}"""
    (scope,) = parse_json(body, ExportTraceServiceRequest).resource_spans[0].scope_spans
    assert (scope.scope.name, scope.spans[0].name) == ("old", "a")


def test_the_other_signals_are_read_by_the_same_rules() -> None:
    logs = parse_json(
        b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "0a"}]}]}]}', ExportLogsServiceRequest
    )
    assert logs.resource_logs[0].scope_logs[0].log_records[0].trace_id == b"\n"
    metrics = parse_json(
        b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"sum": {"dataPoints": [{"asInt": "7"}]}}]}]}]}',
        ExportMetricsServiceRequest,
    )
    assert metrics.resource_metrics[0].scope_metrics[0].metrics[0].sum.data_points[0].as_int == 7


SPAN = "resourceSpans[0].scopeSpans[0].spans[0]"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"traceId": "xyz!"}, f'{SPAN}.traceId: expected 32 hex digits, got "xyz!"'),
        ({"spanId": 7}, f"{SPAN}.spanId: expected 16 hex digits, got 7"),
        ({"name": 5}, f"{SPAN}.name: expected a string, got 5"),
        ({"kind": "KLIENT"}, f"{SPAN}.kind: expected a number or one of SPAN_KIND_UNSPECIFIED"),
        ({"kind": "\ud800"}, f"{SPAN}.kind: expected a number or one of SPAN_KIND_UNSPECIFIED"),
        ({"startTimeUnixNano": "soon"}, f'{SPAN}.startTimeUnixNano: expected an integer, got "soon"'),
        ({"startTimeUnixNano": 1.5}, "expected an integer, got 1.5"),
        ({"startTimeUnixNano": -1}, "-1 is outside 0 to 18446744073709551615"),
        ({"startTimeUnixNano": True}, "expected an integer, got true"),
        ({"startTimeUnixNano": {"low": 1}}, "expected an integer"),
        ({"events": {}}, f"{SPAN}.events: expected an array, got {{}}"),
        ({"events": [3]}, f"{SPAN}.events[0]: expected an object, got 3"),
        ({"attributes": [{"key": "k", "value": {"intValue": 1, "stringValue": "1"}}]}, "stands beside int_value"),
        ({"attributes": [{"key": "k", "value": {"bytesValue": "%"}}]}, 'expected base64, got "%"'),
        ({"attributes": [{"key": "k", "value": {"bytesValue": "é"}}]}, "expected base64, got"),
        ({"traceId": "é"}, f"{SPAN}.traceId: expected 32 hex digits, got"),
        ({"attributes": [{"key": "k", "value": {"boolValue": 1}}]}, "expected true or false, got 1"),
        ({"attributes": [{"key": "k", "value": {"doubleValue": "much"}}]}, 'expected a number, got "much"'),
    ],
)
def test_nonsense_is_named_with_its_place(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(OtlpJsonError) as caught:
        parse_span(**fields)
    assert message in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"\xff", b"nothing", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_what_is_not_json_is_said_to_be(body: bytes) -> None:
    with pytest.raises(OtlpJsonError, match="the body: "):
        parse_json(body, ExportTraceServiceRequest)


def nested(depth: int) -> bytes:
    value: Any = {"intValue": 1}
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
    return json.dumps({"resourceSpans": [{"resource": {"attributes": [{"key": "k", "value": value}]}}]}).encode()


@pytest.mark.parametrize("depth", range(35, 44))
def test_what_is_taken_can_be_read_again(depth: int) -> None:
    message = parse_json(nested(depth), ExportTraceServiceRequest)
    assert ExportTraceServiceRequest.FromString(message.SerializeToString()) == message


@pytest.mark.parametrize("depth", [44, 60, 200])
def test_what_is_nested_too_deeply_to_be_read_again_is_refused(depth: int) -> None:
    with pytest.raises(OtlpJsonError, match="nested too deeply"):
        parse_json(nested(depth), ExportTraceServiceRequest)
