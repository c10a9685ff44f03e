"""Requests that offer to speak another protocol are taken as they stand, whatever the pieces they arrive in."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.config import CollectorConfig
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, span_ids

OFFERS = {
    "h2c": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    "websocket": "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n",
    "unknown": "connection: close, upgrade\r\nupgrade: tomorrow\r\n",
}


@pytest.fixture
def config(tmp_path: Path) -> CollectorConfig:
    return configuration(tmp_path)


@pytest.fixture
def collector(config: CollectorConfig) -> Iterator[Collector]:
    with Collector(config) as collector:
        yield collector


def message(body: bytes, offer: str) -> bytes:
    head = f"POST /v1/traces HTTP/1.1\r\nHost: x\r\n{offer}Content-Length: {len(body)}\r\n"
    return head.encode() + b"Content-Type: application/x-protobuf\r\n\r\n" + body


def connected(collector: Collector) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", collector.state["http_port"]), 20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def status(connection: socket.socket) -> int:
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


@pytest.mark.parametrize("size", [10**6, 60, 1], ids=["whole", "in pieces", "byte by byte"])
@pytest.mark.parametrize("offer", OFFERS)
def test_what_comes_with_an_offer_is_stored(
    config: CollectorConfig, collector: Collector, offer: str, size: int
) -> None:
    sent = span(offer)
    octets = message(request(sent).SerializeToString(), OFFERS[offer])
    with connected(collector) as connection:
        for start in range(0, len(octets), size):
            connection.sendall(octets[start : start + size])
        assert status(connection) == 200
    assert collector.stop() == 0, collector.errors()
    assert span_ids(config) == [sent.span_id]


def test_a_connection_goes_on_after_an_offer(config: CollectorConfig, collector: Collector) -> None:
    spans = [span(f"request {number}") for number in range(4)]
    with connected(collector) as connection:
        for number, sent in enumerate(spans):
            offer = OFFERS["h2c"] if number in (0, 2) else ""
            connection.sendall(message(request(sent).SerializeToString(), offer))
            assert status(connection) == 200
    assert collector.stop() == 0, collector.errors()
    assert set(span_ids(config)) == {sent.span_id for sent in spans}


def test_a_tunnel_is_refused(collector: Collector) -> None:
    with connected(collector) as connection:
        connection.sendall(b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n")
        assert status(connection) == 400
