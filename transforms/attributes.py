"""Attributes of many owners as one long table: (owner, key, type, value) per attribute, in arrival order.

An owner is a span, a resource or a scope. Keys are dictionary codes, so whatever is decided about a key is
decided once per batch, and a column is filled by index. So are values: most attributes of a batch repeat another's
value, so each distinct one is read once. Values of different types stand side by side in their own arrays; ``kind``
says which one holds.
"""

from collections.abc import Callable
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from transforms import typed
from transforms.arrays import NONE, Flags, Ints, codes, spread, take, valid
from transforms.wire import UndecodableError, read_array

_NOWHERE: Ints = np.zeros(0, dtype=np.int64)


class Kind(IntEnum):
    """The type an attribute was sent with; HASHED marks content replaced by its keyed hash."""

    EMPTY = 0
    STRING = 1
    BOOL = 2
    INT = 3
    DOUBLE = 4
    ARRAY = 5
    KVLIST = 6
    BYTES = 7
    HASHED = 8


_FIELDS = {
    Kind.STRING: "string_value",
    Kind.BOOL: "bool_value",
    Kind.INT: "int_value",
    Kind.DOUBLE: "double_value",
    Kind.ARRAY: "array_value",
    Kind.KVLIST: "kvlist_value",
    Kind.BYTES: "bytes_value",
}


class Attributes:
    """The attributes of ``owners`` owners.

    ``owner``, ``code``, ``value`` and ``kind`` have one entry per attribute, owners ascending; ``keys[code]`` is the
    key, ``value`` numbers the distinct values.
    """

    def __init__(self, lists: pa.ListArray) -> None:
        items = lists.values
        self.owners = len(lists)
        self.owner = spread(lists.offsets)
        keys, self.code = codes(items.field("key"))
        self.keys: list[str] = keys.to_pylist()
        values, self.value = codes(pc.fill_null(items.field("value"), b""))
        self._values = read_array("AnyValue", values)
        self.kind = self._kinds()[self.value]
        self._order, self._bounds = self._by_key()
        self.is_repeat = self._repeats()

    def __len__(self) -> int:
        return len(self.owner)

    def of_kind(self, kind: Kind, at: Ints) -> pa.Array:
        """The values of the attributes ``at``, null where one has another type."""
        return self._values.column(_FIELDS[kind]).take(pa.array(self.value[at]))

    def texts(self, at: Ints) -> pa.Array:
        """The values of the attributes ``at`` as text; null where there is none. `transforms.lossless` reads it
        back."""
        return self._texts.take(pa.array(self.value[at]))

    def at(self, key: str) -> Ints:
        """Where ``key`` stands: indices of the first attribute of that key of each owner that has it."""
        code = self._code_of.get(key)
        return self.at_code(code) if code is not None else _NOWHERE

    def at_code(self, code: int) -> Ints:
        found = self._order[self._bounds[code] : self._bounds[code + 1]]
        return found[~self.is_repeat[found]] if self._any_repeat else found

    def distinct(self, at: Ints) -> tuple[Ints, Ints]:
        """Examples of the distinct values of the attributes ``at``, and for each of these which example it equals."""
        example = np.full(len(self._values), NONE, dtype=np.int64)
        example[self.value[at]] = at
        used = np.flatnonzero(example >= 0)
        number = np.empty(len(example), dtype=np.int64)
        number[used] = np.arange(len(used))
        return example[used], number[self.value[at]]

    def json(self, at: int) -> Any:
        """One attribute's value, JSON-ready (see `transforms.typed`)."""
        kind = Kind(int(self.kind[at]))
        if kind is Kind.EMPTY:
            return None
        value = self._values.column(_FIELDS[kind])[self.value[at]].as_py()
        if kind in (Kind.ARRAY, Kind.KVLIST):
            return _parsed(kind, value)
        if kind is Kind.DOUBLE:
            return typed.double(value)
        return typed.to_json(AnyValue(bytes_value=value)) if kind is Kind.BYTES else value

    @cached_property
    def _texts(self) -> pa.Array:
        """Every distinct value as text."""
        parts = [self._values.column(_FIELDS[Kind.STRING])]
        for kind in (Kind.INT, Kind.BOOL, Kind.DOUBLE):
            values = self._values.column(_FIELDS[kind])
            if values.null_count < len(values):
                parts.append(pc.cast(values, pa.string()))
        for kind, decode in _DECODERS.items():
            values = self._values.column(_FIELDS[kind])
            if values.null_count < len(values):
                parts.append(_each(values, decode))
        return pc.coalesce(*parts) if len(parts) > 1 else parts[0]

    @cached_property
    def _code_of(self) -> dict[str, int]:
        return {key: code for code, key in enumerate(self.keys)}

    @cached_property
    def _any_repeat(self) -> bool:
        return bool(self.is_repeat.any())

    def _kinds(self) -> NDArray[np.int8]:
        """Of the distinct values."""
        kinds = np.zeros(len(self._values), dtype=np.int8)
        for kind, name in _FIELDS.items():
            values = self._values.column(name)
            if values.null_count < len(values):
                kinds[valid(values)] = kind
        return kinds

    def _by_key(self) -> tuple[Ints, Ints]:
        small = self.code.astype(np.int16) if len(self.keys) < 2**15 else self.code  # 16 bits sort by radix
        order = np.argsort(small, kind="stable")
        counts = np.bincount(self.code, minlength=len(self.keys))
        return order, np.concatenate([[0], np.cumsum(counts)])

    def _repeats(self) -> Flags:
        repeats = np.zeros(len(self.owner), dtype=np.bool_)
        owner, code = self.owner[self._order], self.code[self._order]
        repeats[self._order[1:]] = (owner[1:] == owner[:-1]) & (code[1:] == code[:-1])
        return repeats


def _parsed(kind: Kind, data: bytes) -> Any:
    try:
        if kind is Kind.ARRAY:
            return typed.to_json(AnyValue(array_value=ArrayValue.FromString(data)))
        return typed.pairs(KeyValueList.FromString(data).values)
    except DecodeError as error:
        raise UndecodableError(f"an attribute's {kind.name.lower()} value of {len(data)} bytes: {error}") from error


_DECODERS: dict[Kind, Callable[[bytes], str]] = {
    Kind.ARRAY: lambda data: typed.dumps(_parsed(Kind.ARRAY, data)),
    Kind.KVLIST: lambda data: typed.dumps(_parsed(Kind.KVLIST, data)),
    Kind.BYTES: lambda data: str(typed.to_json(AnyValue(bytes_value=data))["$bytes"]),
}


def _each(values: pa.Array, decode: Callable[[bytes], str]) -> pa.Array:
    at = np.flatnonzero(valid(values))
    place = np.full(len(values), NONE, dtype=np.int64)
    place[at] = np.arange(len(at))
    return take(pa.array([decode(data) for data in values.take(pa.array(at)).to_pylist()], pa.string()), place)
