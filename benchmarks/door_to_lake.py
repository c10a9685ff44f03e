"""Spans a CPU second, from the socket to a finished lake file, everything switched on.

    python -m benchmarks.door_to_lake [--requests 200] [--repeats 5] [--only http grpc-content …]

Starts a real collector (its writer process included) on a fresh directory, sends prepared requests over several
connections, stops the collector in good order and counts the rows. CPU is that of the collector and its writer, from
start to stop, as the system accounts it; what an idle start and stop takes is measured first and shown apart. The
load generator's own CPU is not counted, but it shares the machine.

Input: 512 spans a request, 24 attributes a span (`benchmarks.llm_spans`), ids, times and numbers differ from span to
span. The variants are the two fronts, gzip, an event and a link a span, and 3 KB of messages, hashed on the way; they
take turns. The promises: without content at least 25,000 spans a CPU second, and with neither content nor events and
links at most 75 bytes a span on disk, before small files are merged (a slow machine makes more of them).
"""

import argparse
import gzip
import http.client
import os
import socket
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from benchmarks.at_once import at_once
from benchmarks.llm_spans import SPANS, make
from benchmarks.measuring import Spread, children_cpu_s, end, say
from collector.door.signals import TRACES
from collector.store.lake import active_files
from tests.collector.running import Collector, configuration, wait_until

LEAST_SPANS_PER_CPU_S = 25_000
MOST_BYTES = 75
CONNECTIONS = 8
_LANDED_S = 1800.0


@dataclass(frozen=True)
class Variant:
    """What is sent, and how."""

    transport: str
    content: int = 0
    marks: int = 0  # events of a span, and as many links
    is_gzip: bool = False


VARIANTS = {
    "http": Variant("http"),
    "grpc": Variant("grpc"),
    "http-gzip": Variant("http", is_gzip=True),
    "http-events": Variant("http", marks=1),
    "grpc-events": Variant("grpc", marks=1),
    "http-content": Variant("http", content=3000),
    "grpc-content": Variant("grpc", content=3000),
}


@dataclass(frozen=True)
class Life:
    """One collector's life: CPU seconds, seconds until all was acknowledged, rows and bytes in the lake."""

    cpu_s: float
    acknowledged_s: float
    rows: int
    bytes: int


def send_http(
    port: int, bodies: Sequence[bytes], *, encoding: str = "", headers: Mapping[str, str] = {}, timeout_s: float = 60
) -> None:
    """Send ``bodies`` over one kept connection. Raises RuntimeError where one is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    said = {"content-type": "application/x-protobuf", **headers} | ({"content-encoding": encoding} if encoding else {})
    for body in bodies:
        connection.request("POST", "/v1/traces", body, said)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a request was answered with {answer.status}: {text[:200]!r}")
    connection.close()


def send_grpc(port: int, bodies: Sequence[bytes], **_: Any) -> None:
    """Send ``bodies`` over one channel. Raises grpc.RpcError where one is refused."""
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)]) as channel:
        export = channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)
        for body in bodies:
            export(body, timeout=60)


def post_all(
    send: Callable[..., None], collector: Collector, bodies: Sequence[bytes], connections: int, **how: Any
) -> None:
    """Send ``bodies`` over several connections at once."""
    port = collector.state["grpc_port" if send is send_grpc else "http_port"]
    at_once(connections, lambda number: send(port, bodies[number::connections], **how))


def measure(send: Callable[[Collector], None]) -> Life:
    """A collector's life, from start to a stop in good order."""
    with tempfile.TemporaryDirectory() as folder:
        before = children_cpu_s()
        config = configuration(Path(folder), log_segment_max_age_s=2.0)
        with Collector(config) as collector:
            started = time.perf_counter()
            send(collector)
            elapsed = time.perf_counter() - started
            finish(collector)
        files = active_files(config.lake)
        size = sum(file.path.stat().st_size for file in files)
        return Life(children_cpu_s() - before, elapsed, sum(file.rows for file in files), size)


def finish(collector: Collector) -> None:
    """Wait until all is in the lake, however slow the machine, and stop in good order."""
    wait_until(lambda: not collector.waiting(), "all to be in the lake", _LANDED_S)
    if collector.stop() != 0:
        raise RuntimeError(collector.errors())


def run(variant: Variant, bodies: Sequence[bytes]) -> Life:
    """One measurement; raises RuntimeError when a span is missing."""
    sent = [gzip.compress(body, 6) for body in bodies] if variant.is_gzip else bodies
    send, how = send_grpc if variant.transport == "grpc" else send_http, {"encoding": "gzip"} if variant.is_gzip else {}
    life = measure(lambda collector: post_all(send, collector, sent, CONNECTIONS, **how))
    if life.rows != len(bodies) * SPANS:
        raise RuntimeError(f"{life.rows} rows in the lake, {len(bodies) * SPANS} spans sent")
    return life


def bodies_of(variant: Variant, requests: int) -> list[bytes]:
    """What is sent; those with content are a quarter as many, and about as many bytes."""
    count = max(1, requests // 4) if variant.content else requests
    return [make(seed, variant.content, events=variant.marks, links=variant.marks) for seed in range(count)]


def compare(names: Sequence[str], requests: int, repeats: int) -> list[str]:
    """Print a line for each variant; the promises that did not hold."""
    idle = Spread(tuple(measure(lambda _: None).cpu_s for _ in range(repeats)))
    say(f"an idle start and stop: {idle} CPU s, taken off below")
    sent = {name: bodies_of(VARIANTS[name], requests) for name in names}
    lives: dict[str, list[Life]] = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            lives[name].append(run(VARIANTS[name], sent[name]))
    broken = []
    for name in names:
        spans, size = len(sent[name]) * SPANS, sum(map(len, sent[name]))
        speed = Spread(tuple(spans / (life.cpu_s - idle.median) for life in lives[name]))
        wall = Spread(tuple(spans / life.acknowledged_s for life in lives[name]))
        stored = Spread(tuple(life.bytes / spans for life in lives[name])).median
        say(f"{name:13} {spans:8,} spans of {size / spans:6,.0f} B: {speed} spans a CPU s, {stored:6.1f} B on disk")
        say(f"{'':13} acknowledged {wall} spans/s of wall time")
        if not VARIANTS[name].content and speed.median < LEAST_SPANS_PER_CPU_S:
            broken.append(f"{name}: at least {LEAST_SPANS_PER_CPU_S} spans a CPU second, found {speed.median:.0f}")
        if VARIANTS[name] in (Variant("http"), Variant("grpc")) and stored > MOST_BYTES:
            broken.append(f"{name}: at most {MOST_BYTES} bytes a span on disk, found {stored:.1f}")
    return broken


def free_ports(count: int) -> int:
    """The first of ``count`` ports in a row that nobody listens on."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                for more in range(1, count):
                    with socket.socket() as other:
                        other.bind(("127.0.0.1", port + more))
            except OSError:
                continue
            return port


def main() -> None:
    """Print every figure; exit non-zero when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="of 512 spans; a quarter of it with content")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    options = parser.parse_args()
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, {options.repeats} repeats")
    end(compare(options.only, options.requests, options.repeats))


if __name__ == "__main__":
    main()
