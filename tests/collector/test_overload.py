"""A full log, a full disk and clients that send too much, on both transports of a running collector."""

import contextlib
import gzip
import json
import select
import socket
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from collector.door.signals import TRACES
from tests.collector.otlp import request, span
from tests.collector.running import Collector, Response, configuration, span_ids, wait_until

KIB = 1024


def big() -> bytes:
    """A request of some 40 KiB with one span."""
    return request(span("x" * 40 * KIB)).SerializeToString()


def export(collector: Collector, body: bytes) -> Any:
    """The gRPC error of sending ``body``, None when it was taken."""
    with grpc.insecure_channel(collector.grpc_address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        try:
            channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)(body, timeout=20)
        except grpc.RpcError as error:
            return error
    return None


def told_wait(error: Any) -> float:
    """Seconds to wait, which a gRPC error says in two places: the specified one and the one that Python looks at."""
    trailing = dict(error.trailing_metadata())
    (detail,) = Status.FromString(trailing["grpc-status-details-bin"]).details
    info = RetryInfo()
    assert detail.Unpack(info)
    assert RetryInfo.FromString(trailing["google.rpc.retryinfo-bin"]) == info
    return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)


def fill(collector: Collector) -> tuple[int, Response]:
    """Send until there is no room; how many spans were taken, and the answer to the first that was not."""
    taken = 0
    while (answer := collector.send(big())).status == 200:
        taken += 1
    return taken, answer


def test_a_full_log_is_said_with_the_time_to_wait_and_empties_by_itself(tmp_path: Path) -> None:
    config = configuration(
        tmp_path, log_max_bytes=500 * KIB, log_segment_max_bytes=100 * KIB, writer_max_spans_per_s=0.5
    )
    with Collector(config) as collector:
        taken, answer = fill(collector)
        assert (answer.status, Status.FromString(answer.body).code) == (429, 8)
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert "the log is full" in Status.FromString(answer.body).message

        error = export(collector, big())
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert 1 <= told_wait(error) <= 30

        old = {"content-type": "application/x-protobuf", "user-agent": "OTel-OTLP-Exporter-Python/1.27.0"}
        answer = collector.request("POST", "/v1/traces", big(), old)
        assert (answer.status, answer.headers.keys() & {"retry-after"}) == (503, {"retry-after"})

        ready = collector.request("GET", "/readyz")
        assert ready.status == 503
        assert "the log is full" in json.loads(ready.body)["problems"][0]
        assert "spanledger_log_max_bytes 512000" in collector.request("GET", "/metrics").body.decode()

        wait_until(lambda: collector.send(big()).status == 200, "room in the log")
        assert export(collector, big()) is None or told_wait(export(collector, big())) >= 1
        started = time.monotonic()
        assert collector.stop() == 0  # the brake does not hold up a stop
        assert time.monotonic() - started < 20
    assert len(span_ids(config)) >= taken + 1


def test_a_disk_that_fills_up_is_left_some_room(tmp_path: Path) -> None:
    with Collector(configuration(tmp_path, min_free_bytes=1 << 60)) as collector:
        answer = collector.send(big())
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) >= 5
        error = export(collector, big())
        assert error.code() is grpc.StatusCode.UNAVAILABLE
        assert told_wait(error) >= 5
        assert collector.stop() == 0


@pytest.mark.parametrize("limit", [{"client_requests_per_s": 0.2}, {"client_bytes_per_s": 8_200.0}])
def test_a_client_that_sends_too_much_waits_as_long_as_it_is_told(tmp_path: Path, limit: dict[str, float]) -> None:
    config = configuration(tmp_path, client_burst_s=15.0, **limit)
    ((name, per_s),) = limit.items()
    cost = 1 if name == "client_requests_per_s" else len(big())
    with Collector(config) as collector:
        started = time.monotonic()
        taken, answer = fill(collector)
        assert answer.status == 429
        assert "127.0.0.1 sends more than is allowed here" in Status.FromString(answer.body).message
        while (error := export(collector, big())) is None:  # a slow machine gives the account time to fill again
            taken += 1
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert 0 < told_wait(error) <= 10
        assert 3 <= taken <= 1 + per_s * (15 + time.monotonic() - started) / cost
        assert collector.request("GET", "/healthz").status == 200
        wait_until(lambda: export(collector, big()) is None, "the client's account to fill")
        assert collector.stop() == 0
    assert len(span_ids(config)) == taken + 1


def test_what_a_client_sends_compressed_counts_as_what_it_becomes(tmp_path: Path) -> None:
    body = gzip.compress(request(span("x" * 400 * KIB)).SerializeToString())
    assert len(body) < 10 * KIB
    config = configuration(tmp_path, client_bytes_per_s=10_000.0, client_burst_s=10.0)
    packed = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
    with Collector(config) as collector:
        assert collector.request("POST", "/v1/traces", body, packed).status == 200
        refused = collector.request("POST", "/v1/traces", body, packed)
        assert refused.status == 429
        assert int(refused.headers["retry-after"]) > 20


def test_unfinished_bodies_of_one_address_keep_nobody_out(tmp_path: Path) -> None:
    size = 1024 * KIB
    config = configuration(tmp_path, max_pending_bytes=2 * size, max_request_bytes=size, max_inflated_bytes=size)
    head = b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: %d\r\n\r\n"
    with Collector(config) as collector, contextlib.ExitStack() as stack:
        address = ("127.0.0.1", collector.state["http_port"])
        theirs = [stack.enter_context(socket.create_connection(address, 20, ("127.0.0.2", 0))) for _ in range(3)]
        for each in theirs:
            each.sendall(head % size + bytes(size - 1))
        wait_until(lambda: len(select.select(theirs, [], [], 0)[0]) >= 2, "all but one to be answered")
        answered = select.select(theirs, [], [], 0)[0]
        assert {each.recv(12) for each in answered} == {b"HTTP/1.1 429"}
        assert collector.send(big()).status == 200
        assert export(collector, big()) is None


def test_many_large_grpc_requests_at_once_stay_within_the_memory_for_them(tmp_path: Path) -> None:
    """Sixteen calls of 15 MiB in a collector that may hold 32 MiB: each is taken or told to come again."""
    mib = 1024 * KIB
    body = request(span("x" * 15 * mib)).SerializeToString()
    with Collector(configuration(tmp_path, max_pending_bytes=32 * mib)) as collector:
        process = Path(f"/proc/{collector.process.pid}/status")
        with grpc.insecure_channel(
            collector.grpc_address,
            [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)],
        ) as channel:
            ask = channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)
            calls = [ask.future(body, timeout=60) for _ in range(16)]
            errors = [error for call in calls if (error := call.exception())]
        assert len(errors) < len(calls)
        for error in errors:
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert told_wait(error) >= 1
        peak = int(next(line for line in process.read_text().splitlines() if line.startswith("VmHWM")).split()[1])
        assert peak * KIB < 300 * mib
        assert collector.send(big()).status == 200
