"""What no canonical column holds, and the shape that makes a row lossless (read back by `transforms.lossless`)."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms import content, moments, typed
from transforms.arrays import NONE, Flags, Ints
from transforms.attributes import Attributes, Kind
from transforms.columns import CANONICAL
from transforms.content import Content
from transforms.decode import Decoded

COLUMNS = tuple(CANONICAL)
_KINDS = len(Kind)
_TYPES = {kind: kind.name.lower() for kind in Kind}
Keyed = NDArray[np.uint64]


def span_leftovers(decoded: Decoded, claim: Ints, keep: Content) -> dict[str, pa.Array]:
    """``attributes``, ``shape``, ``events``, ``links`` and ``extras`` of every span.

    ``claim`` names for each attribute the column (index into `COLUMNS`) that holds it, -1 for none.
    """
    attributes = decoded.attributes
    kind = _kinds(attributes, keep)
    return {
        "attributes": _map(attributes, kind, (claim < 0) & ~attributes.is_repeat, keep.hash_key),
        "shape": _shape(attributes, kind, claim, keep.hash_key),
        "events": moments.events(decoded, keep),
        "links": moments.links(decoded, keep),
        "extras": _extras(decoded, keep),
    }


def _kinds(attributes: Attributes, keep: Content) -> NDArray[np.int8]:
    """The type of every attribute, content marked as replaced if it is not to be stored."""
    is_content = np.array([not keep.is_stored and content.is_content(key) for key in attributes.keys], dtype=np.bool_)
    if not is_content.any():
        return attributes.kind
    replaced = is_content[attributes.code] & (attributes.kind != Kind.EMPTY)
    return np.where(replaced, np.int8(Kind.HASHED), attributes.kind)


def _map(attributes: Attributes, kind: NDArray[np.int8], wanted: Flags, hash_key: bytes) -> pa.Array:
    at = np.flatnonzero(wanted)
    counts = np.bincount(attributes.owner[at], minlength=attributes.owners)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    keys = pa.array(attributes.keys, pa.string()).take(pa.array(attributes.code[at]))
    return pa.MapArray.from_arrays(pa.array(offsets), keys, _texts(attributes, kind, at, hash_key))


def _texts(attributes: Attributes, kind: NDArray[np.int8], at: Ints, hash_key: bytes) -> pa.Array:
    """The texts of the attributes ``at``, replaced content as its hash."""
    is_hashed = kind[at] == Kind.HASHED
    if not is_hashed.any():
        return attributes.texts(at)
    examples, which = attributes.distinct(at[is_hashed])
    sent = attributes.texts(examples).to_pylist()
    hashes = pa.array(content.digests(sent, hash_key), pa.string()).take(pa.array(which))
    order = np.empty(len(at), dtype=np.int64)
    order[np.concatenate([np.flatnonzero(~is_hashed), np.flatnonzero(is_hashed)])] = np.arange(len(at))
    return pa.concat_arrays([attributes.texts(at[~is_hashed]), hashes]).take(pa.array(order))


def _shape(attributes: Attributes, kind: NDArray[np.int8], claim: Ints, secret: bytes) -> pa.Array:
    """The shape of every span; spans of equal shape share one text, made once.

    Spans are told apart by the sum of two 64-bit keyed hashes of their (key, type, column) entries, so equal
    shapes meet whatever order their attributes came in; the key is secret, so nobody can make two shapes collide.
    """
    stated = ~attributes.is_repeat & ((kind != Kind.STRING) | (claim >= 0))
    at = np.flatnonzero(stated)
    entry = (attributes.code[at] * _KINDS + kind[at]) * (len(COLUMNS) + 1) + claim[at] + 1
    prints = np.stack([_summed(entry, attributes.owner[at], attributes.owners, secret + salt) for salt in (b"a", b"b")])
    _, example, which = np.unique(prints[0], return_index=True, return_inverse=True)
    if not (prints[1][example][which] == prints[1]).all():
        _, example, which = np.unique(prints, axis=1, return_index=True, return_inverse=True)
    bounds = np.searchsorted(attributes.owner[at], np.stack([example, example + 1]))
    texts = [
        typed.dumps(
            {
                attributes.keys[attributes.code[one]]: [
                    _TYPES[Kind(int(kind[one]))],
                    COLUMNS[claim[one]] if claim[one] != NONE else None,
                ]
                for one in at[low:high]
            }
        )
        for low, high in bounds.T
    ]
    return pa.array(texts, pa.string()).take(pa.array(which))


def _summed(entry: Ints, owner: Ints, owners: int, secret: bytes) -> Keyed:
    seed = np.frombuffer(content.digest("shape", secret)[-32:].encode(), dtype=np.uint64)
    mixed = entry.astype(np.uint64) * (seed[0] | np.uint64(1)) + seed[1]
    for shift, factor in ((30, seed[2] | np.uint64(1)), (27, seed[3] | np.uint64(1)), (31, np.uint64(1))):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    sums = np.zeros(owners, dtype=np.uint64)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    sums[owner[starts]] = np.add.reduceat(mixed, starts) if len(starts) else 0
    return sums


_DROPPED = ("dropped_attributes_count", "dropped_events_count", "dropped_links_count")


def _extras(decoded: Decoded, keep: Content) -> pa.Array:
    extras: dict[int, dict[str, Any]] = {}
    for name in _DROPPED:
        counts = decoded.spans.field(name).to_numpy()
        for span in np.flatnonzero(counts):
            extras.setdefault(int(span), {})[name] = int(counts[span])
    attributes = decoded.attributes
    for one in np.flatnonzero(attributes.is_repeat):
        key = attributes.keys[attributes.code[one]]
        said = extras.setdefault(int(attributes.owner[one]), {}).setdefault("repeated", [])
        said.append([key, keep.replace(key, attributes.json(int(one)))])
    if not extras:
        return pa.nulls(len(decoded), pa.string())
    return pa.array(
        [typed.dumps(extras[span]) if span in extras else None for span in range(len(decoded))], pa.string()
    )
