"""Bodies that are not OTLP: one exception that names the body, never a crash, never a half-read batch."""

import random

import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.transforms import oracle
from tests.transforms.build import request
from tests.transforms.comparing import assert_lossless, rows_of
from transforms.columns import SCHEMA
from transforms.normalise import NormaliseOptions, Request, UndecodableError, normalise

GOOD = request({"a": 1, "b": [1, {"x": b"y"}], "d": 1.5, "e": True, "f": {"k": "v"}}, resource={"r": "s"}, scope="x")
BROKEN = {
    "a lone byte": b"\xff",
    "a length beyond the end": b"\x0a\x05abc",
    "cut short": GOOD[:-3],
    "an open group": b"\x0b",
    "not UTF-8": request({"key": "novalue"}).replace(b"novalue", b"nov\xff\xfeue"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_bodies_are_undecodable(what: str) -> None:
    with pytest.raises(UndecodableError, match="serialized OTLP"):
        rows_of([BROKEN[what]])


def test_the_broken_body_is_named() -> None:
    with pytest.raises(UndecodableError, match="number 2 of 4"):
        rows_of([GOOD, GOOD, BROKEN["cut short"], GOOD])


def test_a_broken_array_event_or_link_is_undecodable() -> None:
    for field in ("event", "link", "array"):
        message = ExportTraceServiceRequest.FromString(GOOD)
        span = message.resource_spans[0].scope_spans[0].spans[0]
        if field == "event":
            span.events.add(name="broken!")
        elif field == "link":
            span.links.add(trace_state="broken!")
        else:
            span.attributes.add(key="array").value.array_value.values.add().string_value = "broken!"
        with pytest.raises(UndecodableError):
            rows_of([message.SerializeToString().replace(b"\x07broken!", b"\x70broken!")])


def test_nothing_and_empty_requests_give_no_rows() -> None:
    options = NormaliseOptions(store_content=False, hash_key=b"k")
    assert normalise([], options).schema == SCHEMA
    assert normalise([Request(b"", 1, None, "s")] * 3, options).num_rows == 0


def test_unknown_fields_are_skipped() -> None:
    assert len(rows_of([GOOD + b"\x82\x7d\x03abc"])) == 1


def test_damaged_bodies_are_read_as_protobuf_reads_them_or_refused() -> None:
    """Random damage: whatever protobuf's own reader refuses may be refused; what it reads, we read alike."""
    rng = random.Random(20261122)
    read = 0
    for _ in range(600):
        body = bytearray(GOOD)
        place = rng.randrange(len(body))
        match rng.randrange(3):
            case 0:
                body[place] = rng.randrange(256)
            case 1:
                del body[place : place + rng.randrange(1, 4)]
            case _:
                body[place:place] = rng.randbytes(2)
        try:
            ExportTraceServiceRequest.FromString(bytes(body))
        except DecodeError:
            continue
        rows = rows_of([bytes(body)])
        for row, span in zip(rows, oracle.sent([bytes(body)]), strict=True):
            assert_lossless(row, span)
            read += 1
    assert read > 50
