"""The format of one write-ahead-log segment: a header, then records. Everything about its bytes lives here.

    header: magic(8) length(4) crc32(4) JSON {"segment", "opened_at_ns"}
    record: mark(4)  length(4) crc32(4) payload
    payload: received_at_ns(8) signal(1) organization length(2, 0xFFFF for none) [items(4)] organization body

``items`` is there when the signal's highest bit is set: how many spans (log records, …) were acknowledged with it, so
that landing can say whether each became a row.

Numbers are little-endian. A record's checksum starts from the checksum of its segment's id, so that bytes left over
from another segment, or a record inside a record's body, never pass for a record of this one.

The mark lets a reader go on behind a damaged place: what was acknowledged before or after it is not lost with it.
"""

import dataclasses
import datetime
import json
import struct
from collections.abc import Iterator
from pathlib import Path

from isal.isal_zlib import crc32

MAGIC = b"SPANLOG1"
MARK = b"\xf5\x53\x4c\xfa"
OPEN_SUFFIX = ".open"
SEALED_SUFFIX = ".log"
TRACES, LOGS, METRICS, OUTCOMES = 1, 2, 3, 4  # a record's signal

_FRAME = struct.Struct("<4sII")
_HEADER = struct.Struct("<8sII")
_PAYLOAD = struct.Struct("<qBH")
_ITEMS = struct.Struct("<I")
_NO_ORGANIZATION = 0xFFFF
_HAS_ITEMS = 0x80
_ENDS_IN_FRAME, _ENDS_IN_RECORD = "the file ends inside a record's frame", "the file ends inside a record"
_UNFINISHED = (_ENDS_IN_FRAME, _ENDS_IN_RECORD)


class SegmentError(ValueError):
    """A segment whose header cannot be read."""


@dataclasses.dataclass(frozen=True)
class Header:
    """What a segment says about itself."""

    segment: str
    opened_at_ns: int

    @property
    def hour(self) -> datetime.datetime:
        """The UTC hour all of the segment's records arrived in."""
        seconds = self.opened_at_ns // 1_000_000_000
        return datetime.datetime.fromtimestamp(seconds - seconds % 3600, datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Record:
    """One acknowledged request. ``body`` is a serialised OTLP request of the signal, or outcomes as JSON; ``items`` is
    how many were acknowledged with it, None where nobody said."""

    received_at_ns: int
    organization: str | None
    body: bytes
    signal: int = TRACES
    items: int | None = None

    def __post_init__(self) -> None:
        if self.organization is not None and len(self.organization.encode()) >= _NO_ORGANIZATION:
            raise ValueError(f"an organization's name has at most {_NO_ORGANIZATION - 1} bytes")


@dataclasses.dataclass(frozen=True)
class Damage:
    """Bytes of a segment that are no record: ``[start, end)``, and why.

    ``is_unfinished`` where a write was cut short, or never began: such bytes at a file's end were never acknowledged.
    """

    start: int
    end: int
    reason: str
    is_unfinished: bool = False


@dataclasses.dataclass(frozen=True)
class Segment:
    """A segment's whole content, and how far it is good."""

    header: Header
    records: list[Record]
    damages: list[Damage]
    good_end: int  # offset behind the last record


def encode_header(header: Header) -> bytes:
    """The first bytes of a segment."""
    text = json.dumps(dataclasses.asdict(header)).encode()
    return _HEADER.pack(MAGIC, len(text), crc32(text)) + text


def encode_record(record: Record, segment: str) -> bytes:
    """One record of the segment called ``segment``."""
    name = b"" if record.organization is None else record.organization.encode()
    length = _NO_ORGANIZATION if record.organization is None else len(name)
    signal, items = record.signal, b""
    if record.items is not None:
        signal, items = signal | _HAS_ITEMS, _ITEMS.pack(record.items)
    payload = b"".join((_PAYLOAD.pack(record.received_at_ns, signal, length), items, name, record.body))
    return _FRAME.pack(MARK, len(payload), crc32(payload, _seed(segment))) + payload


def read_header(path: Path) -> Header:
    """The header of the segment in ``path``. Raises SegmentError, also for a file that ends too early."""
    with path.open("rb") as file:
        return _decode_header(file.read(4096), str(path))[0]


def read_segment(path: Path) -> Segment:
    """Every record of ``path`` that is whole. Raises SegmentError when not even the header can be read."""
    return parse_segment(path.read_bytes(), str(path))


def parse_segment(content: bytes, origin: str) -> Segment:
    """The same of bytes that came from ``origin``."""
    header, start = _decode_header(content, origin)
    return _parse(content, header, start)


def salvage(content: bytes, name: str) -> Segment:
    """The whole records in what is left of the segment called ``name``, whose header cannot be read.

    Its hour is that of its first record. Raises SegmentError where no record is whole.
    """
    found = _parse(content, Header(name, 0), 0)
    if not found.records:
        raise SegmentError(f"no whole request of segment {name} in these {len(content)} bytes")
    return dataclasses.replace(found, header=Header(name, found.records[0].received_at_ns))


def frames(path: Path) -> Iterator[int | None]:
    """The items of each record of ``path``, by their frames alone: bodies are neither read nor checked. Ends at the
    first place where no record starts. Raises SegmentError."""
    with path.open("rb") as file:
        _, position = _decode_header(file.read(4096), str(path))
        size = path.stat().st_size
        while size - position >= _FRAME.size + _PAYLOAD.size + _ITEMS.size:
            file.seek(position)
            start = file.read(_FRAME.size + _PAYLOAD.size + _ITEMS.size)
            mark, length, _ = _FRAME.unpack_from(start)
            position += _FRAME.size + length
            if mark != MARK or position > size:
                return
            _, signal, _ = _PAYLOAD.unpack_from(start, _FRAME.size)
            yield _ITEMS.unpack_from(start, _FRAME.size + _PAYLOAD.size)[0] if signal & _HAS_ITEMS else None


def _parse(content: bytes, header: Header, start: int) -> Segment:
    records: list[Record] = []
    damages: list[Damage] = []
    seed, good_end, position = _seed(header.segment), start, start
    while position < len(content):
        found = _decode_record(content, position, seed)
        if isinstance(found, tuple):
            record, position = found
            records.append(record)
            good_end = position
        else:
            after = _next_record(content, position + 1, seed)
            is_unfinished = found in _UNFINISHED or not any(content[position:after])
            damages.append(Damage(position, after, found, is_unfinished))
            position = after
    return Segment(header, records, damages, good_end)


def _seed(segment: str) -> int:
    return int(crc32(segment.encode()))


def _decode_header(content: bytes, origin: str) -> tuple[Header, int]:
    if len(content) < _HEADER.size:
        raise SegmentError(f"{origin}: {len(content)} bytes, too short for a segment's header")
    magic, length, checksum = _HEADER.unpack_from(content)
    text = content[_HEADER.size : _HEADER.size + length]
    if magic != MAGIC or len(text) != length or crc32(text) != checksum:
        raise SegmentError(f"{origin}: the header is not that of a log segment")
    return Header(**json.loads(text)), _HEADER.size + length


def _decode_record(content: bytes, position: int, seed: int) -> tuple[Record, int] | str:
    """The record at ``position`` and where the next one starts, or why there is none."""
    if len(content) - position < _FRAME.size:
        return _ENDS_IN_FRAME
    mark, length, checksum = _FRAME.unpack_from(content, position)
    start = position + _FRAME.size
    if mark != MARK:
        return "no record starts here"
    if length < _PAYLOAD.size or start + length > len(content):
        return _ENDS_IN_RECORD
    payload = memoryview(content)[start : start + length]
    if crc32(payload, seed) != checksum:
        return "the record's checksum is wrong"
    return _decode_payload(payload), start + length


def _decode_payload(payload: memoryview) -> Record:
    received_at_ns, signal, name_length = _PAYLOAD.unpack_from(payload)
    position, items, organization = _PAYLOAD.size, None, None
    if signal & _HAS_ITEMS:
        (items,) = _ITEMS.unpack_from(payload, position)
        signal, position = signal & ~_HAS_ITEMS, position + _ITEMS.size
    if name_length != _NO_ORGANIZATION:
        organization = bytes(payload[position : position + name_length]).decode()
        position += name_length
    return Record(received_at_ns, organization, bytes(payload[position:]), signal, items)


def _next_record(content: bytes, position: int, seed: int) -> int:
    """Where the next whole record starts, or the end of the file."""
    while (position := content.find(MARK, position)) >= 0:
        if isinstance(_decode_record(content, position, seed), tuple):
            return position
        position += 1
    return len(content)
