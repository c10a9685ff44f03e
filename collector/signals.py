"""The three signals of OTLP: their messages, their gRPC names, and what is counted in each."""

import dataclasses
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace


@dataclasses.dataclass(frozen=True)
class Signal:
    """One kind of telemetry. ``count`` gives a request's items; ``rejected_field`` counts them in the answer."""

    name: str
    service: str
    request: type[Message]
    response: type[Message]
    rejected_field: str
    count: Callable[[Any], int]
    unsupported: str = ""  # why nothing of it is stored; empty where it is


def _count_spans(request: trace.ExportTraceServiceRequest) -> int:
    return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)


def _count_logs(request: logs.ExportLogsServiceRequest) -> int:
    return sum(len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs)


def _count_points(request: metrics.ExportMetricsServiceRequest) -> int:
    return sum(
        len(getattr(metric, kind).data_points)
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if (kind := metric.WhichOneof("data"))
    )


TRACES = Signal(
    "traces",
    "opentelemetry.proto.collector.trace.v1.TraceService",
    trace.ExportTraceServiceRequest,
    trace.ExportTraceServiceResponse,
    "rejected_spans",
    _count_spans,
)
LOGS = Signal(
    "logs",
    "opentelemetry.proto.collector.logs.v1.LogsService",
    logs.ExportLogsServiceRequest,
    logs.ExportLogsServiceResponse,
    "rejected_log_records",
    _count_logs,
    "log records are not stored; send traces, or set OTEL_LOGS_EXPORTER=none",
)
METRICS = Signal(
    "metrics",
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    metrics.ExportMetricsServiceRequest,
    metrics.ExportMetricsServiceResponse,
    "rejected_data_points",
    _count_points,
    "metrics are not stored; send traces, or set OTEL_METRICS_EXPORTER=none",
)
SIGNALS = (TRACES, LOGS, METRICS)
