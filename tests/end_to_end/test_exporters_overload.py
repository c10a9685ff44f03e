"""Real exporters of Python and JavaScript against a full log: what they may retry they do, and nothing is lost.

The gRPC exporter for JavaScript is not among them: it retries nothing, whatever it is told (docs/backpressure.md).
"""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, span_ids, wait_until

JS = Path(__file__).parent / "js"
SPANS = 40
TIMEOUT_S = 100
SPANS_OF_FILLER = 60


class Filler:
    """Keeps the log full until told to stop; counts what was taken and what was not."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent: list[bytes] = []
        self.refused = 0
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.is_set():
            spans = [span() for _ in range(SPANS_OF_FILLER)]
            answer = self._collector.send(request(*spans).SerializeToString())
            if answer.status == 200:
                self.sent += [one.span_id for one in spans]
            else:
                self.refused += 1
                self._done.wait(0.2)


def refused(collector: Collector, transport: str) -> int:
    """Trace requests that were told to come again."""
    text = collector.request("GET", "/metrics").body.decode()
    name = f'spanledger_requests_total{{answer="busy",signal="traces",transport="{transport}"}}'
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return int(float(found[1])) if found else 0


def export_with(exporter: SpanExporter, ids: list[bytes]) -> None:
    """Send SPANS spans; their ids into ``ids``."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter, max_export_batch_size=16, export_timeout_millis=10**5))
    tracer = provider.get_tracer("overload")
    for number in range(SPANS):
        with tracer.start_as_current_span(f"call {number}") as one:
            ids.append(one.get_span_context().span_id.to_bytes(8))
    provider.force_flush(TIMEOUT_S * 1000)
    provider.shutdown()


@contextmanager
def javascript(collector: Collector, protocol: str) -> Iterator["subprocess.Popen[str]"]:
    """A running exporter; at its end within none is left behind."""
    node = shutil.which("node")
    assert node, "Node.js is missing; install Node 18 or newer with your system's packages"
    if not (JS / "node_modules").is_dir():
        subprocess.run(["npm", "ci"], cwd=JS, check=True, capture_output=True, timeout=240)
    timeouts = dict.fromkeys(("OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_BSP_EXPORT_TIMEOUT"), str(TIMEOUT_S * 1000))
    process = subprocess.Popen(
        [node, "send.mjs", protocol, f"{collector.http_url}/v1/traces", str(SPANS)],
        cwd=JS,
        env={**os.environ, **timeouts},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_exporters_wait_as_told_and_lose_nothing(tmp_path: Path) -> None:
    config = configuration(tmp_path, log_max_bytes=150_000, log_segment_max_bytes=30_000, writer_max_spans_per_s=150.0)
    with Collector(config) as collector, ExitStack() as stack:
        filler = Filler(collector)
        wait_until(lambda: filler.refused, "the log to be full")
        ids: list[bytes] = []
        make: list[Callable[[], SpanExporter]] = [
            lambda: GrpcExporter(endpoint=collector.grpc_address, insecure=True, timeout=TIMEOUT_S),
            lambda: HttpExporter(endpoint=f"{collector.http_url}/v1/traces", timeout=TIMEOUT_S),
        ]
        threads = [threading.Thread(target=export_with, args=(each(), ids)) for each in make]
        for thread in threads:
            thread.start()
        node = [stack.enter_context(javascript(collector, protocol)) for protocol in ("http/protobuf", "http/json")]
        wait_until(lambda: refused(collector, "grpc"), "the gRPC exporter to be refused")
        wait_until(lambda: refused(collector, "http") - filler.refused >= 3, "those over HTTP to be refused")
        filler.stop()
        for thread in threads:
            thread.join(TIMEOUT_S)
        for process in node:
            said, errors = process.communicate(timeout=TIMEOUT_S)
            assert process.returncode == 0, errors
            ids += [bytes.fromhex(json.loads(line)["spanId"]) for line in said.splitlines()]
        assert collector.stop() == 0, collector.errors()
    assert len(ids) == 4 * SPANS
    assert sorted(span_ids(config)) == sorted([*ids, *filler.sent])
