"""The canonical columns of a batch: every dialect's table applied, and which column holds which attribute."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms import detect
from transforms.arrays import NONE, Flags, Ints, take
from transforms.attributes import Attributes
from transforms.columns import CANONICAL, OWN, TAGS
from transforms.cost_errors import cost_errors
from transforms.decode import Decoded
from transforms.dialects import DIALECTS
from transforms.dialects.base import OTHER, TOOL
from transforms.dialects.spanledger import COST_KIND
from transforms.estimates import estimated
from transforms.mapping import NO_MAPPING, KeyMapping
from transforms.messages import message_hashes
from transforms.picking import Picked, pick, resource_sources, span_sources
from transforms.registry import Registry
from transforms.response_ids import unwrapped
from transforms.tally import COUNTS
from transforms.token_rules import Emitter
from transforms.tool_arguments import argument_hashes
from transforms.usage import Usage, read_usage

_PLACE = {name: place for place, name in enumerate(CANONICAL)}


def read(decoded: Decoded, hash_key: bytes, mapping: KeyMapping = NO_MAPPING) -> tuple[dict[str, pa.Array], Ints]:
    """Canonical columns by name, and for each attribute the index of the column that holds it (-1 for none)."""
    attributes = decoded.attributes
    claim: Ints = np.full(len(attributes), NONE, dtype=np.int64)
    matched = _matched(decoded) | mapping.of_spans(decoded)
    sources = span_sources(mapping.registry)
    picked = {name: pick(attributes, keys, CANONICAL[name], matched) for name, keys in sources.items()}
    columns = {name: column.array(CANONICAL[name]) for name, column in picked.items()}
    columns["response_id"] = unwrapped(columns["response_id"], picked["response_id"])
    emitter = _emitter(decoded, matched, columns["provider"], mapping.registry)
    usage = read_usage(attributes, emitter)
    columns |= usage.columns
    columns["dialect"] = _dialect(usage, emitter)
    columns |= _meaning(decoded, emitter, columns, picked)
    columns |= estimated(attributes, emitter, columns, usage.is_counted)
    columns["reported_cost_kind"] = _cost_kind(attributes, columns, picked, mapping)
    columns["cost_error"] = cost_errors(attributes, sources["reported_cost_usd"], picked["reported_cost_usd"], matched)
    for name, hashes in message_hashes(attributes, hash_key).items():
        columns[name] = pc.coalesce(columns[name], hashes)
    is_tool = np.asarray(pc.equal(columns["role"], TOOL).to_numpy(zero_copy_only=False), dtype=np.bool_)
    by_tools = argument_hashes(attributes, is_tool, columns["tool_name"], hash_key)
    columns["input_hash"] = pc.coalesce(columns["input_hash"], by_tools)
    columns |= _resource(decoded, columns, mapping)
    for name, column in picked.items():
        _claim(claim, column.exact_sources(), name)
    for name, exact in zip(COUNTS, usage.exact_sources, strict=True):
        _claim(claim, exact, name)
    return columns, claim


def _claim(claim: Ints, sources: Ints, column: str) -> None:
    free = sources[claim[sources] < 0]
    claim[free] = _PLACE[column]


def _matched(decoded: Decoded) -> Ints:
    scopes = decoded.scope.fields.column("name").to_pylist()
    services = detect.of_services(decoded.resource.attributes)[decoded.resource.of_span]
    return detect.matched(decoded.attributes, decoded.spans.field("name"), decoded.scope.of_span, scopes, services)


def _emitter(decoded: Decoded, matched: Ints, provider: pa.Array, registry: Registry) -> Emitter:
    return Emitter(
        matched=matched,
        scope=decoded.scope.of_span,
        scope_names=decoded.scope.fields.column("name").to_pylist(),
        scope_versions=decoded.scope.fields.column("version").to_pylist(),
        provider=provider,
        registry=registry,
    )


def _dialect(usage: Usage, emitter: Emitter) -> pa.Array:
    names = [dialect.name for dialect in emitter.registry.dialects]
    place = np.where(usage.dialect >= 0, usage.dialect, detect.first(emitter.matched, len(names)))
    return take(pa.array(names), place)


def _meaning(
    decoded: Decoded, emitter: Emitter, columns: dict[str, pa.Array], picked: dict[str, Picked]
) -> dict[str, pa.Array]:
    """Role and operation: what a key said, else what the span's name says, else ``other``."""
    role, operation = columns["role"], columns["operation"]
    unsaid = ~picked["role"].is_filled
    for place, dialect in enumerate(DIALECTS):
        if not dialect.name_rules:
            continue
        speaks = emitter.matched >> place & 1 == 1
        for rule in dialect.name_rules:
            where = _named(decoded.spans.field("name"), rule.pattern, speaks if rule.overrides else speaks & unsaid)
            if where.any():
                role = pc.if_else(pa.array(where), rule.meaning.role, role)
                operation = pc.if_else(pa.array(where), rule.meaning.operation, operation)
                for name in ("role", "operation"):
                    picked[name].source[where] = NONE
    return {"role": pc.fill_null(role, OTHER), "operation": operation}


def _named(names: pa.Array, pattern: str, candidates: Flags) -> Flags:
    where = np.zeros(len(names), dtype=np.bool_)
    at = np.flatnonzero(candidates)
    if len(at):
        encoded = names.take(pa.array(at)).dictionary_encode()
        fits = np.array([re.match(pattern, name) is not None for name in encoded.dictionary.to_pylist()])
        where[at] = fits[encoded.indices.to_numpy()]
    return where


def _cost_kind(
    attributes: Attributes, columns: dict[str, pa.Array], picked: dict[str, Picked], mapping: KeyMapping
) -> pa.Array:
    """``provider`` only where the tag or a mapped key says so, or the attribute that gave the cost does; all else is a
    client's estimate."""
    by, cost = picked["reported_cost_kind"].source, picked["reported_cost_usd"].source
    tagged = np.zeros(attributes.owners, dtype=np.bool_)
    for key in (COST_KIND, *mapping.keys_of("reported_cost_kind")):
        at = attributes.at(key)
        tagged[attributes.owner[at]] |= by[attributes.owner[at]] == at
    said = pc.fill_null(pc.equal(columns["reported_cost_kind"], "provider"), False)
    kind = pc.if_else(pc.and_(said, pa.array(tagged | (by == cost))), "provider", "client")
    kind = pc.if_else(pc.is_valid(columns["reported_cost_usd"]), kind, pa.scalar(None, pa.string()))
    kept = pc.fill_null(pc.equal(kind, columns["reported_cost_kind"]), False)
    by[~np.asarray(kept.to_numpy(zero_copy_only=False), dtype=np.bool_)] = NONE
    return kind


def _resource(decoded: Decoded, columns: dict[str, pa.Array], mapping: KeyMapping) -> dict[str, pa.Array]:
    """``resource_<tag>`` columns, and what only a resource says of a span."""
    of_span = pa.array(decoded.resource.of_span)
    resources = decoded.resource.attributes
    matched = mapping.of_resources(resources)  # other dialects are spoken by spans
    said = {
        name: pick(resources, sources, CANONICAL[name], matched).array(CANONICAL[name]).take(of_span)
        for name, sources in resource_sources(mapping.registry).items()
    }
    result = {f"resource_{name}": said.get(name, pa.nulls(len(decoded), type_)) for name, type_ in TAGS.items()}
    for name in OWN:
        if name in said:
            result[name] = pc.coalesce(columns[name], said[name]) if name in columns else said[name]
    for name, type_ in (OWN | TAGS).items():
        if name not in columns and name not in result:
            result[name] = pa.nulls(len(decoded), type_)
    return result
