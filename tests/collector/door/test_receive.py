"""The one path every request takes, with the real log under it."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.door.answers import Answer, Kind, RefusedError
from collector.door.gate import Caller, Gate
from collector.door.receive import Incoming, Receiver
from collector.door.signals import LOGS, METRICS, SIGNALS, TRACES, Signal
from collector.door.tokens import Credentials, Entry
from collector.exposition import render
from collector.metrics import Counters, families
from collector.wal.log import Log
from collector.wal.segments import Record, read_segment
from tests.collector.otlp import request, span
from tests.transforms.agent_logs import claude_metrics, claude_request, logs, record

LIMIT = 1 << 20


class Door:
    """A receiver on a log of its own."""

    def __init__(self, folder: Path, tokens: list[Entry] | None = None) -> None:
        self.folder = folder
        self.counters = Counters()
        self.log = Log(folder, max_bytes=1 << 30, max_age_s=60, max_pending_bytes=1 << 30)
        self.receiver = Receiver(
            self.log,
            Gate((lambda: Credentials(tuple(tokens))) if tokens else None),
            self.counters,
            max_inflated_bytes=LIMIT,
        )

    def send(
        self,
        body: bytes,
        signal: Signal = TRACES,
        headers: dict[str, str] | None = None,
        *,
        is_json: bool = False,
        encoding: str = "",
    ) -> Answer:
        try:
            admitted = self.receiver.admit(signal, "http", Caller(headers or {}))
        except RefusedError as refused:
            return refused.answer
        incoming = Incoming(signal, "http", body, headers or {}, admitted, is_json, encoding)
        return self.receiver.receive(incoming).result(20)

    def stored(self) -> list[Record]:
        return [
            record
            for pattern in ("*.log", "*.open")
            for path in sorted(self.folder.glob(pattern))
            for record in read_segment(path).records
        ]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    yield door
    door.log.close()


def test_spans_are_on_disk_when_they_are_acknowledged(door: Door) -> None:
    body = request(span(), span()).SerializeToString()
    assert door.send(body) == Answer(Kind.OK, accepted=2)
    (record,) = door.stored()
    assert record.body == body
    assert record.organization is None


def test_json_and_gzip_are_stored_as_the_same_protobuf(door: Door) -> None:
    message = request(span())
    assert door.send(gzip.compress(message.SerializeToString()), encoding="gzip").accepted == 1
    text = MessageToJson(message).encode()  # base64 ids, as some senders do
    assert door.send(text, is_json=True).accepted == 1
    assert door.send(gzip.compress(text), is_json=True, encoding="gzip").accepted == 1
    assert [ExportTraceServiceRequest.FromString(record.body) for record in door.stored()] == [message] * 3


@pytest.mark.parametrize(
    "ids",
    [
        {"trace_id": b""},
        {"span_id": b""},
        {"trace_id": bytes(16)},
        {"span_id": bytes(8)},
        {"trace_id": b"\1" * 15},
        {"trace_id": b"\1" * 17},
        {"span_id": b"\1" * 7},
    ],
)
def test_spans_without_valid_ids_are_rejected_and_the_others_kept(door: Door, ids: dict[str, bytes]) -> None:
    good = [span("first"), span("last")]
    answer = door.send(request(good[0], span(**ids), span(**ids), good[1]).SerializeToString())
    assert (answer.kind, answer.accepted, answer.rejected) == (Kind.OK, 2, 2)
    assert "2 spans without valid ids were not stored" in answer.message
    (record,) = door.stored()
    assert ExportTraceServiceRequest.FromString(record.body) == request(*good)


def test_when_no_span_is_valid_nothing_is_stored(door: Door) -> None:
    assert door.send(request(span(trace_id=b"")).SerializeToString()).rejected == 1
    assert door.stored() == []


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
@pytest.mark.parametrize(("body", "is_json"), [(b"", False), (b"{}", True)])
def test_an_empty_request_is_fine(door: Door, signal: Signal, body: bytes, is_json: bool) -> None:
    assert door.send(body, signal, is_json=is_json) == Answer(Kind.OK)
    assert door.stored() == []


def test_log_records_and_metrics_that_tell_of_no_call_are_answered_so(door: Door) -> None:
    body = b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{}, {}]}]}]}'
    answer = door.send(body, LOGS, is_json=True)
    assert (answer.kind, answer.accepted, answer.rejected) == (Kind.OK, 0, 2)
    assert answer.message == "2 log records tell of no model call and were not stored"
    metric = b'{"sum": {"dataPoints": [{}, {}, {}]}}, {"name": "without data"}, {"gauge": {"dataPoints": [{}]}}'
    answer = door.send(
        b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [' + metric + b"]}]}]}", METRICS, is_json=True
    )
    assert (answer.kind, answer.rejected) == (Kind.OK, 4)
    assert door.stored() == []


def test_calls_in_logs_and_usage_in_metrics_are_stored_and_only_they(door: Door) -> None:
    prompt = record("claude_code.user_prompt", {"prompt": "a secret"})
    calls, counters = logs(claude_request(), prompt), claude_metrics([("input", 5.0, 60)])
    assert door.send(calls.SerializeToString(), LOGS).accepted == 1
    assert door.send(MessageToJson(logs(claude_request())).encode(), LOGS, is_json=True).accepted == 1
    assert door.send(counters.SerializeToString(), METRICS).accepted == 1
    stored = door.stored()
    assert [one.signal for one in stored] == [2, 2, 3]
    assert stored[0].body == stored[1].body == logs(claude_request()).SerializeToString()
    assert stored[2].body == counters.SerializeToString()


@pytest.mark.parametrize(
    ("body", "is_json", "encoding", "kind", "message"),
    [
        (b"\xff\xff", False, "", Kind.INVALID, "not a protobuf ExportTraceServiceRequest"),
        (b"{", True, "", Kind.INVALID, "not OTLP JSON: the body: not JSON"),
        (b"[]", True, "", Kind.INVALID, "expected an object, got []"),
        (b"plain", False, "gzip", Kind.INVALID, "not gzip"),
        (gzip.compress(b"x" * 100, mtime=0)[:-9], False, "gzip", Kind.INVALID, "ends too early"),
        (b"", False, "gzip", Kind.INVALID, "ends too early"),
        (b"", False, "zstd", Kind.UNSUPPORTED_MEDIA, "'zstd' is not supported; send gzip"),
        (
            gzip.compress(bytes(LIMIT + 1), mtime=0),
            False,
            "gzip",
            Kind.TOO_LARGE,
            f"larger than {LIMIT} bytes once inflated",
        ),
        (gzip.compress(bytes(LIMIT), mtime=0) * 2, False, "gzip", Kind.TOO_LARGE, "once inflated"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    door: Door, body: bytes, is_json: bool, encoding: str, kind: Kind, message: str
) -> None:
    answer = door.send(body, is_json=is_json, encoding=encoding)
    assert answer.kind is kind
    assert message in answer.message
    assert door.stored() == []


def test_a_gzip_body_of_several_members_is_read_whole(door: Door) -> None:
    body = request(span(), span()).SerializeToString()
    assert door.send(gzip.compress(body[:20]) + gzip.compress(body[20:]), encoding="gzip").accepted == 2


def test_a_closing_log_tells_the_sender_to_come_back(door: Door) -> None:
    door.log.close()
    answer = door.send(request(span()).SerializeToString())
    assert answer.kind is Kind.UNAVAILABLE
    assert answer.kind.value.is_retryable


def test_tokens_decide_who_may_send_and_as_whom(tmp_path: Path) -> None:
    tokens = [
        Entry("a", "acme", frozenset({"ingest"}), hashlib.sha256(b"alpha").digest()),
        Entry("b", "other", frozenset({"budget"}), hashlib.sha256(b"beta").digest()),
    ]
    door = Door(tmp_path, tokens)
    body = request(span()).SerializeToString()

    def kind(**headers: str) -> Kind:
        return door.send(body, headers={key.replace("_", "-"): value for key, value in headers.items()}).kind

    assert kind() is Kind.UNAUTHENTICATED
    assert kind(authorization="Bearer wrong") is Kind.UNAUTHENTICATED
    assert kind(authorization="Basic ???") is Kind.UNAUTHENTICATED
    assert kind(authorization="Bearer beta") is Kind.FORBIDDEN
    assert door.stored() == []
    assert kind(authorization="Bearer alpha") is Kind.OK
    assert kind(authorization="Basic cGstbGY6YWxwaGE=") is Kind.OK  # pk-lf:alpha
    assert kind(x_api_key="alpha") is Kind.OK
    assert [record.organization for record in door.stored()] == ["acme"] * 3
    door.log.close()


def test_every_fate_is_counted(door: Door) -> None:
    door.send(request(span(), span(), span(trace_id=b"")).SerializeToString())
    door.send(b"{", is_json=True)
    text = render(families(door.counters.samples()))
    assert 'spanledger_requests_total{answer="ok",signal="traces",transport="http"} 1' in text
    assert 'spanledger_requests_total{answer="invalid",signal="traces",transport="http"} 1' in text
    assert 'spanledger_items_accepted_total{signal="traces"} 2' in text
    assert 'spanledger_items_rejected_total{reason="unfit",signal="traces"} 1' in text
