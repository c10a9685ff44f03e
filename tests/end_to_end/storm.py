"""A collector under load over both transports, to be killed and hurt; at the end every span has to be accounted for."""

import dataclasses
import os
import random
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import grpc

from collector.config import CollectorConfig
from collector.door.signals import TRACES
from collector.store.lake import active_files
from collector.store.lake_store import store_of
from collector.wal import fates
from spanledger.building.build import Builder
from tests.collector.otlp import request, span
from tests.collector.running import TIMEOUT_S, Collector, rows, wait_until
from tests.lake import open_warehouse

SENDERS = 3
_BACKOFF = [("grpc.max_reconnect_backoff_ms", 100), ("grpc.initial_reconnect_backoff_ms", 50)]


class Sender(threading.Thread):
    """Sends request after request, each span only once, whether its request is answered or not."""

    def __init__(self, config: CollectorConfig, current: Callable[[], Collector], *, by_grpc: bool, spans: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[bytes] = []
        self.sent: list[bytes] = []
        self.refusals = 0
        self.is_stopping = threading.Event()
        self.may_send = threading.Event()
        self.may_send.set()
        self._current = current
        self._spans = spans
        self._by_grpc = by_grpc
        channel = grpc.insecure_channel(f"127.0.0.1:{config.grpc_port}", options=_BACKOFF)
        self._export = channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)

    def run(self) -> None:
        while not self.is_stopping.is_set():
            if not self.may_send.wait(0.1):
                continue
            spans = [span() for _ in range(self._spans)]
            ids = [one.span_id for one in spans]
            self.sent += ids
            if self._send(request(*spans).SerializeToString()):
                self.acknowledged += ids
            else:
                self.refusals += 1
                self.is_stopping.wait(0.02)  # nobody is there just now

    def _send(self, body: bytes) -> bool:
        try:
            if self._by_grpc:
                self._export(body, timeout=10)
                return True
            return self._current().send(body).status == 200
        except (OSError, grpc.RpcError):
            return False


@dataclasses.dataclass(frozen=True)
class Balance:
    """What became of the spans sent: every number in spans, except `segments` and `refusals` (requests)."""

    sent: int
    acknowledged: int
    landed: int
    lost: int
    doubled: int
    unsent: int
    segments: int
    doubled_segments: int
    refusals: int
    modelled_wrongly: int | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing acknowledged is missing, and nothing is there that should not be."""
        wrong = (self.lost, self.doubled, self.unsent, self.doubled_segments, self.modelled_wrongly or 0)
        return not any(wrong)


class Storm:
    """Senders at work on a collector; a context manager. ``chance`` decides when something happens."""

    def __init__(
        self,
        config: CollectorConfig,
        *,
        chance: random.Random,
        spans: int = 3,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.config = dataclasses.replace(config, grpc_port=free_port(), http_port=free_port())
        self._chance = chance
        self._environment = environment
        self.collector = self._started()
        self.senders = [
            Sender(self.config, lambda: self.collector, by_grpc=number % 2 == 0, spans=spans)
            for number in range(SENDERS)
        ]

    def __enter__(self) -> "Storm":
        for sender in self.senders:
            sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        for sender in self.senders:
            sender.is_stopping.set()
        self.collector.__exit__()

    def wait_for_more(self, at_most: int = 120) -> None:
        """Until each sender has had more acknowledged, from one request to ``at_most`` spans."""
        goals = {sender: len(sender.acknowledged) + self._chance.randint(1, at_most) for sender in self.senders}
        wait_until(
            lambda: all(len(sender.acknowledged) >= goal for sender, goal in goals.items()), "more to be acknowledged"
        )

    def wait_for_landing(self, timeout_s: float = 300.0) -> None:
        """Until the writer has landed another segment."""
        path = self.config.run / fates.LANDED_NAME
        before = fates.read(path).get("segments")
        wait_until(lambda: fates.read(path).get("segments") != before, "another segment to land", timeout_s)

    def wait_for_refusals(self, timeout_s: float = 60.0) -> None:
        """Until each sender has been refused."""
        goals = {sender: sender.refusals + 1 for sender in self.senders}
        wait_until(
            lambda: all(sender.refusals >= goal for sender, goal in goals.items()), "senders to be refused", timeout_s
        )

    def let_send(self, *, is_on: bool) -> None:
        """Let the senders go on, or hold them after the request at hand."""
        for sender in self.senders:
            (sender.may_send.set if is_on else sender.may_send.clear)()

    def kill(self) -> None:
        """kill -9 of the collector; its writer ends by itself."""
        self.collector.kill()

    def kill_writer(self) -> bool:
        """kill -9 of the writer; False where there is none just now."""
        try:
            os.kill(self.collector.writer_state["pid"], signal.SIGKILL)
        except (ProcessLookupError, KeyError):
            return False
        return True

    def start(self) -> None:
        """Another collector on the same directories, after `kill`."""
        self.collector = self._started()

    def stop(self, timeout_s: float = TIMEOUT_S) -> int:
        """SIGTERM under load; the exit code. The senders are stopped afterwards."""
        code = self.collector.stop(timeout_s)
        for sender in self.senders:
            sender.is_stopping.set()
            sender.join(60)
        return code

    def balance(self, *, is_modelled: bool = True) -> Balance:
        """What is in the lake, and in the models of a build, against what was sent. After `stop`."""
        landed = Counter(rows(self.config)["span_id"].to_pylist())
        acknowledged = {one for sender in self.senders for one in sender.acknowledged}
        sent = {one for sender in self.senders for one in sender.sent}
        store = store_of(self.config.lake, self.config.data)
        segments = Counter(segment for file in active_files(self.config.lake, store) for segment in file.segments)
        return Balance(
            sent=len(sent),
            acknowledged=len(acknowledged),
            landed=len(landed),
            lost=len(acknowledged - set(landed)),
            doubled=sum(count - 1 for count in landed.values()),
            unsent=len(set(landed) - sent),
            segments=len(segments),
            doubled_segments=sum(count - 1 for count in segments.values()),
            refusals=sum(sender.refusals for sender in self.senders),
            modelled_wrongly=_modelled_wrongly(self.config, set(landed)) if is_modelled else None,
        )

    def _started(self) -> Collector:
        return Collector(self.config, self._environment).__enter__()


def _modelled_wrongly(config: CollectorConfig, landed: set[bytes]) -> int:
    """How many spans a build's `fct_spans` lacks, has too many, or holds more than once."""
    Builder(config.data, config.lake).build()
    with open_warehouse(config.data) as warehouse:
        modelled = Counter(span_id for (span_id,) in warehouse.execute("select span_id from fct_spans").fetchall())
    expected = Counter(one.hex() for one in landed)
    return (modelled - expected).total() + (expected - modelled).total()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def figures(balance: Balance) -> dict[str, Any]:
    """For printing."""
    return dataclasses.asdict(balance)
