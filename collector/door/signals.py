"""The three signals of OTLP: their messages, their gRPC names, their number in the log, and what is stored of each.

What the door can take is `Readable`; the signals are, and so are outcomes (`collector.outcomes`).
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace

from collector.door import checks
from collector.door.answers import Answer, Kind, RefusedError
from collector.door.shape import NO_LIMITS, ItemLimits, can_exceed, refuse_crowded_json, refuse_crowded_protobuf
from collector.door.tag_gate import TagGate
from collector.door.tokens import INGEST
from collector.wal import segments
from transforms.otlp_json import OtlpJsonError, parse_json

PROTOBUF, JSON = "application/x-protobuf", "application/json"


@dataclasses.dataclass(frozen=True)
class Sent:
    """What is known of a request beside its body, and what its items may have; ``organization`` is None where nobody
    asks who sends."""

    organization: str | None
    received_at_ns: int
    is_json: bool
    limits: ItemLimits = NO_LIMITS
    tags: TagGate | None = None  # the tag policy, where there is one


class Readable(Protocol):
    """A kind of request: ``name`` in metrics, ``number`` in the log, media types over HTTP, and the token's scope."""

    @property
    def name(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def media(self) -> tuple[str, ...]: ...
    @property
    def scope(self) -> str: ...
    def read(self, body: bytes, sent: Sent) -> tuple[bytes, Answer]: ...


@dataclasses.dataclass(frozen=True)
class Signal:
    """One kind of telemetry. ``check`` takes out of a request what is not stored, and makes the answer; it is given
    limits where the request is large enough to exceed them."""

    name: str
    number: int
    service: str
    request: type[Message]
    response: type[Message]
    rejected_field: str  # of the answer: how many items were not stored
    check: Callable[[Any, ItemLimits | None], Answer]
    media = (PROTOBUF, JSON)
    scope = INGEST

    def read(self, body: bytes, sent: Sent) -> tuple[bytes, Answer]:
        """What is stored of ``body`` (protobuf, whatever it came as), and the answer. Raises RefusedError."""
        request = self._parse(body, is_json=sent.is_json)
        checked = self.check(request, sent.limits if can_exceed(body, sent.limits) else None)
        if sent.tags and isinstance(request, trace.ExportTraceServiceRequest):
            checked = sent.tags.judge(request, checked, sent.received_at_ns)
        if checked.accepted and (sent.is_json or checked.rejected):
            body = request.SerializeToString()
        return body, checked

    def _parse(self, body: bytes, *, is_json: bool) -> Message:
        if is_json:
            refuse_crowded_json(body)
        else:
            refuse_crowded_protobuf(body, self.request.DESCRIPTOR)
        try:
            return parse_json(body, self.request) if is_json else self.request.FromString(body)
        except OtlpJsonError as error:
            raise RefusedError(Kind.INVALID, f"the body is not OTLP JSON: {error}") from error
        except DecodeError as error:
            name = self.request.DESCRIPTOR.name
            raise RefusedError(Kind.INVALID, f"the body is not a protobuf {name}: {error}") from error


TRACES = Signal(
    "traces",
    segments.TRACES,
    "opentelemetry.proto.collector.trace.v1.TraceService",
    trace.ExportTraceServiceRequest,
    trace.ExportTraceServiceResponse,
    "rejected_spans",
    checks.remove_unfit_spans,
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
