"""A user taken out of rows: tables of any columns, with text at any depth.

Columns of `VOCABULARY` hold words of ours and names of products; they are never changed, and an id that is one of their
words is told (`in_vocabulary`), because replacing it elsewhere would change what the rows mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.erasure import Subject

VOCABULARY = frozenset(
    (
        *("segment", "signal", "organization", "tag_organization", "resource_tag_organization", "dialect", "role"),
        *("operation", "provider", "request_model", "response_model", "model", "token_rule", "reported_cost_kind"),
        *(
            "traffic_source",
            "resource_traffic_source",
            "task_traffic_source",
            "finish_reason",
            "service_tier",
            "region",
        ),
        *("cost_source", "task_source", "outcome", "outcome_source", "task_outcome", "spend_class", "status", "state"),
        *("token_kind", "unit", "currency", "figure", "kind", "verdict", "method", "category", "duplicate_evidence"),
        *("scope_name", "scope_version", "price_provider", "price_model", "trace_state", "sampler"),
    )
)

Mask = npt.NDArray[np.bool_]


@dataclass
class Erased:
    """A table without the user: which rows were changed, and the columns of `VOCABULARY` that hold the id."""

    table: pa.Table
    changed: Mask
    in_vocabulary: frozenset[str]


def erased(table: pa.Table, subject: Subject) -> Erased:
    """``table`` without the user, in rows of the user's organization where a column says whose a row is."""
    theirs, changed, vocabulary = of_organization(table, subject.organization), np.zeros(len(table), np.bool_), set()
    for position, name in enumerate(table.column_names):
        column = _whole(table.column(position))
        rows = np.flatnonzero(_may_hold(column, subject) & theirs)
        if not len(rows):
            continue
        old = column.take(pa.array(rows)).to_pylist()
        new = [_value(value, name, subject) for value in old]
        is_new = np.array([one != other for one, other in zip(old, new, strict=True)], np.bool_)
        if not is_new.any():
            continue
        if name in VOCABULARY:
            vocabulary.add(name)
            continue
        places = np.arange(len(column))
        places[rows] = len(column) + np.arange(len(rows))
        both = pa.concat_arrays([column, pa.array(new, column.type)])
        table = table.set_column(position, table.schema.field(position), both.take(pa.array(places)))
        changed[rows[is_new]] = True
    return Erased(table, changed, frozenset(vocabulary))


def of_user(table: pa.Table, subject: Subject) -> Mask:
    """The rows of spans whose user it is, by the columns that say so."""
    named = np.zeros(len(table), np.bool_)
    for name in {"user_id", "resource_user_id"} & set(table.column_names):
        named |= _bools(pc.is_in(_whole(table[name]), pa.array(subject.ids, pa.string())))
    return named & of_organization(table, subject.organization)


def of_organization(table: pa.Table, organization: str | None) -> Mask:
    """The rows of an organization; all, where no column says whose they are, or None is asked for."""
    there = [
        _whole(table[name]) for name in ("organization", "resource_tag_organization") if name in table.column_names
    ]
    if organization is None or not there or not all(pa.types.is_string(one.type) for one in there):
        return np.ones(len(table), np.bool_)
    return _bools(pc.equal(pc.coalesce(*there, pa.scalar("")), organization))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    whole = pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _bools(values: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)


def _may_hold(array: pa.Array, subject: Subject) -> Mask:
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        found = np.zeros(len(array), np.bool_)
        for needle in subject.needles:
            found |= _bools(pc.match_substring(array, needle))
        return found
    if pa.types.is_map(kind):
        return _in_lists(array, _may_hold(array.keys, subject) | _may_hold(array.items, subject))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _in_lists(array, _may_hold(array.values, subject))
    if pa.types.is_struct(kind):
        parts = [_may_hold(array.field(number), subject) for number in range(kind.num_fields)]
        return np.logical_or.reduce(parts) if parts else np.zeros(len(array), np.bool_)
    return np.zeros(len(array), np.bool_)


def _in_lists(array: Any, inside: Mask) -> Mask:
    before = np.concatenate([[0], np.cumsum(inside)])
    offsets = array.offsets.to_numpy()
    return np.asarray(before[offsets[1:]] > before[offsets[:-1]], np.bool_)


def _value(value: Any, key: str, subject: Subject) -> Any:
    if isinstance(value, str):
        return subject.replaced(value, key)
    if isinstance(value, tuple):  # an entry of a map
        return subject.replaced(value[0]), _value(value[1], value[0], subject)
    if isinstance(value, list):
        return [_value(one, key, subject) for one in value]
    if isinstance(value, dict):
        return {name: _value(one, name, subject) for name, one in value.items()}
    return value
