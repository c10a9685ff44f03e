"""What the door takes out of a request before it is stored, and how it says so: OTLP's partial success."""

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.answers import Answer, Kind
from transforms import log_calls, metric_usage

_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


def remove_unidentified(request: ExportTraceServiceRequest) -> Answer:
    """Take the spans out of ``request`` that have no valid ids; the answer says how many, and why.

    OTLP: a trace id has 16 bytes, a span id 8, and all zeros is no id.
    """
    accepted = rejected = 0
    reason = ""
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            bad = [index for index, span in enumerate(scope.spans) if not _is_identified(span)]
            accepted += len(scope.spans) - len(bad)
            rejected += len(bad)
            for index in reversed(bad):
                reason = _describe(scope.spans[index])
                del scope.spans[index]
    message = f"{rejected} spans without valid ids were not stored, e.g. {reason}" if rejected else ""
    return Answer(Kind.OK, message, rejected, accepted)


def _is_identified(span: Span) -> bool:
    trace_id, span_id = span.trace_id, span.span_id
    return len(trace_id) == 16 and len(span_id) == 8 and trace_id != _NO_TRACE and span_id != _NO_SPAN


def _describe(span: Span) -> str:
    return f"trace_id {span.trace_id.hex() or 'empty'!r}, span_id {span.span_id.hex() or 'empty'!r}"[:200]


def remove_other_records(request: ExportLogsServiceRequest) -> Answer:
    """Take the log records out of ``request`` that tell of no model call; the answer says how many."""
    accepted, rejected = log_calls.keep_calls(request)
    message = f"{rejected} log records tell of no model call and were not stored" if rejected else ""
    return Answer(Kind.OK, message, rejected, accepted)


def remove_other_metrics(request: ExportMetricsServiceRequest) -> Answer:
    """Take the metrics out of ``request`` that count no tokens or cost; the answer says how many data points."""
    accepted, rejected = metric_usage.keep_usage(request)
    message = f"{rejected} data points count no tokens of a coding agent and were not stored" if rejected else ""
    return Answer(Kind.OK, message, rejected, accepted)
