"""Bodies for fuzzing: what real libraries sent (`tests/corpus`) and our broken samples, changed at random.

Changes know the formats: protobuf fields get other tags, lengths (2 GiB among them), contents and places; JSON nodes
become other nodes; both are also cut, spliced, flipped and nested. The same ``Random`` gives the same bodies.
"""

import copy
import functools
import gzip
import json
import random
from collections.abc import Callable
from typing import Any

from benchmarks.fuzz_seeds import seeds

_LENGTHS = [0, 1, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1]
_JUNK: list[Any] = [
    *(
        None,
        True,
        False,
        [],
        {},
        "",
        "x",
        -1,
        0,
        2**31,
        2**63,
        -(2**63) - 1,
        2**64,
        1e308,
        -0.0,
        "1e999",
        "NaN",
        "ff" * 16,
    ),
    *("\ud800", "\x00", "AAAA====", {"low": 1, "high": -1}, {"0": 1}, [[[[]]]], {"stringValue": "a", "intValue": 1}),
]


def protobuf(chance: random.Random, right: list[bytes]) -> bytes:
    """One of ``right`` after some changes, or a broken sample, or noise."""
    luck = chance.random()
    if luck < 0.02:
        return chance.randbytes(chance.randrange(200))
    body = chance.choice(seeds().broken if luck < 0.05 else right)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        body = chance.choice(_CHANGES)(chance, body)
    return body


def json_body(chance: random.Random) -> bytes:
    """A JSON request after some changes to its nodes, and sometimes to its bytes."""
    text = json.dumps(chance.choice(seeds().values))
    value = json.loads(text)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        value = _change_node(chance, value)
    body = json.dumps(value).encode()
    if chance.random() < 0.3:
        body = chance.choice((_flip, _cut, _repeat, _insert))(chance, body)
    return b"[" * 5000 if chance.random() < 0.002 else body


def outcomes(chance: random.Random) -> bytes:
    """Outcomes said later, and what is like them."""
    record: Any = {"task_id": f"t{chance.randrange(1000)}", "outcome": chance.choice(["success", "failure", "x", None])}
    for _ in range(chance.choice((0, 0, 1, 3))):
        record = _change_node(chance, record)
    return json.dumps(chance.choice([record, [record] * 3, {"outcomes": [record]}])).encode()


def zipped(chance: random.Random, body: bytes) -> bytes:
    """``body`` as gzip, sometimes broken."""
    packed = gzip.compress(body, 1, mtime=0)
    luck = chance.random()
    if luck < 0.6:
        return packed
    if luck < 0.7:
        return packed + gzip.compress(body, 1, mtime=0) * chance.choice((1, 200))
    return chance.choice((_flip, _cut, _insert, _repeat))(chance, packed)


@functools.cache
def bombs() -> list[bytes]:
    """Small bodies that would be large: zeros, and empty messages, 80 MiB of each."""
    return [gzip.compress(part * (40 << 20), 6, mtime=0) for part in (bytes(2), b"\x12\x00", b"[]")]


def _flip(chance: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 8))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _insert(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] + chance.randbytes(chance.choice((1, 2, 8, 30))) + body[at:]


def _repeat(chance: random.Random, body: bytes) -> bytes:
    start = chance.randrange(len(body) + 1)
    part = body[start : start + chance.choice((1, 4, 30, 200))]
    return body[:start] + part * chance.choice((0, 2, 3)) + body[start + len(part) :]


def _splice(chance: random.Random, body: bytes) -> bytes:
    other = chance.choice(seeds().traces)
    return _cut(chance, body) + other[chance.randrange(len(other) + 1) :]


def varint(value: int) -> bytes:
    """``value`` as protobuf writes it."""
    octets = b""
    while value > 0x7F:
        octets, value = octets + bytes([value & 0x7F | 0x80]), value >> 7
    return octets + bytes([value])


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def _nest(chance: random.Random, _body: bytes) -> bytes:
    """A valid span whose attribute is a list of lists, deeper and deeper."""
    value = field(1, b"deep")
    for _ in range(chance.choice((3, 20, 45, 60, 200))):
        value = field(chance.choice((5, 5, 6)), field(1, value))
    return field(1, field(2, field(2, _ids(chance) + field(9, field(1, b"k") + field(2, value)))))


def _many(chance: random.Random, _body: bytes) -> bytes:
    """A valid span with very many small parts."""
    part = chance.choice((field(9, b""), field(9, field(1, b"k")), field(11, b""), field(13, b""), field(99, b"")))
    return field(1, field(2, field(2, _ids(chance) + part * chance.choice((10, 300, 12_000)))))


def _ids(chance: random.Random) -> bytes:
    return field(1, chance.randbytes(chance.choice((16, 16, 16, 15)))) + field(2, chance.randbytes(8))


def _change_field(chance: random.Random, body: bytes) -> bytes:
    """Change one field, at a random depth, and leave the lengths around it right half of the time."""
    found = _fields(body, 0, len(body))
    if not found:
        return _flip(chance, body)
    start, inner, end = chance.choice(found)
    content = body[inner:end]
    if content and chance.random() < 0.7:
        content = _change_field(chance, content)
        return body[:start] + body[start : start + 1] + varint(len(content)) + content + body[end:]
    replaced: list[Callable[[], bytes]] = [
        lambda: b"",
        lambda: body[start:end] * 2,
        lambda: varint(chance.randrange(1, 40) << 3 | chance.randrange(8)) + body[start + 1 : end],
        lambda: body[start : start + 1] + varint(chance.choice(_LENGTHS)) + content,
        lambda: body[start : start + 1] + varint(chance.choice(_LENGTHS)),
        lambda: field(chance.randrange(1, 20), chance.randbytes(chance.choice((0, 1, 8, 16)))),
        lambda: body[start : start + 1] + b"\x80" * chance.choice((1, 9, 12)) + b"\x01" + content,
        lambda: varint(chance.randrange(1, 20) << 3 | 1) + chance.randbytes(8),
    ]
    return body[:start] + chance.choice(replaced)() + body[end:]


def _fields(body: bytes, position: int, end: int) -> list[tuple[int, int, int]]:
    """Start, start of content and end of the length-delimited fields at the front of a message, as far as they go."""
    found: list[tuple[int, int, int]] = []
    while position + 1 < end and len(found) < 40:
        tag, length = body[position], body[position + 1]
        inner = position + 2
        if length > 0x7F:
            if inner >= end or body[inner] > 0x7F:
                break
            length, inner = (length & 0x7F) | body[inner] << 7, inner + 1
        if tag & 7 == 2:
            if inner + length > end:
                break
            found.append((position, inner, inner + length))
            position = inner + length
        elif tag & 7 in (1, 5):
            position += 9 if tag & 7 == 1 else 5
        else:
            break
    return found


_CHANGES = (*([_change_field] * 6), _flip, _cut, _insert, _repeat, _splice, _nest, _many)


def _change_node(chance: random.Random, value: Any) -> Any:
    """``value`` with one node changed in place, at a random depth."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.1:
            value[chance.choice((key.upper(), key + "x", "", "traceId", "kvlistValue"))] = value.pop(key)
        else:
            value[key] = _change_node(chance, value[key])
        return value
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        value[at] = _change_node(chance, value[at])
        return value * chance.choice((1, 1, 1, 2))
    return copy.deepcopy(chance.choice(_JUNK))
