"""Overload: a writer slowed by a setting is offered ten times what it takes. Nothing acknowledged is lost, memory stays
under a cap, and when the load ends the collector takes everything again within seconds.

    python -m benchmarks.soak_overload --seconds 300 --writer-spans-per-s 500

Starts a real collector on a fresh directory with `writer_max_spans_per_s` and a log of `--log-mib`, and offers it ten
times that rate of real LLM spans (`benchmarks.llm_spans`, 24 attributes) in requests of 64, half over gRPC and half
over HTTP, with eight senders. Each sends at its pace and comes again after the time it was told to wait. Prints what
was offered, acknowledged and refused, the waits that were told, memory, and how long after the load's end the collector
took the first request and was ready. Fails when

    a span that was acknowledged is not in the lake, or is there twice
    an answer is neither success nor a retryable one with a time to wait
    collector and writer together take more than MEMORY, or the log on disk more than its limit and what is at hand
    it takes more than RECOVERY_S until a request is taken again after the load
"""

import argparse
import collections
import dataclasses
import itertools
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.llm_spans import make
from benchmarks.processes import MIB, Memory
from benchmarks.senders import Send, over_grpc, over_http
from tests.collector.running import Collector, configuration, span_ids, wait_until

MEMORY = 700 * MIB
RECOVERY_S = 30.0  # the longest a sender is told to wait
_SPANS = 64  # of a request
_TIMES = 10  # what is offered, of what the writer takes
_SENDERS = 8


class BrokenPromiseError(Exception):
    """What the product says did not hold."""


@dataclasses.dataclass
class Tally:
    """What the senders saw, all of them together."""

    guard: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    answers: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    waits: list[float] = dataclasses.field(default_factory=list)
    acknowledged: list[bytes] = dataclasses.field(default_factory=list)
    offered: int = 0
    errors: list[str] = dataclasses.field(default_factory=list)

    def note(self, answer: str, wait_s: float | None, spans: list[bytes]) -> None:
        """One answer; ``spans`` are those of an acknowledged request."""
        with self.guard:
            self.offered += _SPANS
            self.answers[answer] += 1
            self.acknowledged += spans
            if wait_s is not None:
                self.waits.append(wait_s)


def offer(send: Send, tally: Tally, seed: int, spans_per_s: float, until: float) -> None:
    """Send at a pace until ``until`` (monotonic), whatever the answers; what was refused is sent again later."""
    numbers = itertools.count(seed * 10**6)
    again: collections.deque[tuple[float, bytes]] = collections.deque()
    due = time.monotonic()
    try:
        while (now := time.monotonic()) < until:
            if now < due:
                time.sleep(due - now)
            due += _SPANS / spans_per_s
            body = again.popleft()[1] if again and again[0][0] <= now else make(next(numbers), spans=_SPANS)
            answer, wait_s = send(body)
            if answer in ("http 200", "grpc OK"):
                tally.note(answer, None, span_ids_of(body))
            elif wait_s is None or wait_s <= 0:
                raise BrokenPromiseError(f"{answer} without a time to wait")
            else:
                tally.note(answer, wait_s, [])
                if len(again) < 100:  # an exporter's queue; what does not fit is theirs to drop
                    again.append((now + wait_s, body))
    except Exception as error:
        tally.errors.append(f"{type(error).__name__}: {error}")
        raise


def span_ids_of(body: bytes) -> list[bytes]:
    """The ids of the request's spans."""
    request = ExportTraceServiceRequest.FromString(body)
    return [span.span_id for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All of it. Raises BrokenPromiseError."""
    with tempfile.TemporaryDirectory() as folder:
        config = configuration(
            Path(folder),
            writer_max_spans_per_s=options.writer_spans_per_s,
            log_max_bytes=int(options.log_mib * MIB),
            log_segment_max_bytes=int(options.log_mib * MIB / 32),
            log_segment_max_age_s=1.0,
        )
        tally = Tally()
        with Collector(config) as collector, Memory(collector, 0.5) as memory:
            largest = _load(collector, options, tally)
            recovered, ready = _recover(collector, tally)
            if collector.stop() != 0:
                raise BrokenPromiseError(f"the collector did not end in good order: {collector.errors()[-2000:]}")
        _check(span_ids(config), tally)
    return {"tally": tally, "memory": memory, "log": largest, "recovered": recovered, "ready": ready}


def _load(collector: Collector, options: argparse.Namespace, tally: Tally) -> int:
    """Offer the load; the most bytes that were in the log."""
    until = time.monotonic() + options.seconds
    rate = _TIMES * options.writer_spans_per_s / _SENDERS

    def keep_offering(number: int) -> None:
        with (over_http, over_grpc)[number % 2](collector) as send:
            offer(send, tally, number, rate, until)

    threads = [threading.Thread(target=keep_offering, args=(number,)) for number in range(_SENDERS)]
    for thread in threads:
        thread.start()
    largest = 0
    while any(thread.is_alive() for thread in threads):
        largest = max(largest, sum(_size(path) for path in collector.waiting()))
        time.sleep(0.2)
    if tally.errors:
        raise BrokenPromiseError("; ".join(tally.errors))
    return largest


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _recover(collector: Collector, tally: Tally) -> tuple[float, float]:
    """Seconds after the load until a request was taken, and until /readyz said that all is well."""
    started = time.monotonic()
    body = make(_SENDERS * 10**6, spans=_SPANS)

    def is_taken() -> bool:
        with over_http(collector) as send:
            answer, wait_s = send(body)
        tally.note(answer, wait_s, span_ids_of(body) if answer == "http 200" else [])
        return answer == "http 200"

    wait_until(is_taken, "a request to be taken after the load", 2 * RECOVERY_S)
    taken = time.monotonic() - started
    wait_until(lambda: collector.request("GET", "/readyz").status == 200, "the collector to be ready", 2 * RECOVERY_S)
    return taken, time.monotonic() - started


def _check(landed: list[bytes], tally: Tally) -> None:
    there = collections.Counter(landed)
    missing = set(tally.acknowledged) - set(there)
    doubled = [one for one, number in there.items() if number > 1]
    if missing or doubled or len(set(tally.acknowledged)) != len(tally.acknowledged):
        raise BrokenPromiseError(
            f"of {len(tally.acknowledged)} acknowledged spans {len(missing)} are lost, {len(doubled)} doubled"
        )


def main(arguments: list[str]) -> int:
    """Run, print the figures; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--writer-spans-per-s", type=float, default=500, help="the brake; ten times this is offered")
    parser.add_argument("--log-mib", type=float, default=64, help="log_max_bytes")
    options = parser.parse_args(arguments)
    result = run(options)
    tally, peak = result["tally"], result["memory"].peak()
    write = sys.stdout.write
    write(f"offered {tally.offered} spans in {options.seconds:g} s ({tally.offered / options.seconds:.0f} a second), ")
    write(f"acknowledged {len(tally.acknowledged)}, all in the lake once\n")
    write(f"answers: {dict(tally.answers)}\n")
    if tally.waits:
        write(f"told to wait: median {statistics.median(tally.waits):.1f} s, most {max(tally.waits):.1f} s\n")
    write(f"log on disk: at most {result['log'] / MIB:.1f} MiB of {options.log_mib:g}\n")
    write(f"memory: at most {peak.collector // MIB} MiB in the collector, {peak.writer // MIB} in the writer\n")
    write(f"after the load: a request taken after {result['recovered']:.1f} s, ready after {result['ready']:.1f} s\n")
    return _judge(result, options)


def _judge(result: dict[str, Any], options: argparse.Namespace) -> int:
    broken = {
        f"collector and writer took more than {MEMORY // MIB} MiB": max(
            sample.both for sample in result["memory"].samples
        )
        > MEMORY,
        "the log grew beyond its limit": result["log"] > (options.log_mib + 2) * MIB,
        f"recovery took more than {RECOVERY_S:g} s": result["recovered"] > RECOVERY_S,
        "nothing was refused: the load was too small": not result["tally"].waits,
    }
    for said in (said for said, is_broken in broken.items() if is_broken):
        sys.stdout.write(f"broken: {said}\n")
    return int(any(broken.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
