"""The collector of a data directory: whether one works there, whether it answers and is ready, and what it counted."""

import fcntl
import http.client
import json
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from app.installation.exposition import Samples, parse
from app.installation.kept import read
from transforms.installation import COLLECTOR, COLLECTOR_LOCK, FATES, run_of

State = Literal["never", "stopped", "silent", "unready", "ready"]
"""Never: none has worked there. Silent: one does, and does not answer. Unready: it answers, and cannot store."""

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_WITHIN_S = 2.0
_LONGEST = 4 * 1024**2


@dataclass(frozen=True)
class Collector:
    """How the collector is. ``counters`` are None where it did not tell them; ``untold`` says why, in words."""

    state: State
    grpc: str = ""  # host:port, as this machine reaches it
    http: str = ""
    pid: int | None = None
    started_at: datetime | None = None
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    counters: Samples | None = None
    untold: str = ""


@dataclass(frozen=True)
class Arrived:
    """Spans and items of other signals: acknowledged in the data directory's life; of them in the lake, and in the log
    on the way there (None where the collector did not say)."""

    accepted: int
    landed: int
    waiting: int | None


def collector(data: Path) -> Collector:
    """Look at the collector of this data directory. Raises DamagedError."""
    said = read(run_of(data) / COLLECTOR)
    works = is_held(run_of(data) / COLLECTOR_LOCK)
    if said is None:
        return Collector("silent" if works else "never")
    host, is_tls = _ANYWHERE.get(said["host"], said["host"]), bool(said.get("tls"))
    about: dict[str, Any] = {
        "grpc": _address(host, said["grpc_port"]),
        "http": _address(host, said["http_port"]),
        "pid": int(said["pid"]),
        "started_at": datetime.fromtimestamp(said["started_at_ns"] / 1e9, UTC),
    }
    if not works:
        return Collector("stopped", **about)
    if said.get("client_certificates"):
        return Collector("silent", **about, untold="it speaks only to senders that have a certificate")
    return _asked(host, int(said["http_port"]), is_tls, about)


def arrived(data: Path) -> Arrived:
    """How much has been acknowledged. Raises DamagedError."""
    found = collector(data)
    landed = int((read(run_of(data) / FATES) or {}).get("landed_items", 0))
    if found.counters is None:
        return Arrived(landed, landed, None)
    landed = int(found.counters.value("spanledger_landed_items_total") or 0)  # of one moment with what waits
    waiting = int(found.counters.value("spanledger_log_waiting_items") or 0)
    return Arrived(landed + waiting, landed, waiting)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_held(path: Path) -> bool:
    """Whether a process works there. On a copy of a data directory nobody does, whatever the copied files say."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _asked(host: str, port: int, is_tls: bool, about: dict[str, Any]) -> Collector:
    ready = _get(host, port, "/readyz", is_tls=is_tls)
    if ready is None:
        return Collector("silent", **about)
    status, text = ready
    said = _object(text)
    about |= {"problems": said.get("problems", ()), "warnings": said.get("warnings", ())}
    state: State = "ready" if status == 200 else "unready"
    answer = _get(host, port, "/metrics", is_tls=is_tls)
    if answer is None:
        return Collector(state, **about, untold="it did not answer on /metrics")
    if answer[0] in (401, 403):
        return Collector(state, **about, untold="it asks for a token on /metrics, and the explorer has none")
    try:
        return Collector(state, **about, counters=parse(answer[1]))
    except ValueError as error:
        return Collector(state, **about, untold=f"its /metrics cannot be read: {error}")


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _get(host: str, port: int, path: str, *, is_tls: bool) -> tuple[int, str] | None:
    """Status and text; None where nobody answers with HTTP."""
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, port, timeout=_WITHIN_S, context=_any_certificate())
        if is_tls
        else http.client.HTTPConnection(host, port, timeout=_WITHIN_S)
    )
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(_LONGEST).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _any_certificate() -> ssl.SSLContext:
    """The certificate names the host that senders use, not this machine's own address; nothing secret is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
