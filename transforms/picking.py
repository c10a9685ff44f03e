"""Filling one canonical column from several attribute keys: the first key, best first, that says something."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa

from transforms.arrays import NONE, Flags, Ints, take, valid
from transforms.attributes import Attributes
from transforms.columns import CANONICAL, TAGS
from transforms.dialects import spanledger
from transforms.dialects.base import OTHER, Dialect, KindKey, Reading, Source
from transforms.reading import Read, one_or_several, reader, reworded
from transforms.registry import BUILT_IN, PLACES, Registry

SEVERAL = ("team", "project", "cost_center")
"""Tags that may name several: a list of texts becomes a JSON array of them, sorted, each once; see `one_or_several`."""


class Picked:
    """A column being filled. ``source`` is the attribute each row's value came from, -1 where none."""

    def __init__(self, owners: int) -> None:
        self._at: Ints = np.full(owners, NONE, dtype=np.int64)
        self.source: Ints = np.full(owners, NONE, dtype=np.int64)
        self._values: list[pa.Array] = []
        self._exact: list[Flags] = []
        self._size = 0

    def offer(self, owner: Ints, read: Read, source: Ints) -> None:
        """Take the values of owners that have none yet. Owners must be distinct within one offer."""
        new = valid(read.values) & (self._at[owner] < 0)
        self._at[owner[new]] = self._size + np.flatnonzero(new)
        self.source[owner[new]] = source[new]
        self._values.append(read.values)
        self._exact.append(read.is_exact)
        self._size += len(read.values)

    def array(self, type_: pa.DataType) -> pa.Array:
        if not self._values:
            return pa.nulls(len(self._at), type_)
        return take(pa.concat_arrays(self._values), self._at)

    @property
    def is_filled(self) -> Flags:
        return self._at >= 0

    def exact_sources(self) -> Ints:
        """The attributes that their values hold without loss."""
        if not self._values:
            return np.zeros(0, dtype=np.int64)
        exact = np.concatenate(self._exact)
        filled = self.source >= 0  # a value that was replaced no longer stands for its attribute
        return self.source[filled][exact[self._at[filled]]]


def pick(attributes: Attributes, sources: Sequence[Source], type_: pa.DataType, matched: Ints) -> Picked:
    """Fill a column of ``type_`` from ``sources``; ``matched`` says which dialects each owner speaks."""
    picked = Picked(attributes.owners)
    for source in sources:
        at = places(attributes, source, matched)
        if len(at):
            read = reworded(attributes, at, source.reading, type_) if source.reading else reader(type_)(attributes, at)
            picked.offer(attributes.owner[at], read, at)
    return picked


def places(attributes: Attributes, source: Source, matched: Ints) -> Ints:
    """The attributes that ``source`` reads: its key, on owners that speak its dialect if it is a private one."""
    at = attributes.at(source.key)
    if source.dialect and len(at):
        at = at[matched[attributes.owner[at]] >> PLACES[source.dialect] & 1 == 1]
    return at


@cache
def span_sources(registry: Registry = BUILT_IN) -> Mapping[str, tuple[Source, ...]]:
    """Every column that span attributes fill, with its keys in order."""
    found: dict[str, list[Source]] = {"operation": [], "role": []}
    for table in ("columns", "fallbacks"):
        for dialect in registry.column_order:
            for column, sources in getattr(dialect, table).items():
                found.setdefault(column, []).extend(_source(item, dialect) for item in sources)
    kinds = [(kind, dialect) for dialect in registry.column_order for kind in dialect.kinds]
    for kind, dialect in sorted(kinds, key=lambda one: (one[0].rank, not one[1].is_private)):
        found["operation"].append(_source(Source(kind.key, _operation(kind)), dialect))
        found["role"].append(_source(Source(kind.key, _role(kind)), dialect))
    return _distinct(found)


@cache
def resource_sources(registry: Registry = BUILT_IN) -> Mapping[str, tuple[Source, ...]]:
    """Every column that resource attributes fill: the tags as on spans, then what only resources say."""
    found: dict[str, list[Source]] = {
        name: [_source(item) for item in items] for name, items in spanledger.DIALECT.columns.items() if name in TAGS
    }
    for dialect in registry.mapped:
        for column, sources in dialect.resource.items():
            found.setdefault(column, []).extend(_source(item, dialect) for item in sources)
    for name, taken in span_sources().items():
        if name in TAGS:
            found.setdefault(name, []).extend(source for source in taken if not source.dialect)
    for dialect in BUILT_IN.column_order:
        for column, sources in dialect.resource.items():
            found.setdefault(column, []).extend(_source(item) for item in sources)
    return _distinct(found)


def _source(item: str | Source, dialect: Dialect | None = None) -> Source:
    source = item if isinstance(item, Source) else Source(item)
    return replace(source, dialect=dialect.name) if dialect and dialect.is_private else source


def _distinct(found: Mapping[str, list[Source]]) -> Mapping[str, tuple[Source, ...]]:
    unknown = found.keys() - CANONICAL.keys()
    if unknown:
        raise KeyError(f"dialect tables name columns that transforms/columns.py does not have: {sorted(unknown)}")
    return {name: _first_of_each_key(sources, name in SEVERAL) for name, sources in found.items()}


def _first_of_each_key(sources: Sequence[Source], may_be_several: bool) -> tuple[Source, ...]:
    first: dict[tuple[str, str], Source] = {}
    for source in sources:
        read = replace(source, reading=one_or_several) if may_be_several and not source.reading else source
        first.setdefault((source.key, source.dialect), read)
    return tuple(first.values())


def _operation(kind: KindKey) -> Reading:
    def read(sent: str) -> str | None:
        name, meaning = kind.meaning(sent)
        return meaning.operation if meaning else None if kind.only_known else name or None

    return read


def _role(kind: KindKey) -> Reading:
    def read(sent: str) -> str | None:
        name, meaning = kind.meaning(sent)
        return meaning.role if meaning else OTHER if name and not kind.only_known else None

    return read
