"""Typed JSON: an OTLP value written as JSON that gives the same value, of the same type, back.

| OTLP value      | JSON                                              | Python        |
|-----------------|---------------------------------------------------|---------------|
| string, bool    | string, true/false                                | str, bool     |
| int             | number without a point                            | int           |
| double          | number with a point or exponent; NaN and infinities as {"$double": "nan"} | float |
| bytes           | {"$bytes": base64}                                | bytes         |
| array           | array                                             | list          |
| key-value list  | object; a key that begins with "$" gets one more  | dict          |
| no value        | null                                              | None          |
| replaced content| {"$hashed": "hmac-sha256:…"}                      | `Hashed`      |

A key that occurs again keeps its first value; the others stand under ``"$repeated"`` as [key, value] pairs and
come back as a `Repeated` in place of the dict.
"""

import base64
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Replace = Callable[[str, Any], Any]
"""Given a key and its JSON-ready value, the value to write: how content is replaced on the way."""


@dataclass(frozen=True)
class Hashed:
    """Content that was replaced by its keyed hash; ``digest`` is the text ``hmac-sha256:<hex>``."""

    digest: str


@dataclass(frozen=True)
class Repeated:
    """A key-value list in which a key occurs more than once: first values, then the others in order."""

    first: dict[str, Any]
    others: tuple[tuple[str, Any], ...]


def dumps(value: Any) -> str:
    """Compact JSON, as written everywhere in the lake."""
    return _COMPACT.encode(value)


def loads(text: str) -> Any:
    """Typed JSON back to Python values."""
    return from_json(json.loads(text))


def to_json(value: AnyValue) -> Any:
    """An OTLP value as a JSON-ready object."""
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return double(value.double_value)
        case "bytes_value":
            return {"$bytes": base64.b64encode(value.bytes_value).decode("ascii")}
        case "array_value":
            return [to_json(item) for item in value.array_value.values]
        case "kvlist_value":
            return pairs(value.kvlist_value.values)
        case _:
            return None


def pairs(items: Iterable[KeyValue], replace: Replace = lambda _key, value: value) -> dict[str, Any]:
    """Attributes or a key-value list as a JSON-ready object."""
    result: dict[str, Any] = {}
    repeated: list[list[Any]] = []
    for item in items:
        name = escape(item.key)
        value = replace(item.key, to_json(item.value))
        if name in result:
            repeated.append([item.key, value])
        else:
            result[name] = value
    if repeated:
        result["$repeated"] = repeated
    return result


def to_value(value: Any) -> AnyValue:
    """A Python value of the table above as the OTLP value it came from; replaced content as no value."""
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case str():
            return AnyValue(string_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=[to_value(item) for item in value]))
        case dict():
            return AnyValue(kvlist_value=KeyValueList(values=to_pairs(value.items())))
        case Repeated():
            return AnyValue(kvlist_value=KeyValueList(values=to_pairs([*value.first.items(), *value.others])))
        case None | Hashed():
            return AnyValue()
    raise TypeError(f"no OTLP value for {value!r}")


def to_pairs(items: Iterable[tuple[str, Any]]) -> list[KeyValue]:
    """Keys and Python values as OTLP attributes."""
    return [KeyValue(key=key, value=to_value(value)) for key, value in items]


def double(value: float) -> Any:
    """A double as JSON: Python writes floats with a point or an exponent, so they stay apart from ints."""
    return value if math.isfinite(value) else {"$double": repr(value)}


def escape(key: str) -> str:
    return f"${key}" if key.startswith("$") else key


def from_json(value: Any) -> Any:
    """A JSON-ready object back to Python values (see the table above)."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return _from_object(value) if isinstance(value, dict) else value


def _from_object(value: dict[str, Any]) -> Any:
    match value:
        case {"$bytes": str(text)}:
            return base64.b64decode(text)
        case {"$double": str(text)}:
            return float(text)
        case {"$hashed": str(text)}:
            return Hashed(text)
    first = {
        key[1:] if key.startswith("$") else key: from_json(item) for key, item in value.items() if key != "$repeated"
    }
    if "$repeated" not in value:
        return first
    return Repeated(first, tuple((key, from_json(item)) for key, item in value["$repeated"]))


def non_empty(**values: Any) -> dict[str, Any]:
    """The values that say something: protobuf's zero, empty text and empty list are left out."""
    return {name: value for name, value in values.items() if value}
