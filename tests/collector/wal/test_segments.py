"""Whatever happens to a segment's bytes, every record that is whole is found and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.wal.segments import (
    MARK,
    Header,
    Record,
    SegmentError,
    encode_header,
    encode_record,
    read_segment,
    salvage,
)

HEADER = Header("000001-00000001-0badcafe", 1_700_000_000_000_000_000)
RECORDS = [
    Record(1, None, b"first"),
    Record(2, "acme", MARK + b"a body with the mark in it"),
    Record(3, "", b"", items=7),
    Record(4, "größe", bytes(range(256)), items=0),
]

records = st.builds(
    Record,
    received_at_ns=st.integers(0, 2**63 - 1),
    organization=st.none() | st.text(max_size=20),
    body=st.binary(max_size=200) | st.just(MARK * 3),
    signal=st.integers(0, 127),
    items=st.none() | st.integers(0, 2**32 - 1),
)


def encode(records: list[Record], header: Header = HEADER) -> list[bytes]:
    return [encode_header(header), *(encode_record(record, header.segment) for record in records)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("segments") / "one.log"


@given(st.lists(records, max_size=8))
def test_reading_gives_back_what_was_written(path: Path, some: list[Record]) -> None:
    content = b"".join(encode(some))
    path.write_bytes(content)
    segment = read_segment(path)
    assert segment.records == some
    assert segment.header == HEADER
    assert segment.damages == []
    assert segment.good_end == len(content)


def test_a_tail_torn_at_any_byte_loses_only_the_record_it_tears(path: Path) -> None:
    parts = encode(RECORDS)
    content = b"".join(parts)
    ends = [sum(map(len, parts[: number + 1])) for number in range(len(parts))]
    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        if cut < ends[0]:
            with pytest.raises(SegmentError):
                read_segment(path)
            continue
        whole = sum(end <= cut for end in ends[1:])
        segment = read_segment(path)
        assert segment.records == RECORDS[:whole]
        assert segment.good_end == ends[whole]
        assert [damage.end for damage in segment.damages] == ([cut] if cut > ends[whole] else [])


def test_a_flipped_bit_anywhere_loses_only_the_record_it_is_in(path: Path) -> None:
    parts = encode(RECORDS)
    content = b"".join(parts)
    start = len(parts[0])
    for number, part in enumerate(parts[1:]):
        for offset in range(start, start + len(part)):
            broken = bytearray(content)
            broken[offset] ^= 0x10
            path.write_bytes(broken)
            segment = read_segment(path)
            assert segment.records == RECORDS[:number] + RECORDS[number + 1 :]
            assert [(damage.start, damage.end) for damage in segment.damages] == [(start, start + len(part))]
        start += len(part)


def test_zeros_behind_the_end_are_no_records(path: Path) -> None:
    content = b"".join(encode(RECORDS))
    path.write_bytes(content + bytes(5000))
    segment = read_segment(path)
    assert segment.records == RECORDS
    assert segment.good_end == len(content)


def test_a_record_inside_a_damaged_body_does_not_come_to_life(path: Path) -> None:
    other = Header("000009-00000001-0badcafe", HEADER.opened_at_ns)
    inner = encode_record(Record(9, "intruder", b"forged"), other.segment)
    header, outer = encode([Record(1, None, b"x" + inner)])
    path.write_bytes(header + outer[:-1] + b"!")  # the outer checksum no longer fits
    assert read_segment(path).records == []


def test_records_behind_a_lost_header_are_found_by_the_segments_name() -> None:
    header, *parts = encode(RECORDS)
    left = b"?" * len(header) + b"".join(parts)
    found = salvage(left, HEADER.segment)
    assert found.records == RECORDS
    assert found.header == Header(HEADER.segment, RECORDS[0].received_at_ns)
    with pytest.raises(SegmentError, match="no whole request of segment 000009"):
        salvage(left, "000009-00000001-0badcafe")


def test_the_hour_is_that_of_opening_in_utc() -> None:
    assert HEADER.hour.isoformat() == "2023-11-14T22:00:00+00:00"


def test_an_organization_that_does_not_fit_is_refused_before_it_is_written() -> None:
    with pytest.raises(ValueError, match="at most 65534 bytes"):
        Record(1, "x" * 65535, b"")
