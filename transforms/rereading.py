"""Lake rows read again: what was sent is had back (`transforms.lossless`) and goes through today's dialects.

Only the reading is new: canonical columns, and which of them hold which attribute. Envelope, resource, scope, events,
links and repeated attributes stay as they are; texts that were kept stay, hashes stay hashes.

What the lake no longer holds cannot be read again, so the old reading of it stays:

* hashes of messages, on a row with replaced content, unless a tag says them;
* a column that today's dialects leave empty, on a row whose replaced content they would have read it from: a model or a
  usage object inside an answer. Counts stay as one set; a mapped set of counts beats them;
* an estimate that was recognised by the order of attributes, or by the texts of messages, where the counts are
  the same.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

from transforms import evaluations, lossless, typed
from transforms.arrays import Flags
from transforms.columns import CANONICAL, SCHEMA
from transforms.content import is_content
from transforms.dialects import DIALECTS
from transforms.mapping import KeyMapping
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.picking import span_sources
from transforms.registry import MAPPED_NAMES, Registry
from transforms.tally import COUNTS
from transforms.typed import Hashed

_READ_AGAIN = (*CANONICAL, "attributes", "shape")
_ENVELOPE = ("trace_id", "span_id", "parent_span_id", "trace_state", "flags", "name", "kind")
_TIMES = ("start_time_unix_nano", "end_time_unix_nano")
_GROUPED = ("resource_attributes", "scope_name", "scope_version", "scope_attributes")
_USAGE = (*COUNTS, "usage_fields", "usage_error", "token_rule", "is_estimated", "dialect")
_HASHES = ("input_hash", "output_hash")
_WITHOUT_EVIDENCE = tuple(one.scope for dialect in DIALECTS for one in dialect.estimates if one.order or one.below_text)

Columns = dict[str, pa.Array]
Replaced = dict[int, dict[str, str]]
"""Row -> key -> hash, of rows that hold replaced content."""


def reread(rows: pa.Table, hash_key: bytes, mapping: KeyMapping) -> pa.Table:
    """``rows`` of `SCHEMA`, of any number and from any signal, as today's dialects and ``mapping`` read them.

    ``hash_key`` is the one they were written with. Raises ValueError where a row's shape is of no version known here.
    """
    if not rows.num_rows:
        return rows
    rows = rows.combine_chunks()
    body, replaced = _request(rows)
    fresh = normalise([Request(body, 0, None, "")], NormaliseOptions(True, hash_key, mapping)).combine_chunks()
    if fresh.num_rows != rows.num_rows:
        raise RuntimeError(f"{rows.num_rows} rows were read again as {fresh.num_rows}; nothing was replaced")
    columns = {name: (fresh if name in _READ_AGAIN else rows)[name].combine_chunks() for name in SCHEMA.names}
    if replaced:
        leftovers = _Leftovers(columns)
        leftovers.put_back(replaced)
        _keep_what_content_said(columns, rows, replaced, mapping.registry, leftovers)
        columns |= leftovers.columns()
    _keep_estimates(columns, rows)
    return pa.table([columns[name] for name in SCHEMA.names], SCHEMA)


def _request(rows: pa.Table) -> tuple[bytes, Replaced]:
    """The rows as one request, in order, replaced content as empty values; and what was replaced."""
    request = ExportTraceServiceRequest()
    replaced: Replaced = {}
    scope_spans = ScopeSpans()
    before: tuple[Any, ...] = ()
    for number, row in enumerate(_only_used(rows).to_pylist()):
        around = tuple(row[name] for name in _GROUPED)
        if around != before:
            resource_spans = request.resource_spans.add(resource=_resource(row["resource_attributes"]))
            scope_spans = resource_spans.scope_spans.add(scope=_scope(*around[1:]))
            before = around
        said = lossless.attributes_of(row)
        scope_spans.spans.append(_span(row, said))
        hashed = {key: value.digest for key, value in said.items() if isinstance(value, Hashed)}
        if hashed:
            replaced[number] = hashed
    return request.SerializeToString(), replaced


def _only_used(rows: pa.Table) -> pa.Table:
    """Only the columns that say something of what was sent: making Python objects of the rest costs most."""
    shapes = pc.unique(rows["shape"]).to_pylist()
    claimed = {column for shape in shapes for _, column in lossless.shape_of(shape).values() if column}
    wanted = {*_ENVELOPE, *_TIMES, *_GROUPED, *claimed, "status_code", "status_message", "attributes", "shape"}
    used = rows.select([name for name in rows.column_names if name in wanted])
    has_results = pc.match_substring(rows["events"], evaluations.EVENT)
    return used.append_column("events", pc.if_else(has_results, rows["events"], None))


@lru_cache(maxsize=1024)
def _resource(text: str | None) -> Resource:
    return Resource(attributes=typed.to_pairs(lossless.resource_of({"resource_attributes": text}).items()))


@lru_cache(maxsize=1024)
def _scope(name: str | None, version: str | None, text: str | None) -> InstrumentationScope:
    said = lossless.scope_of({"scope_name": name, "scope_version": version, "scope_attributes": text})
    return InstrumentationScope(
        name=name or "", version=version or "", attributes=typed.to_pairs(said["attributes"].items())
    )


def _span(row: Mapping[str, Any], said: Mapping[str, Any]) -> Span:
    return Span(
        attributes=typed.to_pairs(said.items()),
        events=[_result(event) for event in lossless.events_of(row) if event["name"] == evaluations.EVENT],
        status=Status(code=row["status_code"], message=row["status_message"]),
        **{name: row[name] for name in (*_ENVELOPE, *_TIMES)},
    )


def _result(event: Mapping[str, Any]) -> Span.Event:
    """An evaluation's event, without what may be a replaced text."""
    said = {key: value for key, value in event["attributes"].items() if evaluations.is_result_key(key)}
    name, at = event["name"], event["time_unix_nano"]
    return Span.Event(name=name, time_unix_nano=at, attributes=typed.to_pairs(said.items()))


class _Leftovers:
    """``attributes`` and ``shape`` of rows being changed."""

    def __init__(self, columns: Columns) -> None:
        self._entries: list[list[tuple[str, str | None]]] = columns["attributes"].to_pylist()
        self._shapes: list[str] = columns["shape"].to_pylist()

    def put_back(self, replaced: Replaced) -> None:
        """The hashes in their places again."""
        for row, hashes in replaced.items():
            self._entries[row] = [(key, hashes.get(key, text)) for key, text in self._entries[row]]
            self._shapes[row] = _hashed(self._shapes[row], frozenset(hashes))

    def release(self, columns: Columns, names: tuple[str, ...], where: Flags) -> None:
        """What columns ``names`` hold becomes text again, for other values are to come there."""
        for row in np.flatnonzero(where).tolist():
            shape = dict(lossless.shape_of(self._shapes[row]))
            for key, (type_, column) in shape.items():
                if column in names:
                    value = lossless.back(type_, columns[str(column)][row].as_py())
                    self._entries[row].append((key, repr(value) if type_ == "double" else str(value)))
                    shape[key] = (type_, None)
            self._shapes[row] = typed.dumps({key: list(place) for key, place in shape.items()})

    def columns(self) -> Columns:
        type_ = SCHEMA.field("attributes").type
        return {"attributes": pa.array(self._entries, type_), "shape": pa.array(self._shapes, pa.string())}


@lru_cache(maxsize=4096)
def _hashed(shape: str, keys: frozenset[str]) -> str:
    said = json.loads(shape)
    return typed.dumps({key: ["hashed", None] if key in keys else said[key] for key in said})


def _keep_what_content_said(
    columns: Columns, old: pa.Table, replaced: Replaced, registry: Registry, leftovers: _Leftovers
) -> None:
    shapes = old["shape"].combine_chunks()
    for name in _HASHES:
        was, is_ = (_where(one, replaced, (name,), lambda _key: True) for one in (shapes, columns["shape"]))
        _keep(columns, old, (name,), was & is_ & _flags(pc.is_valid(old[name].combine_chunks())))
    for name, keys in _content_keys(registry).items():
        told = _where(shapes, replaced, (name,), keys.__contains__)
        together = ("operation", "role") if name == "operation" else (name,)
        _keep(columns, old, together, told & _flags(pc.is_null(columns[name])))
    told = _where(shapes, replaced, ("input_tokens", "output_tokens"), lambda key: _is_usage(key, registry))
    counted = _flags(pc.greater(old["usage_fields"].combine_chunks(), 0))
    mapped = _flags(
        pc.and_(pc.greater(columns["usage_fields"], 0), pc.is_in(columns["dialect"], pa.array(MAPPED_NAMES)))
    )
    where = told & counted & ~mapped
    leftovers.release(columns, COUNTS, where)
    _keep(columns, old, _USAGE, where)
    _keep_parts(columns, old, _where(shapes, replaced, (), lambda key: _is_usage(key, registry)) & ~mapped)


def _keep_parts(columns: Columns, old: pa.Table, told: Flags) -> None:
    """Parts that a usage object inside replaced content had filled in beside the same input and output."""
    for name in COUNTS[:2]:
        told &= ~differs(old[name].combine_chunks(), columns[name])
    for name in COUNTS[2:]:
        missing = told & _flags(pc.is_null(columns[name])) & _flags(pc.is_valid(old[name].combine_chunks()))
        _keep(columns, old, (name, "usage_fields", "usage_error", "token_rule"), missing)


def _keep_estimates(columns: Columns, old: pa.Table) -> None:
    scopes = old["scope_name"].combine_chunks()
    where = np.zeros(len(scopes), dtype=np.bool_)
    for scope in _WITHOUT_EVIDENCE:
        where |= _flags(pc.starts_with(scopes, scope))
    where &= _flags(old["is_estimated"].combine_chunks())
    for name in COUNTS:
        where &= ~differs(old[name].combine_chunks(), columns[name])
    _keep(columns, old, ("is_estimated", "token_rule"), where)


def _where(shapes: pa.Array, replaced: Replaced, columns: tuple[str, ...], tells: Callable[[str], bool]) -> Flags:
    """Rows with a replaced attribute that ``tells``, and without one that holds any of ``columns``."""
    where = np.zeros(len(shapes), dtype=np.bool_)
    for row, hashes in replaced.items():
        if any(map(tells, hashes)):
            held = {column for _, column in lossless.shape_of(shapes[row].as_py()).values()}
            where[row] = held.isdisjoint(columns)
    return where


@cache
def _content_keys(registry: Registry) -> Mapping[str, frozenset[str]]:
    """Columns that today's dialects read out of content, with the keys of it; ``role`` goes with ``operation``."""
    found = {
        name: frozenset(source.key for source in sources if is_content(source.key))
        for name, sources in span_sources(registry).items()
        if name != "role"
    }
    return {name: keys for name, keys in found.items() if keys}


@lru_cache(maxsize=4096)
def _is_usage(key: str, registry: Registry) -> bool:
    return any(group.raw and re.fullmatch(group.raw, key) for group in registry.usage_order)


def _keep(columns: Columns, old: pa.Table, names: tuple[str, ...], where: Flags) -> None:
    if where.any():
        for name in names:
            columns[name] = pc.if_else(pa.array(where), old[name].combine_chunks(), columns[name])


def differs(one: pa.Array, other: pa.Array) -> Flags:
    """Where two columns of one type say different things; two nulls or two NaNs say the same."""
    unequal = pc.fill_null(pc.not_equal(one, other), True)
    same = pc.and_(pc.is_null(one, nan_is_null=True), pc.is_null(other, nan_is_null=True))
    same = pc.and_(same, pc.equal(pc.is_null(one), pc.is_null(other)))
    return _flags(pc.and_not(unequal, same))


def _flags(values: pa.Array) -> Flags:
    """Null counts as false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=np.bool_)
