"""The recorder: the real OTLP doors, whose requests are also kept as they came. Nothing reaches a lake."""

import contextlib
import dataclasses
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from collector.config import CollectorConfig
from collector.door.answers import Kind
from collector.door.connection import Connection
from collector.door.gate import Gate
from collector.door.grpc_front import start_grpc
from collector.door.http_front import EXPORT_PATHS, HttpFront
from collector.door.http_server import HttpServer
from collector.door.inflate import inflate
from collector.door.limited_connection import DEFAULTS
from collector.door.pages import Pages
from collector.door.reading_memory import ReadingMemory
from collector.door.receive import Answering, Incoming, Receiver
from collector.door.security import Security
from collector.door.signals import Signal
from collector.metrics import Counters
from collector.server import refuse_exposure
from collector.wal.log import Log
from spanledger.conformance.folder import Body
from spanledger.conformance.writing import Taken


class Recorder(Receiver):
    """Answers as the collector does, and keeps each request that it took."""

    def __init__(self, log: Log, gate: Gate, max_inflated_bytes: int) -> None:
        super().__init__(log, gate, Counters(), max_inflated_bytes=max_inflated_bytes)
        self._limit = max_inflated_bytes
        self._guard = threading.Lock()
        self._taken: list[Taken] = []

    def receive(self, incoming: Incoming) -> Answering:
        """See `Receiver.receive`."""
        received_at_ns = time.time_ns()
        answering = super().receive(incoming)

        def keep(done: Answering) -> None:
            if done.result().kind is Kind.OK:
                taken = _taken(incoming, received_at_ns, self._limit)
                with self._guard:
                    self._taken.append(taken)

        answering.add_done_callback(keep)
        return answering

    def taken(self) -> list[Taken]:
        """What came so far, in order of arrival."""
        with self._guard:
            return sorted(self._taken, key=lambda one: one.received_at_ns)


def _taken(incoming: Incoming, received_at_ns: int, limit: int) -> Taken:
    signal = incoming.signal
    if not isinstance(signal, Signal):
        raise TypeError(f"a recording holds OTLP, not {signal.name}; the recorder's front has OTLP's paths alone")
    content = inflate(incoming.body, incoming.encoding, limit)
    form = "json" if incoming.is_json else "protobuf"
    is_grpc = incoming.transport == "grpc"
    facts = {
        "path": f"/{signal.service}/Export" if is_grpc else f"/v1/{signal.name}",
        "content_type": incoming.headers.get("content-type"),
        "content_encoding": incoming.encoding or None,
        "wire_bytes": len(incoming.body),
    }
    body = Body("", signal, incoming.is_json, content)
    return Taken(body, "grpc" if is_grpc else f"http/{form}", received_at_ns, incoming.headers, facts)


@dataclasses.dataclass(frozen=True)
class Listening:
    """An open recorder and where it is."""

    recorder: Recorder
    grpc: str
    http: str


@contextlib.contextmanager
def listening(config: CollectorConfig) -> Iterator[Listening]:
    """Open both doors until the block ends; what senders have asked by then is answered.

    Raises one of `collector.server.START_ERRORS`.
    """
    refuse_exposure(config)
    security = Security(config)
    with contextlib.ExitStack() as until:
        folder = until.enter_context(tempfile.TemporaryDirectory(prefix="spanledger-"))
        log = Log(
            Path(folder) / "log",
            max_bytes=config.log_segment_max_bytes,
            max_age_s=config.log_segment_max_age_s,
            max_pending_bytes=config.max_pending_bytes,
        )
        until.callback(log.close)
        recorder = Recorder(log, security.gate, config.max_inflated_bytes)
        http_port = until.enter_context(_http(recorder, config, security))
        server, grpc_port = start_grpc(
            *(recorder, config.host, config.grpc_port, config.max_inflated_bytes), security.grpc_credentials
        )
        until.callback(lambda: server.stop(config.drain_timeout_s).wait())
        scheme = "https" if config.tls else "http"
        yield Listening(recorder, f"{scheme}://{config.host}:{grpc_port}", f"{scheme}://{config.host}:{http_port}")


@contextlib.contextmanager
def _http(recorder: Recorder, config: CollectorConfig, security: Security) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    front = HttpFront(
        recorder,
        Pages(security.gate, {}, {}),
        max_request_bytes=config.max_request_bytes,
        memory=ReadingMemory(config.max_pending_bytes),
        paths=EXPORT_PATHS,
    )
    with socket.create_server((config.host, config.http_port), family=family) as door:
        settings = uvicorn.Config(
            front, http=Connection, lifespan="off", log_config=None, access_log=False, server_header=False
        )
        settings.load()
        settings.ssl = security.http_context
        server = HttpServer(settings, DEFAULTS, Counters())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="http")
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(config.drain_timeout_s)
