"""A span's events and links as JSON.

Events repeat each other but for their time, which serializers write first: a tag and eight bytes. So it is cut off,
and what is left is read once per distinct rest.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from transforms import typed
from transforms.content import Content
from transforms.decode import Decoded
from transforms.wire import UndecodableError

_TIME_TAG, _TIME_END = b"\x09", 9


def events(decoded: Decoded, keep: Content) -> pa.Array:
    """JSON array of each span's events; null where it has none. Raises UndecodableError."""
    lists = decoded.spans.field("events")
    read: dict[bytes, tuple[str, int, str]] = {}
    texts = []
    for data in lists.values.to_pylist():
        is_timed = data[:1] == _TIME_TAG and len(data) >= _TIME_END
        rest = data[_TIME_END:] if is_timed else data
        if rest not in read:
            read[rest] = _pieces(_event(rest, keep))
        before, own_time, after = read[rest]
        time = own_time or int.from_bytes(data[1:_TIME_END], "little") if is_timed else own_time
        texts.append(f"{before}{time}{after}")
    return _listed(lists, pa.array(texts, pa.string()))


def _pieces(event: dict[str, Any]) -> tuple[str, int, str]:
    """An event's JSON up to its time, the time, and what follows."""
    time = event.pop("time_unix_nano")
    name = typed.dumps({"name": event.pop("name")})
    return f'{name[:-1]},"time_unix_nano":', time, f",{typed.dumps(event)[1:]}"


def links(decoded: Decoded, keep: Content) -> pa.Array:
    """JSON array of each span's links; null where it has none. Raises UndecodableError."""
    lists = decoded.spans.field("links")
    return _listed(lists, pa.array([typed.dumps(_link(data, keep)) for data in lists.values.to_pylist()], pa.string()))


def _listed(lists: pa.ListArray, texts: pa.Array) -> pa.Array:
    joined = pc.binary_join(pa.ListArray.from_arrays(lists.offsets, texts), ",")
    return pc.if_else(pc.equal(joined, ""), None, pc.binary_join_element_wise("[", joined, "]", ""))


def _event(data: bytes, keep: Content) -> dict[str, Any]:
    event = _message(Span.Event, data)
    return {
        "name": event.name,
        "time_unix_nano": event.time_unix_nano,
        "attributes": typed.pairs(event.attributes, keep.replace_in(event.name)),
        **typed.non_empty(dropped_attributes_count=event.dropped_attributes_count),
    }


def _link(data: bytes, keep: Content) -> dict[str, Any]:
    link = _message(Span.Link, data)
    return {
        "trace_id": link.trace_id.hex(),
        "span_id": link.span_id.hex(),
        "attributes": typed.pairs(link.attributes, keep.replace),
        **typed.non_empty(
            trace_state=link.trace_state, flags=link.flags, dropped_attributes_count=link.dropped_attributes_count
        ),
    }


def _message(kind: Any, data: bytes) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise UndecodableError(
            f"not a serialized OTLP {kind.DESCRIPTOR.full_name} ({len(data)} bytes): {error}"
        ) from error
