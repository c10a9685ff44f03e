"""kill -9 in the middle of a stream of exports: what was acknowledged is in the lake, each segment exactly once."""

import random
import socket
import threading
from collections import Counter
from pathlib import Path

import grpc

from collector.lake import active_files
from collector.signals import TRACES
from spanledger.build import Builder
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, rows, wait_until
from tests.lake import open_warehouse

KILLS = 20
SENDERS = 3


class Sender(threading.Thread):
    """Sends request after request, each span only once, whether its request is answered or not."""

    def __init__(self, grpc_port: int, http_collector: list[Collector], *, by_grpc: bool) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[bytes] = []
        self.sent: list[bytes] = []
        self.is_stopping = threading.Event()
        self._collector = http_collector
        self._by_grpc = by_grpc
        channel = grpc.insecure_channel(
            f"127.0.0.1:{grpc_port}",
            options=[("grpc.max_reconnect_backoff_ms", 100), ("grpc.initial_reconnect_backoff_ms", 50)],
        )
        self._export = channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)

    def run(self) -> None:
        while not self.is_stopping.is_set():
            spans = [span() for _ in range(3)]
            ids = [one.span_id for one in spans]
            self.sent += ids
            if self._send(request(*spans).SerializeToString()):
                self.acknowledged += ids
            else:
                self.is_stopping.wait(0.02)  # nobody is there just now

    def _send(self, body: bytes) -> bool:
        try:
            if self._by_grpc:
                self._export(body, timeout=10)
                return True
            return self._collector[0].send(body).status == 200
        except (OSError, grpc.RpcError):
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_twenty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random()
    config = configuration(tmp_path, grpc_port=free_port(), http_port=free_port(), log_segment_max_age_s=0.15)
    current = [Collector(config).__enter__()]
    senders = [Sender(config.grpc_port, current, by_grpc=number == 0) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        goals = {sender: len(sender.acknowledged) + chance.randint(1, 120) for sender in senders}
        wait_until(
            lambda goals=goals: all(len(sender.acknowledged) >= goal for sender, goal in goals.items()),
            "more acknowledged requests",
        )
        current[0].kill()
        current[0] = Collector(config).__enter__()
    for sender in senders:
        sender.is_stopping.set()
        sender.join(60)
    assert current[0].stop() == 0, current[0].errors()

    table = rows(config)
    landed = Counter(table["span_id"].to_pylist())
    acknowledged = {one for sender in senders for one in sender.acknowledged}
    sent = {one for sender in senders for one in sender.sent}
    assert len(acknowledged) >= KILLS * SENDERS
    assert acknowledged <= set(landed), "an acknowledged span is lost"
    assert set(landed) <= sent
    # Each span was sent once, so a span that is there twice would be a segment that is there twice.
    assert max(landed.values()) == 1
    segments = Counter(segment for file in active_files(config.lake) for segment in file.segments)
    assert max(segments.values()) == 1
    assert set(table["segment"].to_pylist()) == set(segments)
    assert not config.quarantine.exists()
    assert current[0].waiting() == []

    Builder(config.data, config.lake).build()
    with open_warehouse(config.data) as warehouse:
        modelled = Counter(span_id for (span_id,) in warehouse.execute("select span_id from fct_spans").fetchall())
    assert modelled == Counter(span_id.hex() for span_id in landed)
