"""Which dialects a span speaks: by scope, by attribute key, by name. One bit per dialect of the registry."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.arrays import Ints
from transforms.attributes import Attributes
from transforms.dialects import DIALECTS


def matched(attributes: Attributes, names: pa.Array, scope: Ints, scope_names: Sequence[str], services: Ints) -> Ints:
    """For each span an integer whose bit d is set where ``DIALECTS[d]`` fits; ``services`` are such bits already."""
    bits = services.copy()
    if len(scope_names):
        bits |= np.array([_of_scope(name) for name in scope_names], dtype=np.int64)[scope]
    if len(attributes):
        each = np.array([_of_key(key) for key in attributes.keys], dtype=np.int64)[attributes.code]
        starts = np.flatnonzero(np.diff(attributes.owner, prepend=-1))
        bits[attributes.owner[starts]] |= np.bitwise_or.reduceat(each, starts)
    for place, dialect in enumerate(DIALECTS):
        if dialect.names:
            found = pc.is_in(names, pa.array(dialect.names)).to_numpy(zero_copy_only=False)
            bits |= np.asarray(found, dtype=np.int64) << place
    return bits


def of_services(resources: Attributes) -> Ints:
    """For each resource the dialects that its service.name alone tells."""
    bits = np.zeros(resources.owners, dtype=np.int64)
    at = resources.at("service.name")
    for owner, name in zip(resources.owner[at], resources.texts(at).to_pylist(), strict=True):
        bits[owner] = sum(1 << place for place, dialect in enumerate(DIALECTS) if name in dialect.services)
    return bits


def first(bits: Ints, dialects: int = len(DIALECTS)) -> Ints:
    """The first of so many dialects that fits each span, -1 for none."""
    result = np.full(len(bits), -1, dtype=np.int64)
    for place in reversed(range(dialects)):
        result[bits >> place & 1 == 1] = place
    return result


@lru_cache(maxsize=4096)
def _of_scope(name: str) -> int:
    return sum(1 << place for place, dialect in enumerate(DIALECTS) if name.startswith(dialect.scopes))


@lru_cache(maxsize=65536)
def _of_key(key: str) -> int:
    return sum(
        1 << place for place, dialect in enumerate(DIALECTS) if key in dialect.keys or key.startswith(dialect.prefixes)
    )
