"""A coding agent's logs and metrics from OpenTelemetry's own exporters, through the door, the lake and a build."""

from pathlib import Path

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from spanledger.building.build import Builder
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse

AGENT = Resource({"service.name": "claude-code"})
CALLS = 12


def send_logs(collector: Collector, kind: str, session: str) -> None:
    """What Claude Code logs of ``CALLS`` requests, and a prompt before each."""
    exporter = (
        GrpcLogs(endpoint=collector.grpc_address, insecure=True)
        if kind == "grpc"
        else HttpLogs(endpoint=f"{collector.http_url}/v1/logs")
    )
    provider = LoggerProvider(resource=AGENT)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_export_batch_size=10))
    logger = provider.get_logger("com.anthropic.claude_code.events", "2.1.0")
    for number in range(CALLS):
        prompt = {"event.name": "user_prompt", "prompt": "a secret", "session.id": session}
        logger.emit(LogRecord(timestamp=number, body="claude_code.user_prompt", attributes=prompt))
        said: dict[str, str | int | float] = {
            "event.name": "api_request", "session.id": session, "model": "claude-sonnet-4-5",
            "request_id": f"req_{session}_{number}", "input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 100,
            "cache_creation_tokens": 0, "cost_usd": 0.001, "duration_ms": 800,
        }  # fmt: skip
        ended_ns = 1_790_000_000_000_000_000 + number * 1_000_000_000
        logger.emit(LogRecord(timestamp=ended_ns, body="claude_code.api_request", attributes=said))
    provider.shutdown()


def send_metrics(collector: Collector, kind: str, session: str) -> None:
    """What Claude Code counts, as deltas."""
    delta = {Counter: AggregationTemporality.DELTA}
    exporter = (
        GrpcMetrics(endpoint=collector.grpc_address, insecure=True, preferred_temporality=delta)
        if kind == "grpc"
        else HttpMetrics(endpoint=f"{collector.http_url}/v1/metrics", preferred_temporality=delta)
    )
    provider = MeterProvider([PeriodicExportingMetricReader(exporter)], resource=AGENT)
    meter = provider.get_meter("com.anthropic.claude_code", "2.1.0")
    counter, cost = meter.create_counter("claude_code.token.usage"), meter.create_counter("claude_code.cost.usage")
    common = {"session.id": session, "model": "claude-sonnet-4-5"}
    for amount in (100, 20):
        for kind_of_token in ("input", "output", "cacheRead", "cacheCreation"):
            counter.add(amount, {**common, "type": kind_of_token})
        cost.add(0.25, common)
        provider.force_flush()
    provider.shutdown()


@pytest.mark.parametrize("kind", ["grpc", "http"])
def test_calls_in_logs_and_usage_in_metrics_are_counted(tmp_path: Path, kind: str) -> None:
    with Collector(configuration(tmp_path)) as collector:
        send_logs(collector, kind, "with logs")
        send_metrics(collector, kind, "with logs")
        send_metrics(collector, kind, "metrics alone")
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(tmp_path, tmp_path / "lake").build()
    with open_warehouse(tmp_path) as warehouse:
        found = warehouse.execute(
            """select session_id, signal, count(*), sum(input_tokens), sum(output_tokens), sum(reported_cost_usd)
            from fct_calls group by all order by all"""
        ).fetchall()
        texts = warehouse.execute("select count(*) from fct_spans where name like '%user_prompt%'").fetchone()
    assert [(*row[:5], float(row[5])) for row in found] == [
        ("metrics alone", "metric", 2, 360, 120, 0.5),
        ("with logs", "log", CALLS, CALLS * 110, CALLS * 5, CALLS * 0.001),
    ]
    assert texts == (0,)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"a secret" in path.read_bytes()]
