"""Counters of what a coding agent's session used, as spans: the last resort, where neither spans nor logs tell it.

Data points that differ only in what they count (input, output, cache) become one span that lasts as long as the
points' interval: it stands for all requests of that time, so it is a container's usage, never a single call. Counters
that start over at each report (delta) give a span each, and leave out what did not move; of a report that a sender
split, each part is a span. Running totals (cumulative) are snapshots, of which the last holds. Points without a number
say nothing. Which metrics count is said by the dialects (`base.MetricUsage`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    DataPointFlags,
    Metric,
    NumberDataPoint,
    ScopeMetrics,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from transforms.dialects import DIALECTS
from transforms.dialects.base import MetricUsage
from transforms.log_calls import SESSION_KEYS, digest, session_trace, text_of


@dataclass(frozen=True)
class _Point:
    metric: str
    usage: MetricUsage
    point: NumberDataPoint
    common: list[KeyValue]  # its attributes without what it counts
    is_total: bool


_USAGES = {name: usage for dialect in DIALECTS for usage in dialect.metrics for name in (usage.tokens, usage.cost)}


def keep_usage(request: ExportMetricsServiceRequest) -> tuple[int, int]:
    """Take every metric out of ``request`` that tells of no usage; returns how many data points stay and went."""
    kept = dropped = 0
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for index in reversed(range(len(scope.metrics))):
                metric = scope.metrics[index]
                if is_usage(metric):
                    kept += len(metric.sum.data_points)
                else:
                    dropped += points(metric)
                    del scope.metrics[index]
    return kept, dropped


def points(metric: Metric) -> int:
    """How many data points a metric has, of whatever kind."""
    kind = metric.WhichOneof("data")
    return len(getattr(metric, kind).data_points) if kind else 0


def is_usage(metric: Metric) -> bool:
    """Whether a metric counts tokens or dollars of a dialect."""
    return metric.name in _USAGES and metric.HasField("sum")


def as_spans(request: ExportMetricsServiceRequest) -> ExportTraceServiceRequest:
    """A span for every set of data points that belong together; resources and scopes as they were."""
    result = ExportTraceServiceRequest()
    for metrics in request.resource_metrics:
        resource = result.resource_spans.add(resource=metrics.resource, schema_url=metrics.schema_url)
        service = text_of(metrics.resource.attributes, "service.name")
        for scope in metrics.scope_metrics:
            spans = resource.scope_spans.add(scope=scope.scope, schema_url=scope.schema_url).spans
            spans.extend(_spans(scope, service))
    return result


def _spans(scope: ScopeMetrics, service: str) -> Iterator[Span]:
    sets: dict[bytes, list[_Point]] = {}
    for metric in filter(is_usage, scope.metrics):
        usage = _USAGES[metric.name]
        is_total = metric.sum.aggregation_temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
        for point in filter(_has_number, metric.sum.data_points):
            common = [item for item in point.attributes if item.key != usage.kind]
            said = sorted(item.SerializeToString(deterministic=True) for item in common)
            key = digest(usage.tokens.encode(), point.time_unix_nano.to_bytes(8), *said)
            sets.setdefault(key, []).append(_Point(metric.name, usage, point, common, is_total))
    for points_ in sets.values():
        yield _span(points_, service)


def _has_number(point: NumberDataPoint) -> bool:
    is_missing = point.flags & DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK
    return point.WhichOneof("value") is not None and not is_missing


def _span(points_: list[_Point], service: str) -> Span:
    """Series begin when their first number came, so only the first of them tells when the counting began.

    A total keeps its identity as long as it counts; a delta has one per report and what it counts.
    """
    first = points_[0]
    ended_ns = first.point.time_unix_nano
    started_ns = min(one.point.start_time_unix_nano or ended_ns for one in points_)
    said = sorted(item.SerializeToString(deterministic=True) for item in first.common)
    report = digest(first.usage.tokens.encode(), (started_ns if first.is_total else ended_ns).to_bytes(8), *said)
    session = next(filter(None, (text_of(first.common, key) for key in SESSION_KEYS)), "")
    counts = {_attribute(one.usage, one.metric, one.point): _value(one.point) for one in points_}
    kinds = [] if first.is_total else sorted(kind.encode() for kind in counts)
    if not first.is_total and set(counts) != {first.usage.cost_attribute}:
        counts |= {name: AnyValue(int_value=0) for name in first.usage.always if name not in counts}
    return Span(
        trace_id=session_trace(service, session, report),
        span_id=digest(b"metric", report, *kinds)[:8],
        name=first.usage.tokens,
        start_time_unix_nano=started_ns,
        end_time_unix_nano=ended_ns,
        attributes=[*first.common, *(KeyValue(key=key, value=value) for key, value in counts.items())],
    )


def _attribute(usage: MetricUsage, metric: str, point: NumberDataPoint) -> str:
    if metric == usage.cost:
        return usage.cost_attribute
    kind = text_of(point.attributes, usage.kind)
    return usage.counts.get(kind, f"{usage.tokens}.{kind}")


def _value(point: NumberDataPoint) -> AnyValue:
    """The point's number; whole doubles as the integers they count."""
    if point.HasField("as_int"):
        return AnyValue(int_value=point.as_int)
    return (
        AnyValue(int_value=int(point.as_double))
        if point.as_double.is_integer() and abs(point.as_double) < 2**53
        else AnyValue(double_value=point.as_double)
    )
