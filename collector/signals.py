"""The three signals of OTLP: their messages, their gRPC names, their number in the log, and what is stored of each."""

import dataclasses
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace

from collector import checks, segments
from collector.answers import Answer


@dataclasses.dataclass(frozen=True)
class Signal:
    """One kind of telemetry. ``check`` takes out of a request what is not stored, and makes the answer."""

    name: str
    number: int
    service: str
    request: type[Message]
    response: type[Message]
    rejected_field: str  # of the answer: how many items were not stored
    check: Callable[[Any], Answer]


TRACES = Signal(
    "traces",
    segments.TRACES,
    "opentelemetry.proto.collector.trace.v1.TraceService",
    trace.ExportTraceServiceRequest,
    trace.ExportTraceServiceResponse,
    "rejected_spans",
    checks.remove_unidentified,
)
LOGS = Signal(
    "logs",
    segments.LOGS,
    "opentelemetry.proto.collector.logs.v1.LogsService",
    logs.ExportLogsServiceRequest,
    logs.ExportLogsServiceResponse,
    "rejected_log_records",
    checks.remove_other_records,
)
METRICS = Signal(
    "metrics",
    segments.METRICS,
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    metrics.ExportMetricsServiceRequest,
    metrics.ExportMetricsServiceResponse,
    "rejected_data_points",
    checks.remove_other_metrics,
)
SIGNALS = (TRACES, LOGS, METRICS)
