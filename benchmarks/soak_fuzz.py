"""A million fuzzed requests over both transports: no crash, no hang, no memory that grows, only stated answers.

    python -m benchmarks.soak_fuzz --http 800000 --grpc 200000

Starts a real collector on a fresh directory and sends it what `benchmarks.fuzz_bodies` makes of recordings and broken
samples, from three processes (two over HTTP, one over gRPC), at its own pace. Spans that are right (sentinels) are sent
among them. Fails when

    a request has no answer within a minute, or one that the documentation does not state
    a process ends, or writes a traceback
    memory grows: the median of the last quarter is above 1.2 times that of the second, or the peak above PEAK
    an acknowledged sentinel is not in the lake exactly once
    what was accepted is not in the lake, in records or in quarantine, item by item
"""

import argparse
import multiprocessing
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from benchmarks.fuzz_grpc import GrpcFuzz
from benchmarks.fuzz_http import HttpFuzz
from benchmarks.fuzz_sentinels import NAME
from benchmarks.processes import MIB, Memory
from collector.wal.waiting import standing
from tests.collector.running import Collector, configuration, rows, wait_until

PEAK = 2500 * MIB
"""Collector and writer, with bombs of 64 MiB among the requests."""
GROWTH = 1.2
_ENOUGH = 120  # samples


class BrokenPromiseError(Exception):
    """What the product says did not hold."""


def fuzz(kind: str, address: str, seed: int, count: int) -> tuple[Counter[str], list[bytes]]:
    """One sender: its answers, and the span ids of acknowledged sentinels. Raises FuzzError."""
    sender = HttpFuzz(int(address.rsplit(":", 1)[1]), seed, count) if kind == "http" else GrpcFuzz(address, seed, count)
    sender.run()
    return sender.answers, sender.sentinels.acknowledged


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All of it; raises FuzzError or BrokenPromiseError."""
    with tempfile.TemporaryDirectory() as folder:
        config = configuration(Path(folder), log_segment_max_age_s=2.0)
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        with Collector(config) as collector, Memory(collector, options.sample_s) as memory:
            answers, acknowledged = _send(collector, options)
            elapsed = time.perf_counter() - started
            wait_until(lambda: not collector.waiting(), "everything to land", 300)
            metrics = collector.request("GET", "/metrics").body.decode()
            if collector.stop() != 0:
                raise BrokenPromiseError(f"the collector did not end in good order: {collector.errors()[-2000:]}")
            _check_processes(metrics, collector.errors())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        landed = _check_landed(config, metrics, acknowledged)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"answers": answers, "elapsed": elapsed, "cpu": cpu, "memory": memory, "landed": landed}


def _send(collector: Collector, options: argparse.Namespace) -> tuple[Counter[str], list[bytes]]:
    half = options.http // 2
    shares = [("http", half), ("http", options.http - half), ("grpc", options.grpc)]
    address = {"http": f"127.0.0.1:{collector.state['http_port']}", "grpc": collector.grpc_address}
    jobs = [(kind, address[kind], options.seed + number, count) for number, (kind, count) in enumerate(shares)]
    with multiprocessing.get_context("spawn").Pool(len(jobs)) as pool:
        done = pool.starmap(fuzz, jobs, chunksize=1)
    answers: Counter[str] = Counter()
    for each, _ in done:
        answers.update(each)
    return answers, [one for _, acknowledged in done for one in acknowledged]


def _check_processes(metrics: str, errors: str) -> None:
    if restarts := value(metrics, "spanledger_writer_restarts_total"):
        raise BrokenPromiseError(f"the writer was started again {restarts:g} times: {errors[-2000:]}")
    if "Traceback" in errors or "Exception" in errors:
        raise BrokenPromiseError(f"a process wrote a traceback: {errors[-4000:]}")


def _check_landed(config: Any, metrics: str, acknowledged: list[bytes]) -> dict[str, float]:
    table = rows(config)
    found = Counter(table.filter(pc.equal(table["name"], NAME))["span_id"].to_pylist())
    missing, doubled = set(acknowledged) - set(found), [one for one, number in found.items() if number > 1]
    if missing or doubled:
        raise BrokenPromiseError(f"of {len(acknowledged)} sentinels {len(missing)} are lost, {len(doubled)} doubled")
    figures = standing(config).figures()
    if figures["spanledger_items_missing_total"] or figures["spanledger_log_waiting_items"]:
        raise BrokenPromiseError(f"accepted items have no fate: {figures}")
    accepted = value(metrics, 'spanledger_items_accepted_total{signal="traces"}')
    spans = pc.sum(pc.equal(table["signal"], "span")).as_py()
    if accepted > spans + figures["spanledger_quarantined_items_total"]:
        raise BrokenPromiseError(f"{accepted:g} spans accepted, {spans} in the lake, quarantined: {figures}")
    return figures | {"sentinels": len(acknowledged), "accepted spans": accepted, "spans": spans}


def value(metrics: str, name: str) -> float:
    """One figure of /metrics; 0 where nothing was counted."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0


def main(arguments: list[str]) -> int:
    """Run, print the figures; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--http", type=int, default=800_000, help="requests over HTTP")
    parser.add_argument("--grpc", type=int, default=200_000, help="requests over gRPC")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample-s", type=float, default=1.0, help="seconds between two looks at the memory")
    options = parser.parse_args(arguments)
    result = run(options)
    memory, peak, total = result["memory"], result["memory"].peak(), options.http + options.grpc
    write = sys.stdout.write
    write(f"{total} requests in {result['elapsed']:.0f} s, {result['cpu']:.0f} CPU s (senders included)\n")
    for answer, number in sorted(result["answers"].items()):
        write(f"  {number:>9} {answer}\n")
    write(f"landed: {result['landed']}\n")
    write(f"memory: at most {peak.collector // MIB} MiB in the collector, {peak.writer // MIB} in the writer; ")
    write(f"the last quarter has {memory.growth():.2f} times that of the second\n")
    is_long = len(memory.samples) >= _ENOUGH  # before, all grows that is loaded once
    if (is_long and memory.growth() > GROWTH) or max(sample.both for sample in memory.samples) > PEAK:
        write(f"memory grew above {GROWTH} times, or above {PEAK // MIB} MiB\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
