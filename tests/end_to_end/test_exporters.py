"""The real OTLP exporters of Python and JavaScript: every span is in the lake exactly once, all of it recoverable."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, set_span_in_context

from spanledger.building.build import Builder
from tests.collector.running import Collector, configuration, rows, wait_until
from tests.lake import open_warehouse
from transforms.lossless import attributes_of, events_of, links_of, resource_of, scope_of
from transforms.typed import Hashed

JS = Path(__file__).parent / "js"
PROTOCOLS = ["grpc", "http/protobuf", "http/json"]
SPANS = 40


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with Collector(configuration(tmp_path_factory.mktemp("exporters"))) as collector:
        yield collector
        assert collector.stop() == 0, collector.errors()


def landed(collector: Collector, trace_id: str, count: int) -> dict[str, dict[str, Any]]:
    """The lake's rows of a trace by span id, once all ``count`` are there and none is there twice."""
    wait_until(lambda: not collector.waiting(), "the log to be empty")
    found = [row for row in rows(collector.config).to_pylist() if row["trace_id"].hex() == trace_id]
    by_id = {row["span_id"].hex(): row for row in found}
    assert len(found) == len(by_id) == count
    return by_id


class Recording(SpanExporter):
    """Passes on to the real exporter and remembers what it was given."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter
        self.sent: list[ReadableSpan] = []
        self.results: set[SpanExportResult] = set()

    def export(self, spans: Any) -> SpanExportResult:
        self.sent += spans
        result = self.exporter.export(spans)
        self.results.add(result)
        return result

    def shutdown(self) -> None:
        self.exporter.shutdown()


def python_exporter(kind: str, collector: Collector) -> SpanExporter:
    if kind == "grpc":
        return GrpcExporter(endpoint=collector.grpc_address, insecure=True)
    compression = Compression.Gzip if kind.endswith("gzip") else Compression.NoCompression
    return HttpExporter(endpoint=f"{collector.http_url}/v1/traces", compression=compression)


def emit(provider: TracerProvider) -> None:
    tracer = provider.get_tracer("py-tests", "4.5.6", attributes={"scope.key": "scope value"})
    root = tracer.start_span("root", kind=SpanKind.SERVER)
    inside = set_span_in_context(root)
    for number in range(SPANS - 1):
        link = Link(root.get_span_context(), {"why": "link"})
        span = tracer.start_span(f"call {number}", inside, SpanKind.CLIENT, links=[link])
        span.set_attributes(
            {
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.usage.input_tokens": 1000 + number,
                "gen_ai.usage.output_tokens": number,
                "spanledger.task.id": f"task-{number}",
                "text.unicode": "größe 🚀 \u0000 end",
                "text.empty": "",
                "int.large": 2**63 - 1,
                "int.negative": -(2**63),
                "double": number / 3,
                "double.whole": 2.0,
                "flag": number % 2 == 0,
                "list.text": ["a", "", "ü"],
                "list.numbers": [1, 2, 3],
                "list.doubles": [1.0, 2.5],
                "list.empty": [],
            }
        )
        span.add_event("happened", {"at": number})
        span.set_status(Status(StatusCode.ERROR, "broken") if number % 3 else Status(StatusCode.OK))
        span.end()
    root.end()


@pytest.mark.parametrize("kind", ["grpc", "http", "http-gzip"])
def test_python(collector: Collector, kind: str) -> None:
    exporter = Recording(python_exporter(kind, collector))
    provider = TracerProvider(resource=Resource({"service.name": "py-app", "host.cpus": 8}))
    provider.add_span_processor(BatchSpanProcessor(exporter, max_export_batch_size=16))
    emit(provider)
    provider.shutdown()
    assert exporter.results == {SpanExportResult.SUCCESS}
    trace_id = f"{exporter.sent[0].context.trace_id:032x}"
    found = landed(collector, trace_id, SPANS)
    for span in exporter.sent:
        row = found[f"{span.context.span_id:016x}"]
        assert exact(attributes_of(row)) == exact(dict(span.attributes))
        assert exact(resource_of(row)) == exact(dict(span.resource.attributes))
        assert scope_of(row)["attributes"] == {"scope.key": "scope value"}
        assert (row["scope_name"], row["scope_version"]) == ("py-tests", "4.5.6")
        assert row["name"] == span.name
        assert (row["start_time_unix_nano"], row["end_time_unix_nano"]) == (span.start_time, span.end_time)
        assert row["parent_span_id"] == (span.parent.span_id.to_bytes(8) if span.parent else None)
        assert row["kind"] == span.kind.value + 1
        assert (row["status_code"], row["status_message"]) == (span.status.status_code.value, span.status.description)
        events = [(event.name, event.timestamp, dict(event.attributes or {})) for event in span.events]
        assert [(e["name"], e["time_unix_nano"], e["attributes"]) for e in events_of(row)] == events
        assert [(link["trace_id"], link["attributes"]) for link in links_of(row)] == [
            (trace_id, {"why": "link"}) for _ in span.links
        ]


@pytest.mark.parametrize("is_stored", [True, False])
def test_contents_are_recoverable_when_switched_on_and_nowhere_when_not(tmp_path: Path, *, is_stored: bool) -> None:
    config = configuration(tmp_path, store_content=is_stored)
    messages = '[{"role": "user", "parts": [{"type": "text", "content": "the secret of the abbey"}]}]'
    with Collector(config) as collector:
        exporter = Recording(python_exporter("http", collector))
        provider = TracerProvider(resource=Resource({"service.name": "py-app"}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        span = provider.get_tracer("py-tests").start_span("chat gpt-4o")
        span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.input.messages": messages})
        span.end()
        provider.shutdown()
        assert exporter.results == {SpanExportResult.SUCCESS}
        assert collector.stop() == 0
    (row,) = rows(config).to_pylist()
    content = attributes_of(row)["gen_ai.input.messages"]
    assert (content == messages) is is_stored
    assert isinstance(content, str if is_stored else Hashed)
    assert is_stored or "abbey" not in repr(row)
    assert is_stored or all(b"abbey" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def exact(attributes: Any) -> str:
    """A text that differs where 2 is not 2.0 and 1 is not true; the SDK keeps lists as tuples."""
    return json.dumps(attributes, sort_keys=True)


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    assert found, "Node.js is missing; install Node 18 or newer with your system's packages"
    if not (JS / "node_modules").is_dir():
        subprocess.run(["npm", "ci"], cwd=JS, check=True, capture_output=True, timeout=240)
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_javascript(collector: Collector, node: str, protocol: str) -> None:
    url = f"http://{collector.grpc_address}" if protocol == "grpc" else f"{collector.http_url}/v1/traces"
    done = subprocess.run(
        [node, "send.mjs", protocol, url, str(SPANS)], cwd=JS, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    sent = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(sent) == SPANS
    found = landed(collector, sent[0]["traceId"], SPANS)
    for span in sent:
        row = found[span["spanId"]]
        assert exact(attributes_of(row)) == exact(span["attributes"])
        assert resource_of(row) == {"service.name": "js-app", "deployment.environment.name": "test"}
        assert (row["scope_name"], row["scope_version"]) == ("js-tests", "1.2.3")
        assert (row["name"], row["kind"]) == (span["name"], span["kind"])
        assert (str(row["start_time_unix_nano"]), str(row["end_time_unix_nano"])) == (span["start"], span["end"])
        assert (row["parent_span_id"].hex() if row["parent_span_id"] else None) == span["parentSpanId"]
        assert (row["status_code"], row["status_message"]) == (span["status"]["code"], span["status"].get("message"))
        assert (len(events_of(row)), len(links_of(row))) == (span["events"], span["links"])


def test_every_span_is_once_in_the_warehouse(collector: Collector) -> None:
    """What the exporters above sent, built: as many rows as spans, none twice."""
    wait_until(lambda: not collector.waiting(), "the log to be empty")
    in_lake = {(row["trace_id"].hex(), row["span_id"].hex()) for row in rows(collector.config).to_pylist()}
    assert len(in_lake) >= SPANS
    Builder(collector.config.data, collector.config.lake).build()
    with open_warehouse(collector.config.data) as warehouse:
        modelled = warehouse.execute("select trace_id, span_id from fct_spans").fetchall()
    assert len(modelled) == len(in_lake)
    assert set(modelled) == in_lake
