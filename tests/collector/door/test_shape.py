"""Few bytes that would become much memory are refused before they are read; ordinary bodies never are."""

import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.door import shape
from collector.door.answers import Kind, RefusedError
from tests.collector.otlp import request, span

REQUEST = ExportTraceServiceRequest.DESCRIPTOR


def field(number: int, content: bytes) -> bytes:
    size, tag = len(content), bytes([number << 3 | 2])
    length = b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return tag + length + bytes([size]) + content


def crowded(count: int) -> dict[str, bytes]:
    """Bodies of ``count`` tiny parts, at each depth."""
    nothing = {"resources": field(1, b"") * count, "scopes": field(1, field(2, b"") * count)}
    in_span = {"spans": b"\x12\x00", "attributes": b"\x4a\x00", "events": b"\x5a\x00", "links": b"\x6a\x00"}
    nothing["spans"] = field(1, field(2, in_span.pop("spans") * count))
    for name, part in in_span.items():
        nothing[name] = field(1, field(2, field(2, part * count)))
    values = field(9, field(2, field(5, field(1, b"") * count)))
    nothing["values"] = field(1, field(2, field(2, values)))
    return nothing


@pytest.mark.parametrize("name", crowded(1))
def test_too_many_tiny_parts_are_refused_wherever_they_are(name: str) -> None:
    with pytest.raises(RefusedError, match="more than 500000 parts") as caught:
        shape.refuse_crowded_protobuf(crowded(shape.MAX_PARTS + 1)[name], REQUEST)
    assert caught.value.answer.kind is Kind.TOO_LARGE
    shape.refuse_crowded_protobuf(crowded(50_000)[name], REQUEST)


@pytest.mark.parametrize("name", crowded(1))
def test_the_count_is_that_of_the_reader(name: str) -> None:
    """Bodies built by the library hold as many parts as were put in."""
    body = crowded(7)[name]
    around = {"resources": 0, "scopes": 1, "spans": 2, "values": 6}.get(name, 3)
    assert ExportTraceServiceRequest.FromString(body).SerializeToString() == body
    assert shape._count_parts(body, REQUEST) == around + 7


def test_broken_bodies_end_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    body = request(span(), span()).SerializeToString()
    whole = shape._count_parts(body, REQUEST)
    for end in range(len(body)):
        assert shape._count_parts(body[:end], REQUEST) <= whole
    for octet in range(256):
        shape._count_parts(bytes([octet]) * 50, REQUEST)


def test_ordinary_bodies_are_not_even_counted() -> None:
    body = request(*(span() for _ in range(3000))).SerializeToString()
    assert len(body) > 100_000
    assert shape._tiny_parts(body) * 16 < len(body)


def test_json_of_empty_objects_is_refused() -> None:
    for part in (b"{},", b"[],"):
        with pytest.raises(RefusedError, match="more than 500000 parts"):
            shape.refuse_crowded_json(b"[" + part * 500_001 + b"{}]")
    shape.refuse_crowded_json(json.dumps({"text": "{" * 900_000}).encode())


def test_an_item_with_too_much_is_described() -> None:
    limits = shape.ItemLimits(attributes=2, events=1)
    one = span()
    assert shape.excess_of_span(one, limits) == ""
    one.events.add().attributes.extend(one.attributes[0] for _ in range(3))
    assert shape.excess_of_span(one, limits) == "more than 2 attributes (max_attributes)"
    one.events.add()
    assert shape.excess_of_span(one, limits) == "more than 1 events or links (max_events)"
    del one.events[:]
    one.attributes.extend(one.attributes[0] for _ in range(3))
    assert shape.excess_of_span(one, limits) == "more than 2 attributes (max_attributes)"
    assert shape.can_exceed(bytes(5), limits)
    assert not shape.can_exceed(bytes(2), limits)
