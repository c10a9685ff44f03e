"""What the door takes out of a request before it is stored, and how it says so: OTLP's partial success."""

from collections import Counter

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.door.answers import Answer, Kind
from collector.door.shape import ItemLimits, excess_of, excess_of_span
from transforms import log_calls, metric_usage

_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


class _Rejected:
    """How many items were not stored, by what is said of them, with an example where one says more."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._reasons: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, reason: str, number: int = 1, example: str = "") -> None:
        self._reasons[reason] += number
        self._examples.setdefault(reason, example)

    def answer(self, accepted: int) -> Answer:
        said = [
            f"{number} {self._what} {reason} not stored" + (f", e.g. {example}" if example else "")
            for reason, number in self._reasons.items()
            for example in (self._examples[reason],)
        ]
        return Answer(Kind.OK, "; ".join(said), self._reasons.total(), accepted)


def remove_unfit_spans(request: ExportTraceServiceRequest, limits: ItemLimits | None = None) -> Answer:
    """Take the spans out of ``request`` that have no valid ids, or more of something than ``limits`` allow; the answer
    says how many, and why.

    OTLP: a trace id has 16 bytes, a span id 8, and all zeros is no id.
    """
    accepted = 0
    rejected = _Rejected("spans")
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            around = (excess_of(resource.resource, limits) or excess_of(scope.scope, limits)) if limits else ""
            good = [span for span in scope.spans if _is_fit(span, limits, around, rejected)]
            accepted += len(good)
            if len(good) < len(scope.spans):
                copies = [Span.FromString(span.SerializeToString()) for span in good]
                del scope.spans[:]  # all at once: one by one takes the square of their number
                scope.spans.extend(copies)
    return rejected.answer(accepted)


def _is_fit(span: Span, limits: ItemLimits | None, around: str, rejected: _Rejected) -> bool:
    if not _is_identified(span):
        rejected.add("without valid ids were", example=_describe(span))
        return False
    if limits and (reason := around or excess_of_span(span, limits)):
        rejected.add(f"with {reason} were")
        return False
    return True


def _is_identified(span: Span) -> bool:
    trace_id, span_id = span.trace_id, span.span_id
    return len(trace_id) == 16 and len(span_id) == 8 and trace_id != _NO_TRACE and span_id != _NO_SPAN


def _describe(span: Span) -> str:
    return f"trace_id {_hex(span.trace_id)}, span_id {_hex(span.span_id)}"


def _hex(octets: bytes) -> str:
    return repr(octets[:32].hex() or "empty")


def remove_other_records(request: ExportLogsServiceRequest, limits: ItemLimits | None = None) -> Answer:
    """Take the log records out of ``request`` that tell of no model call, or have more attributes than ``limits``
    allow; the answer says how many."""
    accepted, others = log_calls.keep_calls(request)
    rejected = _Rejected("log records")
    if others:
        rejected.add("tell of no model call and were", others)
    if limits:
        accepted -= _remove_crowded_records(request, limits, rejected)
    return rejected.answer(accepted)


def _remove_crowded_records(request: ExportLogsServiceRequest, limits: ItemLimits, rejected: _Rejected) -> int:
    removed = 0
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            around = excess_of(resource.resource, limits) or excess_of(scope.scope, limits)
            reasons = [around or excess_of(record, limits) for record in scope.log_records]
            crowded = [reason for reason in reasons if reason]
            for reason in crowded:
                rejected.add(f"with {reason} were")
            if crowded:
                good = [one for one, reason in zip(scope.log_records, reasons, strict=True) if not reason]
                copies = [LogRecord.FromString(one.SerializeToString()) for one in good]
                del scope.log_records[:]
                scope.log_records.extend(copies)
                removed += len(crowded)
    return removed


def remove_other_metrics(request: ExportMetricsServiceRequest, _limits: ItemLimits | None = None) -> Answer:
    """Take the metrics out of ``request`` that count no tokens or cost; the answer says how many data points."""
    accepted, others = metric_usage.keep_usage(request)
    rejected = _Rejected("data points")
    if others:
        rejected.add("count no tokens of a coding agent and were", others)
    return rejected.answer(accepted)
