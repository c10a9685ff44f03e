"""Spans a CPU second, from the socket to a finished lake file, everything switched on.

    python -m benchmarks.door_to_lake --transport http --requests 200 --spans 512

Starts a real collector (its writer process included) on a fresh directory, sends prepared requests over several
connections, stops the collector in good order and counts the rows. CPU is that of the collector and its writer, from
start to stop, as the system accounts it; what an idle start and stop takes is measured first and shown apart. The
load generator's own CPU is not counted, but it shares the machine.

Input: every span has 25 attributes of an LLM call (strings, integers, doubles, booleans) and one event, its resource
six; ids, times and numbers differ from span to span.
"""

import argparse
import gzip
import http.client
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collector.lake import active_files
from collector.signals import TRACES
from tests.collector.running import Collector, configuration

MODELS = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-pro"]


def make_request(chance: random.Random, spans: int) -> bytes:
    """One serialised request; the same ``chance`` gives the same bytes."""
    request = ExportTraceServiceRequest()
    target = request.resource_spans.add()
    for number in range(6):
        target.resource.attributes.append(_attribute(f"resource.key.{number}", f"value {number}"))
    scope = target.scope_spans.add()
    scope.scope.name = "benchmark"
    for _ in range(spans):
        span = scope.spans.add(
            trace_id=chance.randbytes(16), span_id=chance.randbytes(8), parent_span_id=chance.randbytes(8), kind=3
        )
        span.name = f"chat {chance.choice(MODELS)}"
        span.start_time_unix_nano = 1_790_000_000_000_000_000 + chance.randrange(10**14)
        span.end_time_unix_nano = span.start_time_unix_nano + chance.randrange(10**10)
        span.attributes.extend(_attribute(key, value) for key, value in _call(chance).items())
        span.events.add(name="gen_ai.choice", time_unix_nano=span.end_time_unix_nano)
    return request.SerializeToString()


def _call(chance: random.Random) -> dict[str, str | int | float | bool]:
    """25 attributes."""
    model = chance.choice(MODELS)
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.response.model": model + "-2026-01-01",
        "gen_ai.response.id": chance.randbytes(12).hex(),
        "gen_ai.usage.input_tokens": chance.randrange(20_000),
        "gen_ai.usage.output_tokens": chance.randrange(2_000),
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.request.temperature": chance.random(),
        "gen_ai.request.max_tokens": 1024,
        "server.address": "api.openai.com",
        "server.port": 443,
        "session.id": f"session-{chance.randrange(1000)}",
        "user.id": f"user-{chance.randrange(100)}",
        "spanledger.team": f"team-{chance.randrange(8)}",
        "spanledger.project": f"project-{chance.randrange(20)}",
        "spanledger.feature": f"feature-{chance.randrange(40)}",
        "spanledger.traffic_source": chance.choice(["production", "eval"]),
        "spanledger.task.id": chance.randbytes(8).hex(),
        "spanledger.step": chance.choice(["plan", "draft", "review"]),
        "spanledger.attempt": 1,
        "app.streaming": chance.random() < 0.5,
        "app.score": chance.random(),
        "app.queue": f"queue-{chance.randrange(5)}",
        "app.build": "2026.11.1",
    }


def _attribute(key: str, value: str | float | bool) -> KeyValue:
    names = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}
    return KeyValue(key=key, value=AnyValue(**{names[type(value)]: value}))  # type: ignore[arg-type]


def send_http(collector: Collector, bodies: list[bytes], encoding: str) -> None:
    """Send ``bodies`` over one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", collector.state["http_port"], timeout=60)
    headers = {"content-type": "application/x-protobuf"} | ({"content-encoding": encoding} if encoding else {})
    for body in bodies:
        connection.request("POST", "/v1/traces", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the collector answered {answer.status}")
    connection.close()


def send_grpc(collector: Collector, bodies: list[bytes], _encoding: str) -> None:
    """Send ``bodies`` over one channel."""
    with grpc.insecure_channel(collector.grpc_address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        export = channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)
        for body in bodies:
            export(body, timeout=60)


def measure(send: Callable[[Collector], None]) -> tuple[float, float, int]:
    """CPU seconds, seconds until all was acknowledged, and rows in the lake, of one collector's life."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        config = configuration(Path(folder), log_segment_max_age_s=2.0)
        with Collector(config) as collector:
            started = time.perf_counter()
            send(collector)
            elapsed = time.perf_counter() - started
            if collector.stop() != 0:
                raise RuntimeError(collector.errors())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        rows = sum(file.rows for file in active_files(config.lake))
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, elapsed, rows


def run(options: argparse.Namespace) -> dict[str, Any]:
    """One measurement; raises RuntimeError when a span is missing."""
    chance = random.Random(options.seed)
    bodies = [make_request(chance, options.spans) for _ in range(options.requests)]
    size = sum(map(len, bodies))
    encoding = "gzip" if options.gzip else ""
    sent = [gzip.compress(body, 6) for body in bodies] if encoding else bodies
    send_part = {"http": send_http, "grpc": send_grpc}[options.transport]

    def send(collector: Collector) -> None:
        parts = [sent[number :: options.connections] for number in range(options.connections)]
        threads = [threading.Thread(target=send_part, args=(collector, part, encoding)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    idle, _, _ = measure(lambda _: None)
    cpu, elapsed, rows = measure(send)
    spans = options.requests * options.spans
    if rows != spans:
        raise RuntimeError(f"{rows} rows in the lake, {spans} spans sent")
    return {
        "spans": spans,
        "bytes_per_span": size / spans,
        "cpu_s": cpu,
        "idle_cpu_s": idle,
        "spans_per_cpu_s": spans / (cpu - idle),
        "acknowledged_spans_per_s": spans / elapsed,
    }


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transport", choices=["http", "grpc"], default="http")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--spans", type=int, default=512, help="spans in a request")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--gzip", action="store_true", help="HTTP only")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in run(parser.parse_args()).items():
        sys.stdout.write(f"{name:26} {value:,.1f}\n")


if __name__ == "__main__":
    main()
