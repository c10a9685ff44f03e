"""Ports of this machine: whether one is free, and whether what should answer there does."""

import errno
import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
_ANYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}
# RFC 9113, section 3.4: the client's opening words and an empty SETTINGS frame; the server answers with its own.
_HTTP2_OPENING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_SETTINGS_FRAME = 4
_PROBE_S = 2.0
_LONGEST = 65_536


@dataclass(frozen=True)
class Door:
    """An address that something of ours listens on, and the setting that names its port.

    ``is_tls``: it speaks TLS; ``asks_certificates``: and lets only clients with a certificate say anything.
    """

    what: str
    host: str
    port: int
    setting: str
    is_tls: bool = False
    asks_certificates: bool = False

    @property
    def near(self) -> str:
        """The address by which this machine itself reaches the door."""
        return _ANYWHERE.get(self.host, self.host)

    @property
    def address(self) -> str:
        """Host and port as written in a URL."""
        return f"[{self.near}]:{self.port}" if ":" in self.near else f"{self.near}:{self.port}"

    @property
    def url(self) -> str:
        """The address as a link."""
        return f"{'https' if self.is_tls else 'http'}://{self.address}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def why_taken(door: Door) -> str | None:
    """Why nobody can listen there, in words; None where it is free."""
    with socket.socket(_family(door.host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((door.host, door.port))
            probe.listen(1)
        except OSError as error:
            return "another program listens there" if error.errno == errno.EADDRINUSE else str(error.strerror)
    return None


def free_port(host: str) -> int:
    """A port nobody uses now."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def get(door: Door, path: str) -> tuple[int, str] | None:
    """Status and text of GET ``path``; None where no HTTP server answers."""
    if door.is_tls:
        tls = _unverified()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            door.near, door.port, timeout=_PROBE_S, context=tls
        )
    else:
        connection = http.client.HTTPConnection(door.near, door.port, timeout=_PROBE_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(_LONGEST).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers_http(door: Door, path: str) -> bool:
    """Whether GET ``path`` is answered with 200; of a door that asks for certificates, whether it greets."""
    if door.asks_certificates:
        return _greets(door, "http/1.1")
    answer = get(door, path)
    return answer is not None and answer[0] == 200


def answers_grpc(door: Door) -> bool:
    """Whether a gRPC server greets there: the first frame of HTTP/2 is its SETTINGS; TLS agrees on HTTP/2 before."""
    if door.is_tls:
        return _greets(door, "h2")
    try:
        with socket.create_connection((door.near, door.port), timeout=_PROBE_S) as connection:
            connection.sendall(_HTTP2_OPENING)
            head = connection.recv(4, socket.MSG_WAITALL)
            return len(head) == 4 and head[3] == _SETTINGS_FRAME
    except OSError:
        return False


def _greets(door: Door, protocol: str) -> bool:
    tls = _unverified()
    tls.set_alpn_protocols([protocol])
    try:
        with (
            socket.create_connection((door.near, door.port), timeout=_PROBE_S) as plain,
            tls.wrap_socket(plain) as connection,
        ):
            return connection.selected_alpn_protocol() == protocol
    except OSError:
        return False


def _unverified() -> ssl.SSLContext:
    """For asking our own doors whether they are there; nothing is sent that another could not know."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    return tls


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
