"""Slow and silent senders, and too many of them, on both transports of a running collector."""

import contextlib
import http.client
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status

from collector.door.grpc_calls import Calls
from collector.door.signals import TRACES
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until

TIMEOUT_S = 1.0
MOST = 150
LIMITS = {"request_timeout_s": TIMEOUT_S, "max_connections": MOST, "connections_share_per_address": 1.0}
PATIENCE_S = 20.0  # of this test, on a busy machine


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("connections")
    with Collector(configuration(folder, **LIMITS)) as collector:
        yield collector
        assert collector.stop() == 0, collector.errors()
        assert "Traceback" not in collector.errors()


@contextlib.contextmanager
def connected(collector: Collector, port: str, number: int = 1) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        address = ("127.0.0.1", collector.state[port])
        yield [stack.enter_context(socket.create_connection(address, PATIENCE_S)) for _ in range(number)]


def is_fine(collector: Collector) -> bool:
    """Whether both doors take a span."""
    body = request(span()).SerializeToString()
    with grpc.insecure_channel(collector.grpc_address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)(body, timeout=PATIENCE_S)
    return collector.send(body).status == 200


def said_until_closed(connection: socket.socket) -> bytes:
    said = b""
    while part := connection.recv(65536):
        said += part
    return said


def drip(connection: socket.socket, octets: bytes) -> bytes:
    """Send one byte after the other, slowly, until the other side says something; what it says."""
    for octet in octets:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(bytes([octet]))
        if select.select([connection], [], [], 0.1)[0]:
            break
    return said_until_closed(connection)


HEAD = b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 500\r\n"


def test_who_says_nothing_is_hung_up_on(collector: Collector) -> None:
    for port in ("http_port", "grpc_port"):
        with connected(collector, port) as (silent,):
            said_until_closed(silent)
    assert is_fine(collector)


def test_a_header_that_drips_is_answered_and_closed(collector: Collector) -> None:
    with connected(collector, "http_port") as (slow,):
        assert drip(slow, HEAD * 10).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_told_to_come_again(collector: Collector) -> None:
    with connected(collector, "http_port") as (slow,):
        slow.send(HEAD + b"\r\n")
        said = drip(slow, bytes(500))
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1" in said
    assert "did not arrive within 1 s" in Status.FromString(said.partition(b"\r\n\r\n")[2]).message


def test_chunks_without_end_are_answered_and_closed(collector: Collector) -> None:
    with connected(collector, "http_port") as (slow,):
        slow.send(HEAD.replace(b"content-length: 500", b"transfer-encoding: chunked") + b"\r\n")
        assert drip(slow, b"1\r\nx\r\n" * 200).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("rest", [b"x: " + b"y" * 600_000, b"x: y\r\n" * 100_000])
def test_a_header_that_is_too_long_is_answered_and_closed(collector: Collector, rest: bytes) -> None:
    with connected(collector, "http_port") as (greedy,):
        with contextlib.suppress(ConnectionError):
            greedy.sendall(HEAD + rest)
        with contextlib.suppress(ConnectionResetError):
            assert said_until_closed(greedy).startswith(b"HTTP/1.1 431 ")


def test_large_pipelined_requests_are_all_answered(collector: Collector) -> None:
    body = request(*(span() for _ in range(1500))).SerializeToString()
    assert len(body) > 100_000
    whole = HEAD.replace(b"500", str(len(body)).encode()) + b"\r\n" + body
    with connected(collector, "http_port") as (quick,):
        threading.Thread(target=quick.sendall, args=(whole * 6,), daemon=True).start()
        with quick.makefile("rb") as answers:
            for _ in range(6):
                assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
                while answers.readline() != b"\r\n":
                    pass


def test_who_does_not_read_the_answers_is_hung_up_on(collector: Collector) -> None:
    with connected(collector, "http_port") as (deaf,):
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        page = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n"
        with contextlib.suppress(BlockingIOError):
            for _ in range(3000):
                deaf.send(page)
        counted = 'spanledger_connections_closed_total{reason="slow reader"} 1'
        wait_until(lambda: counted in collector.request("GET", "/metrics").body.decode(), "the connection to be closed")


def test_more_connections_than_may_be_are_told_so(collector: Collector) -> None:
    with connected(collector, "http_port", MOST) as _, connected(collector, "http_port") as (one_more,):
        said = said_until_closed(one_more)
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1" in said
    with connected(collector, "grpc_port", MOST) as _, connected(collector, "grpc_port") as (one_more,):
        assert said_until_closed(one_more) == b""
    wait_until(lambda: taken(collector), "room for a connection")


def taken(collector: Collector) -> bool:
    try:
        return is_fine(collector)
    except (ConnectionError, http.client.HTTPException, grpc.RpcError):
        return False


def never_sends(collector: Collector, done: threading.Event) -> tuple[Any, Callable[[], Any]]:
    """A gRPC call that is started and whose request does not come."""

    def nothing() -> Iterator[bytes]:
        done.wait(PATIENCE_S)
        yield from ()

    channel = grpc.insecure_channel(collector.grpc_address, [("grpc.use_local_subchannel_pool", 1)])
    call = channel.stream_unary(f"/{TRACES.service}/Export", request_serializer=bytes)
    return call.future(nothing()), channel.close


def test_grpc_calls_whose_request_does_not_come_are_cancelled_and_others_served(collector: Collector) -> None:
    done = threading.Event()
    slow = [never_sends(collector, done) for _ in range(70)]  # more than there are threads
    assert is_fine(collector)
    for call, _ in slow:
        with pytest.raises(grpc.RpcError) as caught:
            call.result(PATIENCE_S)
        assert caught.value.code() is grpc.StatusCode.CANCELLED  # which OTLP lets them retry
    done.set()
    for _, close in slow:
        close()


class Context:
    """Stands in for grpc's: notes that it was cancelled."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


def test_while_others_wait_a_call_has_two_seconds() -> None:
    now = [0.0]
    calls = Calls(30.0, lambda: now[0])
    context, asked, go_on = Context(), threading.Event(), threading.Event()

    def requests() -> Iterator[bytes]:
        asked.set()
        go_on.wait(PATIENCE_S)
        yield b"x"

    reading = threading.Thread(target=calls.read, args=(requests(), context))
    reading.start()
    asked.wait(PATIENCE_S)
    now[0] = 3.0
    assert calls.cancel_slow() == 0
    assert calls.enter()
    assert (calls.cancel_slow(), context.is_cancelled) == (1, True)
    calls.start()
    assert calls.cancel_slow() == 0
    now[0] = 31.0
    assert calls.cancel_slow() == 1
    go_on.set()
    reading.join()
    assert calls.cancel_slow() == 0


def test_hundreds_of_idle_connections_cost_little(tmp_path: Path) -> None:
    with Collector(configuration(tmp_path)) as collector:
        before = resident(collector)
        with connected(collector, "http_port", 300) as _, connected(collector, "grpc_port", 300) as _:
            started = time.monotonic()
            assert is_fine(collector)
            assert time.monotonic() - started < PATIENCE_S
            assert resident(collector) - before < 60 << 20
        assert collector.stop() == 0


def resident(collector: Collector) -> int:
    return int(Path(f"/proc/{collector.process.pid}/statm").read_text().split()[1]) * 4096
