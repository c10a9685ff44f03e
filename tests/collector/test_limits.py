"""How much one request may hold: attributes, events, depth, sizes, and how well it may be compressed."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collector.config import MIB
from collector.door.answers import Kind
from collector.door.receive import Receiver
from collector.door.shape import ItemLimits
from collector.door.signals import LOGS
from tests.collector.door.test_receive import Door
from tests.collector.otlp import request, span
from tests.transforms.agent_logs import claude_request, logs

FEW = ItemLimits(attributes=5, events=3)


class SmallDoor(Door):
    """Takes items with few attributes and events, and JSON of at most 1 MiB."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.receiver = Receiver(
            self.log, self.receiver._gate, self.counters, max_inflated_bytes=64 * MIB, max_json_bytes=MIB, items=FEW
        )


@pytest.fixture
def door(tmp_path: Path) -> Iterator[SmallDoor]:
    door = SmallDoor(tmp_path)
    yield door
    door.log.close()


def attributes(number: int) -> list[KeyValue]:
    return [KeyValue(key=f"key {index}", value=AnyValue(int_value=index)) for index in range(number)]


@pytest.mark.parametrize("is_json", [False, True])
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"attributes": attributes(6)}, "1 spans with more than 5 attributes (max_attributes) were not stored"),
        ({"events": [{"attributes": attributes(6)}]}, "more than 5 attributes (max_attributes)"),
        ({"links": [{"attributes": attributes(6)}]}, "more than 5 attributes (max_attributes)"),
        ({"events": [{}] * 4}, "1 spans with more than 3 events or links (max_events) were not stored"),
        ({"links": [{}] * 4}, "more than 3 events or links (max_events)"),
    ],
)
def test_spans_with_too_much_are_rejected_whole_and_the_others_kept(
    door: SmallDoor, fields: dict[str, Any], reason: str, is_json: bool
) -> None:
    fine = span(attributes=attributes(5), events=[{"attributes": attributes(5)}] * 3)
    sent = request(fine, span(**fields))
    answer = door.send(MessageToJson(sent).encode() if is_json else sent.SerializeToString(), is_json=is_json)
    assert (answer.kind, answer.accepted, answer.rejected) == (Kind.OK, 1, 1)
    assert reason in answer.message
    (record,) = door.stored()
    assert ExportTraceServiceRequest.FromString(record.body) == request(fine)


def test_a_resource_or_scope_with_too_much_takes_its_spans_along(door: SmallDoor) -> None:
    for part in ("resource", "scope"):
        sent = request(span(), span())
        resource = sent.resource_spans[0]
        (resource.resource if part == "resource" else resource.scope_spans[0].scope).attributes.extend(attributes(6))
        answer = door.send(sent.SerializeToString())
        assert (answer.accepted, answer.rejected) == (0, 2)
        assert "2 spans with more than 5 attributes" in answer.message
    assert door.stored() == []


def test_log_records_with_too_much_are_rejected_like_spans(door: SmallDoor) -> None:
    one = claude_request()
    assert len(one.attributes) > FEW.attributes
    answer = door.send(logs(one).SerializeToString(), LOGS)
    assert (answer.accepted, answer.rejected) == (0, 1)
    assert answer.message == "1 log records with more than 5 attributes (max_attributes) were not stored"


def test_long_texts_are_stored_whole(door: SmallDoor) -> None:
    sent = request(span("n" * 3 * MIB, attributes=[KeyValue(key="k" * MIB, value=AnyValue(string_value="v" * MIB))]))
    assert door.send(sent.SerializeToString()).accepted == 1
    (record,) = door.stored()
    assert record.body == sent.SerializeToString()


@pytest.mark.parametrize("is_json", [False, True])
def test_values_are_taken_as_deep_as_they_can_be_read_again(door: SmallDoor, is_json: bool) -> None:
    kinds = [deep(door, depth, is_json=is_json) for depth in (10, 40, 60, 200, 2000)]
    assert kinds == [Kind.OK, Kind.OK, Kind.INVALID, Kind.INVALID, Kind.INVALID]


def deep(door: SmallDoor, depth: int, *, is_json: bool) -> Kind:
    """The answer to a span whose attribute is a list in a list and so on."""
    if is_json:
        one = {"traceId": "01" * 16, "spanId": "02" * 8, "attributes": [{"key": "k", "value": "VALUE"}]}
        around = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]})
        text = '{"arrayValue": {"values": [' * depth + "{}" + "]}}" * depth
        return door.send(around.replace('"VALUE"', text).encode(), is_json=True).kind
    value = b"\x0a\x00"
    for _ in range(depth):
        for tag in (b"\x0a", b"\x2a"):  # ArrayValue.values, AnyValue.array_value
            value = tag + size(len(value)) + value
    for tag in (
        b"\x12",
        b"\x4a",
        b"\x12",
        b"\x12",
        b"\x0a",
    ):  # KeyValue.value, Span.attributes, spans, scopes, resources
        ids = b"\x0a\x10" + b"\1" * 16 + b"\x12\x08" + b"\2" * 8 if tag == b"\x4a" else b""
        value = tag + size(len(value)) + value + ids
    return door.send(value).kind


def size(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + size(number >> 7)


@pytest.mark.parametrize("length", [b"\xff\xff\xff\xff\x07", b"\xff\xff\xff\xff\x0f", b"\xff" * 9 + b"\x01"])
def test_lengths_of_two_gigabytes_and_more_are_refused(door: SmallDoor, length: bytes) -> None:
    good = request(span()).SerializeToString()
    for body in (b"\x0a" + length, b"\x0a" + length + good, good + b"\x0a" + length):
        assert door.send(body).kind is Kind.INVALID
    assert door.stored() == []


def test_gzip_may_be_dense_only_while_it_is_small(door: SmallDoor) -> None:
    answer = door.send(gzip.compress(b"\x0a\x00" * 4 * MIB, mtime=0), encoding="gzip")
    assert (answer.kind, answer.message) == (Kind.TOO_LARGE, "the body is 500 times as large once inflated")
    assert door.send(gzip.compress(b"\x0a\x00" * MIB, mtime=0), encoding="gzip").message == (
        "the body has more than 500000 parts, most of them tiny"
    )
    repeated = request(*(span("the same prompt " * 200) for _ in range(2000))).SerializeToString()
    assert len(repeated) > 6 * MIB
    assert door.send(gzip.compress(repeated, mtime=0), encoding="gzip").accepted == 2000


def test_a_body_of_very_many_gzip_members_is_refused(door: SmallDoor) -> None:
    answer = door.send(gzip.compress(b"", mtime=0) * 50_000, encoding="gzip")
    assert (answer.kind, answer.message) == (Kind.INVALID, "the body has more than 100 gzip members; send one")


def test_json_has_a_limit_of_its_own(door: SmallDoor) -> None:
    text = json.dumps({"resourceSpans": [], "x": "y" * 2 * MIB}).encode()
    answer = door.send(gzip.compress(text, mtime=0), is_json=True, encoding="gzip")
    assert (answer.kind, answer.message) == (Kind.TOO_LARGE, f"the body is larger than {MIB} bytes once inflated")


def test_many_unfit_spans_among_fit_ones_take_no_longer_than_the_others(door: SmallDoor) -> None:
    """Taking them out one by one took the square of their number: minutes, for a body of 9 MB."""
    spans = [span(), span(trace_id=b"")] * 50_000
    answer = door.send(request(*spans).SerializeToString())
    assert (answer.accepted, answer.rejected) == (50_000, 50_000)


def test_at_the_end_large_requests_that_wait_for_their_turn_are_told_to_come_again(door: SmallDoor) -> None:
    door.receiver.is_stopping = True
    body = request(span()).SerializeToString()
    answer = door.send(gzip.compress(body), encoding="gzip")
    assert (answer.kind, answer.message) == (Kind.UNAVAILABLE, "the collector is stopping")
    assert door.send(body).accepted == 1
