"""Connections that take the places of others: the share of one address, TLS handshakes that never begin."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from collector.door.places import Places
from tests.collector.certificates import authority, issued
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until

MOST = 40
STRANGER = "127.0.0.2"  # as any other address of this machine's loopback network


@contextlib.contextmanager
def silent(collector: Collector, number: int) -> Iterator[list[socket.socket]]:
    """Connections of the stranger's to the HTTP door that say nothing."""
    address = ("127.0.0.1", collector.state["http_port"])
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(address, 20, (STRANGER, 0))) for _ in range(number)]


def test_one_address_cannot_take_everybody_s_places(tmp_path: Path) -> None:
    body = request(span()).SerializeToString()
    with Collector(configuration(tmp_path, max_connections=MOST)) as collector, silent(collector, MOST + 5) as theirs:
        assert theirs[-1].recv(65536).startswith(b"HTTP/1.1 503 ")
        for _ in range(3):
            assert collector.send(body).status == 200
        assert theirs[0].send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert theirs[0].recv(65536).startswith(b"HTTP/1.1 200 ")
        for each in theirs:
            each.close()
        wait_until(lambda: answers_stranger(collector), "places to be free again")


def answers_stranger(collector: Collector) -> bool:
    with silent(collector, 1) as (one,):
        one.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        try:
            return one.recv(65536).startswith(b"HTTP/1.1 200 ")
        except ConnectionResetError:
            return False


def test_handshakes_that_never_begin_count_and_end(tmp_path: Path) -> None:
    ours = authority(tmp_path / "keys", "authority")
    server = issued(tmp_path / "keys", "server", ours)
    files = {"tls_cert_file": server.certificate, "tls_key_file": server.key}
    config = configuration(tmp_path / "data", max_connections=MOST, request_timeout_s=1.0, **files)
    trusting = ssl.create_default_context(cafile=str(ours.certificate))
    with Collector(config) as collector:
        address = ("127.0.0.1", collector.state["http_port"])
        with silent(collector, MOST + 5) as theirs:
            assert theirs[-1].recv(1) == b"", "no place: closed before a handshake"
            with trusting.wrap_socket(socket.create_connection(address, 20), server_hostname="127.0.0.1") as known:
                known.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
                assert known.recv(65536).startswith(b"HTTP/1.1 200 ")
            with contextlib.suppress(ConnectionResetError):
                assert theirs[0].recv(1) == b"", "its time is over"
        assert collector.stop() == 0, collector.errors()


def test_places_are_counted_by_address_and_network() -> None:
    places = Places(most=8, share=0.25)
    mine = [places.take("2001:db8::1"), places.take("2001:db8::ffff")]
    assert None not in mine
    assert places.take("2001:db8::2") is None, "the same network"
    assert places.take("2001:db8:0:1::1") is not None
    assert not places.is_crowded
    assert places.take("192.0.2.1") is not None
    assert places.take("::ffff:192.0.2.1") is not None
    assert places.take("192.0.2.1") is None
    assert places.is_crowded
    assert mine[0] is not None
    mine[0].leave()
    mine[0].leave()
    assert places.take("2001:db8::3") is not None
    assert places.take("2001:db8::4") is None
    assert [places.take(f"198.51.100.{last}") is None for last in range(4)] == [False, False, False, True]
