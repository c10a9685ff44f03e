"""Small vectorised functions shared by the columnar code: index arrays are numpy int64, -1 meaning "none"."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1


def spread(offsets: pa.Array) -> Ints:
    """For list offsets 0, 2, 2, 5: the owner of each element, 0, 0, 2, 2, 2."""
    lengths = np.diff(offsets.to_numpy())
    return np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)


def take(values: pa.Array, at: Ints) -> pa.Array:
    """``values`` at ``at``; null where ``at`` is -1."""
    missing = at < 0
    return values.take(pa.array(at, mask=missing) if missing.any() else pa.array(at))


def valid(values: pa.Array) -> Flags:
    """Which values are not null."""
    if values.null_count == 0:
        return np.ones(len(values), dtype=np.bool_)
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False))


def ints(values: pa.Array) -> Ints:
    """An int64 array as numpy, null as 0; read it together with `valid`."""
    return np.asarray(values.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)


def codes(values: pa.Array) -> tuple[pa.Array, Ints]:
    """The distinct values, in order of appearance, and for each value which of them it is. No value may be null."""
    encoded = values.dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy().astype(np.int64)
