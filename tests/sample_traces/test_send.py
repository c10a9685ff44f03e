"""Sending: through a real collector, and against peers that are busy, broken or refuse."""

import concurrent.futures
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from sample_traces.company import requests, simulate
from sample_traces.recordings import recordings
from sample_traces.send import Receipt, SendError, send
from tests.collector.running import Collector, configuration, span_ids, wait_until


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    return list(requests(simulate(3, days=3, scale=0.1, end=date(2026, 11, 1)), spans_per_request=50))


def test_a_real_collector_takes_every_span_over_each_protocol(tmp_path: Path, bodies: list[bytes]) -> None:
    config = configuration(tmp_path)
    seen: list[int] = []
    with Collector(config) as collector:
        over_grpc = send(bodies, collector.grpc_address, "grpc", progress=lambda r: seen.append(r.requests))
        over_http = send(bodies, collector.http_url, "http/protobuf")
        json_bodies = [body for recording in recordings() for body in recording.json]
        over_json = send(json_bodies, collector.http_url, "http/json")
        wait_until(lambda: not collector.waiting(), "the log to be landed")
    assert seen == list(range(1, len(bodies) + 1))
    assert over_grpc == over_http
    assert over_grpc.accepted > 50
    assert over_json.accepted > 10
    assert over_grpc.rejected == over_json.rejected == 0
    assert len(set(span_ids(config))) == over_grpc.accepted + over_json.accepted


def test_rejected_spans_are_counted_with_the_servers_words(tmp_path: Path) -> None:
    body = (Path(__file__).parents[2] / "sample_traces" / "invalid" / "trace-id-15-bytes.binpb").read_bytes()
    with Collector(configuration(tmp_path)) as collector:
        receipt = send([body], collector.grpc_address, "grpc")
    assert (receipt.accepted, receipt.rejected) == (1, 1)
    assert "trace_id" in receipt.messages[0]


def must_not_pause(seconds: float) -> None:
    raise AssertionError(f"paused for {seconds} s")


class Peer(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses that the test queued, then with success."""

    answers: list[tuple[int, dict[str, str]]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        body = b"" if status == 200 else Status(message="not now").SerializeToString()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def http_peer(*answers: tuple[int, dict[str, str]]) -> Iterator[str]:
    handler = type("QueuedPeer", (Peer,), {"answers": list(answers)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_http_pauses_as_asked_and_grows_its_own_pauses(bodies: list[bytes]) -> None:
    pauses: list[float] = []
    with http_peer((503, {}), (429, {"retry-after": "7"}), (502, {})) as url:
        receipt = send(bodies[:1], url, "http/protobuf", pause=pauses.append)
    assert pauses == [0.2, 7.0, 0.8]
    assert (receipt.requests, receipt.retries, receipt.accepted) == (1, 3, 50)


def test_http_refusals_are_not_retried_and_say_why(bodies: list[bytes]) -> None:
    with http_peer((400, {})) as url, pytest.raises(SendError, match="HTTP 400: not now"):
        send(bodies[:1], url, "http/protobuf", pause=must_not_pause)


def test_patience_ends(bodies: list[bytes]) -> None:
    with (
        http_peer(*[(503, {"retry-after": "9"})] * 9) as url,
        pytest.raises(SendError, match=r"did not take .* in 18\.0 s"),
    ):
        send(bodies[:1], url, "http/protobuf", patience_s=20, pause=lambda _: None)


def test_nobody_there_is_retried_then_named(bodies: list[bytes]) -> None:
    for protocol in ("grpc", "http/protobuf"):
        with pytest.raises(SendError, match=r"127\.0\.0\.1:1 "):
            send(bodies[:1], "127.0.0.1:1", protocol, patience_s=0.3, pause=lambda _: None)


@contextmanager
def grpc_peer(*failures: tuple[grpc.StatusCode, float | None]) -> Iterator[str]:
    """A server that refuses with these codes (and RetryInfo where seconds are given), then takes everything."""
    queued = list(failures)

    def export(body: bytes, context: Any) -> bytes:
        if not queued:
            return b""
        code, seconds = queued.pop(0)
        if seconds is not None:
            detail = AnyMessage()
            detail.Pack(RetryInfo(retry_delay=Duration(nanos=int(seconds * 1e9))))
            status = Status(code=code.value[0], details=[detail])
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(code, "not now")
        raise AssertionError("abort raises")

    service = "opentelemetry.proto.collector.trace.v1.TraceService"
    method = grpc.unary_unary_rpc_method_handler(export)
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {"Export": method})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_grpc_retries_what_the_specification_calls_retryable(bodies: list[bytes]) -> None:
    pauses: list[float] = []
    with grpc_peer((grpc.StatusCode.UNAVAILABLE, None), (grpc.StatusCode.RESOURCE_EXHAUSTED, 0.5)) as address:
        receipt = send(bodies[:1], address, "grpc", pause=pauses.append)
    assert pauses == [0.2, 0.5]
    assert receipt == Receipt(requests=1, accepted=50, retries=2)


def test_grpc_exhaustion_without_retry_info_is_final(bodies: list[bytes]) -> None:
    with (
        grpc_peer((grpc.StatusCode.RESOURCE_EXHAUSTED, None)) as address,
        pytest.raises(SendError, match="RESOURCE_EXHAUSTED: not now"),
    ):
        send(bodies[:1], address, "grpc", pause=must_not_pause)


def test_an_unknown_protocol_is_named(bodies: list[bytes]) -> None:
    with pytest.raises(ValueError, match="'carrier-pigeon' is not known"):
        send(bodies, "127.0.0.1:4317", "carrier-pigeon")
