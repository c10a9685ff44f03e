"""Log records and metrics as coding agents send them, written by hand from their documents; not recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from tests.transforms.build import any_value

CLAUDE_SCOPE = "com.anthropic.claude_code.events"
SECOND = 1_000_000_000
START_NS = 1_760_000_000 * SECOND

DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE


def record(body: str, attributes: Mapping[str, Any], second: float = 0, **fields: Any) -> LogRecord:
    """One log record, ``second`` seconds after the start."""
    made = LogRecord(body=any_value(body), time_unix_nano=START_NS + round(second * SECOND), **fields)
    for key, value in attributes.items():
        made.attributes.add(key=key, value=any_value(value))
    return made


def logs(
    *records: LogRecord, scope: str = CLAUDE_SCOPE, service: str = "claude-code", **resource: str
) -> ExportLogsServiceRequest:
    """One request with one resource and scope."""
    request = ExportLogsServiceRequest()
    made = request.resource_logs.add()
    for key, value in {"service.name": service, **resource}.items():
        made.resource.attributes.add(key=key, value=any_value(value))
    scope_logs = made.scope_logs.add()
    scope_logs.scope.name = scope
    scope_logs.log_records.extend(records)
    return request


def claude_request(second: float = 0, request_id: str | None = "req_1", session: str = "s1", **said: Any) -> LogRecord:
    """Claude Code's ``api_request``: the short name in ``event.name``, the whole one in the body."""
    attributes: dict[str, Any] = {
        "event.name": "api_request",
        "session.id": session,
        "prompt.id": "p1",
        "model": "claude-sonnet-4-5",
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 1000,
        "cache_creation_tokens": 50,
        "cost_usd": 0.0123,
        "duration_ms": 2500,
        "query_source": "repl_main_thread",
        **said,
    }
    if request_id:
        attributes["request_id"] = request_id
    return record("claude_code.api_request", attributes, second)


def claude_metrics(
    points: Sequence[tuple[str, float, int]],
    *,
    temporality: int = DELTA,
    cost: float | None = None,
    session: str = "s1",
) -> ExportMetricsServiceRequest:
    """Claude Code's counters: (type, tokens, second of the report) each; all since the start."""
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add().scope_metrics.add()
    request.resource_metrics[0].resource.attributes.add(key="service.name", value=any_value("claude-code"))
    scope.scope.name = "com.anthropic.claude_code"
    tokens = scope.metrics.add(name="claude_code.token.usage", unit="tokens")
    dollars = scope.metrics.add(name="claude_code.cost.usage", unit="USD")
    for metric in (tokens, dollars):
        metric.sum.aggregation_temporality, metric.sum.is_monotonic = temporality, True  # type: ignore[assignment]
    for kind, amount, second in points:
        _point(tokens.sum.data_points.add(as_double=amount), second, session, type=kind)
    if cost is not None:
        _point(dollars.sum.data_points.add(as_double=cost), points[0][2], session)
    return request


def _point(point: Any, second: int, session: str, **attributes: str) -> None:
    point.start_time_unix_nano, point.time_unix_nano = START_NS, START_NS + second * SECOND
    for key, value in {"session.id": session, "model": "claude-sonnet-4-5", **attributes}.items():
        point.attributes.add(key=key, value=any_value(value))
