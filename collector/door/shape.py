"""What a request may consist of, so that few bytes cannot become much memory: parts of a message, attributes of a span.

Reading protobuf makes an object of every part, up to a hundred times as large as its two bytes on the wire. Where large
bodies could hold many tiny parts they are counted before they are read.
"""

import dataclasses
import functools
import re
from typing import Any

import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.door.answers import Kind, RefusedError

MAX_PARTS = 500_000
"""Messages within a message, or objects and arrays in JSON, of a body in which they are tiny."""
_TINY = 8  # bytes; larger parts take at most some ten times the memory they take on the wire
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_TINY_SHARE = 16  # one tiny part in so many bytes is more than telemetry has


@dataclasses.dataclass(frozen=True)
class ItemLimits:
    """The most that one item may have. ``attributes``: of a span, resource, scope, event, link or log record;
    ``events``: events, and links, of a span."""

    attributes: int = 10_000
    events: int = 10_000


NO_LIMITS = ItemLimits(1 << 62, 1 << 62)


def refuse_crowded_protobuf(body: bytes, message: Any) -> None:
    """Raises RefusedError when ``body``, a serialised message of the descriptor ``message``, has more than MAX_PARTS
    parts, most of them tiny."""
    if len(body) > 2 * MAX_PARTS and _tiny_parts(body) > len(body) // _TINY_SHARE:
        _refuse(_count_parts(body, message))


def refuse_crowded_json(body: bytes) -> None:
    """Raises RefusedError when ``body`` has more than MAX_PARTS objects and arrays, most of them tiny."""
    parts = _brackets(body)
    if parts > MAX_PARTS and parts > len(body) // _TINY_SHARE:
        _refuse(_brackets(_JSON_STRING.sub(b"", body)))


def _brackets(body: bytes) -> int:
    return body.count(b"{") + body.count(b"[")


def _refuse(parts: int) -> None:
    if parts > MAX_PARTS:
        raise RefusedError(Kind.TOO_LARGE, f"the body has more than {MAX_PARTS} parts, most of them tiny")


def _tiny_parts(body: bytes) -> int:
    """How many bytes look like the start of a length-delimited field of less than _TINY bytes; never too few."""
    octets = np.frombuffer(body, dtype=np.uint8)
    starts = (octets[:-1] & 0x87) == 2  # one-byte tag, wire type 2
    return int(np.count_nonzero(starts & (octets[1:] < _TINY)))


def _count_parts(body: bytes, message: Descriptor) -> int:
    """Messages within ``body``, or more than MAX_PARTS. What is broken ends the count: the reader stops there too."""
    found = 0
    waiting: list[tuple[int, int, Descriptor]] = [(0, len(body), message)]
    while waiting and found <= MAX_PARTS:
        children = _children(body, *waiting.pop())
        found += len(children)
        waiting += [child for child in children if child[0] < child[1]]
    return found


def _children(body: bytes, position: int, end: int, message: Descriptor) -> list[tuple[int, int, Descriptor]]:
    """The messages directly in the one between ``position`` and ``end``, at most one more than MAX_PARTS."""
    known = _messages_in(message)
    found: list[tuple[int, int, Descriptor]] = []
    while position < end and len(found) <= MAX_PARTS:
        tag, position = (body[position], position + 1) if body[position] < 0x80 else _varint(body, position, end)
        kind = tag & 7
        if kind == 2:
            length, position = _varint(body, position, end)
            child = known.get(tag >> 3)
            if position + length <= end and child is not None:
                found.append((position, position + length, child))
            position += length
        elif kind == 0:
            _, position = _varint(body, position, end)
        elif kind in (1, 5):
            position += 8 if kind == 1 else 4
        else:
            break  # groups, which nothing of OTLP has
    return found


def _varint(body: bytes, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while position < end and shift < 64:
        octet = body[position]
        position += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, position
        shift += 7
    return value, end


@functools.cache
def _messages_in(message: Descriptor) -> dict[int, Descriptor]:
    return {
        field.number: field.message_type
        for field in message.fields
        if field.type == FieldDescriptor.TYPE_MESSAGE and field.message_type is not None
    }


def excess_of_span(span: Span, limits: ItemLimits) -> str:
    """What ``span`` has too much of, in words; '' when nothing."""
    if len(span.events) > limits.events or len(span.links) > limits.events:
        return f"more than {limits.events} events or links (max_events)"
    return excess_of(span, limits) or next(
        (said for part in (span.events, span.links) for one in part if (said := excess_of(one, limits))), ""
    )


def excess_of(item: Any, limits: ItemLimits) -> str:
    """The same for whatever else has attributes."""
    if len(item.attributes) > limits.attributes:
        return f"more than {limits.attributes} attributes (max_attributes)"
    return ""


def can_exceed(body: bytes, limits: ItemLimits) -> bool:
    """Whether a request of this size has room for too many; a part takes at least two bytes."""
    return len(body) > 2 * min(limits.attributes, limits.events)
