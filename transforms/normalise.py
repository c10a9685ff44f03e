"""Requests to lake rows: the one door between OTLP and everything that reads the lake.

Decode (columns of envelope and attributes), read (canonical columns by the dialects' tables), keep (leftovers and
shape). Pure: no clock, no network, no files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from transforms import canonical, evaluations, log_calls, metric_usage, sampling
from transforms.arrays import Ints
from transforms.columns import SCHEMA
from transforms.content import Content
from transforms.decode import Decoded, decode
from transforms.groups import group_leftovers
from transforms.leftovers import span_leftovers
from transforms.mapping import NO_MAPPING, KeyMapping
from transforms.wire import UndecodableError

__all__ = ["NormaliseOptions", "Request", "UndecodableError", "normalise"]

_OTHERS: dict[str, tuple[Any, Callable[[Any], ExportTraceServiceRequest]]] = {
    "log": (ExportLogsServiceRequest, log_calls.as_spans),
    "metric": (ExportMetricsServiceRequest, metric_usage.as_spans),
}

_BATCH_BYTES = 16 * 2**20
"""Requests are read in batches of about this size: 32-bit offsets and the processor's caches both want it."""


@dataclass(frozen=True)
class Request:
    """One export as it arrived. ``body`` is a serialized export request of the signal, not compressed."""

    body: bytes
    received_at_ns: int
    organization: str | None
    segment: str
    signal: str = "span"  # span | log | metric


@dataclass(frozen=True)
class NormaliseOptions:
    """``hash_key`` keys every hash made here: replaced content, and input and output hashes. ``mapping`` is a company's
    own keys."""

    store_content: bool
    hash_key: bytes
    mapping: KeyMapping = NO_MAPPING


def normalise(requests: Sequence[Request], options: NormaliseOptions) -> pa.Table:
    """Rows of `transforms.columns.SCHEMA`, one per span, in the order sent.

    Raises:
        UndecodableError: if a body is not a serialized export request of its signal; none of the batch is returned.
    """
    batches = [_normalise(part, options) for part in _batches(requests)]
    return pa.Table.from_batches(batches, SCHEMA)


def _batches(requests: Sequence[Request]) -> list[Sequence[Request]]:
    sizes = np.cumsum([len(request.body) for request in requests], dtype=np.int64)
    cuts = np.flatnonzero(np.diff(sizes // _BATCH_BYTES)) + 1
    bounds = [0, *cuts.tolist(), len(requests)]
    return [requests[low:high] for low, high in pairwise(bounds) if low < high]


def _normalise(requests: Sequence[Request], options: NormaliseOptions) -> pa.RecordBatch:
    decoded = decode([_trace_request(request) for request in requests])
    keep = Content(options.store_content, options.hash_key)
    columns, claim = canonical.read(decoded, options.hash_key, options.mapping)
    columns |= sampling.read(decoded)
    columns["evaluations"] = evaluations.read(decoded)
    columns |= _envelope(decoded, requests)
    columns |= span_leftovers(decoded, claim, keep)
    columns |= group_leftovers(decoded, keep)
    return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _trace_request(request: Request) -> bytes:
    if request.signal == "span":
        return request.body
    message, as_spans = _OTHERS[request.signal]
    try:
        return as_spans(message.FromString(request.body)).SerializeToString()
    except DecodeError as error:
        name = message.DESCRIPTOR.name
        raise UndecodableError(f"not a serialized {name} ({len(request.body)} bytes): {error}") from error


def _envelope(decoded: Decoded, requests: Sequence[Request]) -> dict[str, pa.Array]:
    spans, scope = decoded.spans, decoded.scope
    status = spans.field("status")
    return {
        "segment": _of_requests([request.segment for request in requests], pa.string(), decoded.request),
        "signal": _of_requests([request.signal for request in requests], pa.string(), decoded.request),
        "received_at_ns": _of_requests([request.received_at_ns for request in requests], pa.int64(), decoded.request),
        "organization": _of_requests([request.organization for request in requests], pa.string(), decoded.request),
        **{name: spans.field(name) for name in ("trace_id", "span_id", "name", "kind", "flags")},
        **{name: spans.field(name) for name in ("start_time_unix_nano", "end_time_unix_nano")},
        "parent_span_id": _said(spans.field("parent_span_id")),
        "trace_state": _said(spans.field("trace_state")),
        "status_code": pc.fill_null(pc.struct_field(status, "code"), 0),
        "status_message": _said(pc.struct_field(status, "message")),
        "scope_name": _said(scope.fields.column("name")).take(pa.array(scope.of_span)),
        "scope_version": _said(scope.fields.column("version")).take(pa.array(scope.of_span)),
    }


def _of_requests(values: Sequence[object], type_: pa.DataType, request: Ints) -> pa.Array:
    return pa.array(values, type_).take(pa.array(request))


def _said(values: pa.Array) -> pa.Array:
    """Protobuf's empty string or bytes says nothing."""
    return pc.if_else(pc.equal(pc.binary_length(values), 0), None, values)
