"""How long a sender waits for its answer, which comes when its spans are on disk (fdatasync), under known load.

    python -m benchmarks.ack_latency [--spans 512] [--seconds 10] [--repeats 5]

First as much as sixteen connections can send, each as soon as it has its answer: the highest rate. Then 80 % of that,
request by request at its appointed time, whether or not earlier ones were answered; the wait counts from the appointed
time, so a stall counts for all who would have come meanwhile. The writer lands what arrives at the same time, and the
sender shares the machine. HTTP, 24 attributes a span (`benchmarks.llm_spans`). The promise, for the median of the
repeats: 99 of 100 answers within 250 ms at 80 % load.
"""

import argparse
import http.client
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.at_once import at_once
from benchmarks.door_to_lake import finish
from benchmarks.llm_spans import make
from benchmarks.measuring import Spread, end, say
from tests.collector.running import Collector, configuration, wait_until

CONNECTIONS = 16
LOAD = 0.8
MOST_P99_MS = 250.0
PERCENTILES = (50.0, 99.0, 99.9)
_BODIES = 32
_LANDED_S = 600.0


@dataclass(frozen=True)
class Waits:
    """Milliseconds at `PERCENTILES`, and requests a second offered and answered."""

    percentiles_ms: tuple[float, ...]
    offered_per_s: float
    answered_per_s: float


def highest(port: int, bodies: Sequence[bytes], seconds: float) -> float:
    """Requests a second when every connection sends as soon as it may."""
    counts = [0] * CONNECTIONS
    started = time.perf_counter()

    def work(number: int, send: Callable[[bytes], None]) -> None:
        while time.perf_counter() < started + seconds:
            send(bodies[counts[number] % len(bodies)])
            counts[number] += 1

    _connected(port, work)
    return sum(counts) / (time.perf_counter() - started)


def offered(port: int, bodies: Sequence[bytes], per_s: float, seconds: float) -> Waits:
    """Waits when requests come at an even rate."""
    turns = itertools.count()  # its next() is one step, so threads may share it
    waits: list[float] = []
    started = time.perf_counter()

    def work(_number: int, send: Callable[[bytes], None]) -> None:
        while (turn := next(turns)) < per_s * seconds:
            due = started + turn / per_s
            time.sleep(max(0.0, due - time.perf_counter()))
            send(bodies[turn % len(bodies)])
            waits.append(time.perf_counter() - due)

    _connected(port, work)
    answered = len(waits) / (time.perf_counter() - started)
    return Waits(tuple(float(one) * 1000 for one in np.percentile(waits, PERCENTILES)), per_s, answered)


def _connected(port: int, work: Callable[[int, Callable[[bytes], None]], None]) -> None:
    """Run ``work`` on every connection at once."""

    def run(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def send(body: bytes) -> None:
            connection.request("POST", "/v1/traces", body, {"content-type": "application/x-protobuf"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"a request was answered with {answer.status}")

        try:
            work(number, send)
        finally:
            connection.close()

    at_once(CONNECTIONS, run)


def measure(spans: int, seconds: float) -> Waits:
    """A collector's life: warmed up, driven to its highest rate, then at 80 % of it."""
    bodies = [make(seed, spans=spans) for seed in range(_BODIES)]
    with tempfile.TemporaryDirectory() as folder, Collector(configuration(Path(folder))) as collector:
        port = collector.state["http_port"]
        highest(port, bodies, seconds / 10)
        rate = highest(port, bodies, seconds)
        wait_until(lambda: not collector.waiting(), "all to be in the lake", _LANDED_S)
        waits = offered(port, bodies, rate * LOAD, seconds)
        finish(collector)
    return waits


def main() -> None:
    """Print every repeat and the medians; exit non-zero when the promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=512, help="in a request")
    parser.add_argument("--seconds", type=float, default=10.0, help="at the highest rate, and again at 80 %%")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, {options.spans} spans a request")
    found = []
    for _ in range(options.repeats):
        found.append(measure(options.spans, options.seconds))
        waited = ", ".join(
            f"p{one:g} {ms:,.0f} ms" for one, ms in zip(PERCENTILES, found[-1].percentiles_ms, strict=True)
        )
        say(f"offered {found[-1].offered_per_s * options.spans:,.0f} spans/s (80 %): {waited}")
    medians = [Spread(tuple(waits.percentiles_ms[place] for waits in found)) for place in range(len(PERCENTILES))]
    for one, spread in zip(PERCENTILES, medians, strict=True):
        say(f"p{one:g}: {spread} ms")
    p99 = medians[PERCENTILES.index(99.0)].median
    end([f"p99 at 80 % load within {MOST_P99_MS:g} ms, found {p99:.0f}"] if p99 > MOST_P99_MS else [])


if __name__ == "__main__":
    main()
