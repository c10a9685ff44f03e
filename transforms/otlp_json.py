"""OTLP JSON to protobuf, as leniently as the senders in the field need.

The specification's mapping (ids in hex, 64-bit integers as strings, enums as numbers, bytes as base64, camelCase) is
read exactly. Beyond it, what real exporters send is understood: snake_case names, ids in base64 or as arrays of bytes,
64-bit integers as numbers or as the ``{"low", "high"}`` pairs of JavaScript's long.js, enum names, null for "not set",
the names used before OTLP 0.19, strings cut inside a surrogate pair. Unknown names are ignored, as the specification
demands. What cannot be understood is an error that names its place; nothing is guessed or dropped.
"""

import base64
import binascii
import functools
import json
import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

MessageType = TypeVar("MessageType", bound=Message)

_ID_BYTES = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
_FORMER_NAMES = {"instrumentationLibrarySpans": "scope_spans", "instrumentationLibrary": "scope"}
_MAX_DEPTH = 90  # protobuf's own readers stop at 100

_SIGNED_32, _UNSIGNED_32 = (-(1 << 31), (1 << 31) - 1), (0, (1 << 32) - 1)
_SIGNED_64, _UNSIGNED_64 = (-(1 << 63), (1 << 63) - 1), (0, (1 << 64) - 1)
_INTEGERS = {
    FieldDescriptor.TYPE_INT32: _SIGNED_32,
    FieldDescriptor.TYPE_SINT32: _SIGNED_32,
    FieldDescriptor.TYPE_SFIXED32: _SIGNED_32,
    FieldDescriptor.TYPE_UINT32: _UNSIGNED_32,
    FieldDescriptor.TYPE_FIXED32: _UNSIGNED_32,
    FieldDescriptor.TYPE_INT64: _SIGNED_64,
    FieldDescriptor.TYPE_SINT64: _SIGNED_64,
    FieldDescriptor.TYPE_SFIXED64: _SIGNED_64,
    FieldDescriptor.TYPE_UINT64: _UNSIGNED_64,
    FieldDescriptor.TYPE_FIXED64: _UNSIGNED_64,
}


class OtlpJsonError(ValueError):
    """JSON that is no OTLP request; the message starts with the path of the place at fault."""

    def __init__(self, path: str, problem: str) -> None:
        place = path if len(path) <= 300 else "…" + path[-300:]
        super().__init__(f"{place or 'the body'}: {problem}")


def parse_json(body: bytes, message_type: type[MessageType]) -> MessageType:
    """The message that ``body`` (UTF-8 JSON) describes. Raises OtlpJsonError."""
    try:
        value = json.loads(body)
    except RecursionError:
        raise OtlpJsonError("", "nested too deeply") from None
    except ValueError as error:  # also what is not UTF-8
        raise OtlpJsonError("", f"not JSON ({error})") from error
    message = message_type()
    _fill(message, value, "", 0)
    return message


@functools.cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """Every name under which a field may stand."""
    names = {former: descriptor.fields_by_name.get(name) for former, name in _FORMER_NAMES.items()}
    known: dict[str, FieldDescriptor] = {name: field for name, field in names.items() if field is not None}
    for field in descriptor.fields:
        known[field.name] = known[field.camelcase_name] = field
    return known


def _fill(message: Message, value: Any, path: str, depth: int) -> None:
    if not isinstance(value, dict):
        raise OtlpJsonError(path, f"expected an object, got {_show(value)}")
    if depth > _MAX_DEPTH:
        raise OtlpJsonError(path, "nested too deeply")
    fields = _fields(message.DESCRIPTOR)
    for name, item in value.items():
        field = fields.get(name)
        if field is None or item is None:
            continue
        place = f"{path}.{name}" if path else name
        if field.is_repeated:
            _fill_repeated(message, field, item, place, depth)
        else:
            _fill_single(message, field, item, place, depth)


def _fill_single(message: Message, field: FieldDescriptor, item: Any, path: str, depth: int) -> None:
    choice = field.containing_oneof
    if choice is not None and (other := message.WhichOneof(choice.name)) not in (None, field.name):
        raise OtlpJsonError(path, f"stands beside {other}, only one of them may")
    if field.message_type is not None:
        child = getattr(message, field.name)
        child.SetInParent()
        _fill(child, item, path, depth + 1)
    else:
        setattr(message, field.name, _scalar(field, item, path))


def _fill_repeated(message: Message, field: FieldDescriptor, items: Any, path: str, depth: int) -> None:
    if not isinstance(items, list):
        raise OtlpJsonError(path, f"expected an array, got {_show(items)}")
    target = getattr(message, field.name)
    for index, item in enumerate(items):
        place = f"{path}[{index}]"
        if field.message_type is not None:
            _fill(target.add(), item, place, depth + 1)
        else:
            target.append(_scalar(field, item, place))


def _scalar(field: FieldDescriptor, item: Any, path: str) -> Any:
    if field.type in _INTEGERS:
        return _integer(item, path, *_INTEGERS[field.type])
    if field.type == FieldDescriptor.TYPE_BYTES:
        size = _ID_BYTES.get(field.name)
        return _bytes(item, path) if size is None else _id(item, path, size)
    if field.type == FieldDescriptor.TYPE_ENUM:
        return _enum(field, item, path)
    return _READERS[field.type](item, path)


def _text(item: Any, path: str) -> str:
    if not isinstance(item, str):
        raise OtlpJsonError(path, f"expected a string, got {_show(item)}")
    if item.isascii():
        return item
    # A string cut inside a surrogate pair has no UTF-8 form; its broken half becomes U+FFFD, as in every encoder.
    return item.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _bool(item: Any, path: str) -> bool:
    if isinstance(item, bool):
        return item
    if item in ("true", "false"):
        return bool(item == "true")
    raise OtlpJsonError(path, f"expected true or false, got {_show(item)}")


def _double(item: Any, path: str) -> float:
    if isinstance(item, (int, float, str)) and not isinstance(item, bool):
        try:
            return float(item)  # also reads NaN, Infinity and -Infinity
        except (ValueError, OverflowError):
            pass
    raise OtlpJsonError(path, f"expected a number, got {_show(item)}")


_READERS: dict[int, Callable[[Any, str], Any]] = {
    FieldDescriptor.TYPE_STRING: _text,
    FieldDescriptor.TYPE_BOOL: _bool,
    FieldDescriptor.TYPE_DOUBLE: _double,
    FieldDescriptor.TYPE_FLOAT: _double,
}


def _integer(item: Any, path: str, low: int, high: int) -> int:
    value = _whole(item)
    if value is None:
        raise OtlpJsonError(path, f"expected an integer, got {_show(item)}")
    if not low <= value <= high:
        raise OtlpJsonError(path, f"{value} is outside {low} to {high}")
    return value


def _whole(item: Any) -> int | None:
    """``item`` as an integer, exactly, or None where it is none."""
    if isinstance(item, bool):
        return None
    if isinstance(item, int):
        return item
    if isinstance(item, float):
        return int(item) if math.isfinite(item) and item.is_integer() else None
    if isinstance(item, dict):
        return _long_pair(item)
    if not isinstance(item, str) or len(item) > 40:
        return None
    try:
        number = Decimal(item)
    except InvalidOperation:
        return None
    return int(number) if number.is_finite() and abs(number) < 1 << 64 and number == int(number) else None


def _long_pair(item: dict[str, Any]) -> int | None:
    """JavaScript's long.js: two 32-bit halves, each perhaps written as a signed number."""
    low, high = item.get("low"), item.get("high")
    if not isinstance(low, int) or not isinstance(high, int):
        return None
    value = (high & 0xFFFFFFFF) << 32 | low & 0xFFFFFFFF
    return value - (1 << 64) if value >> 63 and not item.get("unsigned") else value


def _enum(field: FieldDescriptor, item: Any, path: str) -> int:
    assert field.enum_type is not None  # the caller looked at the type
    names = field.enum_type.values_by_name
    if isinstance(item, str) and item.isascii() and item in names:  # protobuf cannot look up half a surrogate pair
        return names[item].number
    if isinstance(item, str) and not item.lstrip("-").isdigit():
        raise OtlpJsonError(path, f"expected a number or one of {', '.join(names)}, got {_show(item)}")
    return _integer(item, path, *_SIGNED_32)


def _bytes(item: Any, path: str) -> bytes:
    octets = _base64(item) if isinstance(item, str) else _octets(item)
    if octets is not None:
        return octets
    raise OtlpJsonError(path, f"expected base64, got {_show(item)}")


def _id(item: Any, path: str, size: int) -> bytes:
    """Hex; else base64 of the right size; else an array of bytes. A wrong size is left to whoever checks ids."""
    if isinstance(item, str):
        try:
            return binascii.unhexlify(item)
        except ValueError:  # an odd number of digits, or other characters
            pass
        decoded = _base64(item)
        if decoded is not None and len(decoded) == size:
            return decoded
    elif (octets := _octets(item)) is not None:
        return octets
    raise OtlpJsonError(path, f"expected {2 * size} hex digits, got {_show(item)}")


def _base64(item: str) -> bytes | None:
    """Either alphabet, padded or not."""
    plain = item.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:  # binascii's own, or characters beyond ASCII
        return None


def _octets(item: Any) -> bytes | None:
    """An array of bytes, or what JSON.stringify makes of a Buffer or a Uint8Array."""
    if isinstance(item, dict) and item.get("type") == "Buffer":
        item = item.get("data")
    elif isinstance(item, dict) and list(item) == [str(index) for index in range(len(item))]:
        item = list(item.values())
    if not isinstance(item, list) or not all(type(octet) is int and 0 <= octet <= 255 for octet in item):
        return None
    return bytes(item)


def _show(item: Any) -> str:
    try:
        text = json.dumps(item, default=str)
    except RecursionError:
        return "something nested too deeply"
    return text if len(text) <= 60 else text[:57] + "..."
