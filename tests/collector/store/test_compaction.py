"""Small files become large ones, and no reader ever sees a row twice or not at all."""

import datetime
import itertools
import os
import random
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.store.compaction import Compaction, groups, merge
from collector.store.lake import (
    COMPACT_PREFIX,
    active_files,
    is_landed,
    partition,
    split_superseded,
    write_segment,
)
from collector.store.lake_file import LakeError, LakeFile
from collector.wal.segments import Header
from transforms.columns import SCHEMA

HOUR = datetime.datetime(2026, 11, 22, 4, tzinfo=datetime.UTC)
NOW = HOUR + datetime.timedelta(hours=1)


def write(spans: Path, number: int, rows: int = 3, hour: datetime.datetime = HOUR) -> Header:
    """A segment's file with ``rows`` spans named after it."""
    header = Header(f"000001-{number:08d}-0badcafe", int(hour.timestamp()) * 1_000_000_000)
    columns = {name: pa.nulls(rows, SCHEMA.field(name).type) for name in SCHEMA.names}
    columns["name"] = pa.array([f"{number}.{row}" for row in range(rows)])
    columns["span_id"] = pa.array([f"{number:04d}{row:04d}".encode() for row in range(rows)], pa.binary())
    write_segment(spans, header, pa.table(columns, schema=SCHEMA))
    return header


def names(spans: Path) -> list[str]:
    found: list[str] = []
    for file in active_files(spans.parent):
        found += pq.read_table(file.path, columns=["name"], partitioning=None)["name"].to_pylist()
    return found


def all_names(numbers: range, rows: int = 3) -> list[str]:
    return [f"{number}.{row}" for number in numbers for row in range(rows)]


@pytest.fixture
def spans(tmp_path: Path) -> Path:
    return tmp_path / "spans"


def compaction(spans: Path, grace_s: float = 3600, max_rows: int = 1000) -> Compaction:
    return Compaction(spans, max_rows=max_rows, grace_s=grace_s)


def files(spans: Path) -> list[str]:
    return sorted(path.name for path in spans.rglob("*.parquet"))


def test_a_closed_hour_becomes_one_file_with_the_same_rows_in_the_same_order(spans: Path) -> None:
    headers = [write(spans, number) for number in range(5)]
    assert compaction(spans).run(NOW, []) == 5
    (file,) = active_files(spans.parent)
    assert file.segments == tuple(header.segment for header in headers)
    assert file.path.name.startswith(f"compact-{headers[0].segment}-{headers[-1].segment}-")
    assert names(spans) == all_names(range(5))
    assert pq.read_schema(file.path).remove_metadata() == SCHEMA


def test_inputs_stay_for_the_grace_and_go_after_it(spans: Path) -> None:
    for number in range(3):
        write(spans, number)
    worker = compaction(spans)
    worker.run(NOW, [])
    worker.run(NOW, [])
    assert len(files(spans)) == 4
    (merged,) = active_files(spans.parent)
    os.utime(merged.path, (0, 0))
    assert worker.run(NOW, []) == 0
    assert files(spans) == [merged.path.name]
    assert names(spans) == all_names(range(3))


def rewrite(spans: Path, header: Header, table: pa.Table) -> None:
    """Put ``table`` in place of a segment's rows, as another version would have written it."""
    (path,) = spans.rglob(f"{header.segment}.parquet")
    pq.write_table(table.replace_schema_metadata(pq.read_schema(path).metadata), path)


def test_a_file_of_an_older_version_merges_with_nulls_for_what_it_lacks(spans: Path) -> None:
    headers = [write(spans, number) for number in range(2)]
    (path,) = spans.rglob(f"{headers[0].segment}.parquet")
    rewrite(spans, headers[0], pq.ParquetFile(path).read().drop_columns(["region"]))
    assert compaction(spans).run(NOW, []) == 2
    assert names(spans) == all_names(range(2))


def test_columns_of_a_newer_version_are_never_merged_away(spans: Path) -> None:
    headers = [write(spans, number) for number in range(2)]
    (path,) = spans.rglob(f"{headers[0].segment}.parquet")
    newer = pq.ParquetFile(path).read()
    rewrite(spans, headers[0], newer.append_column("of_tomorrow", pa.array(["x"] * newer.num_rows)))
    with pytest.raises(LakeError, match="of_tomorrow"):
        compaction(spans).run(NOW, [])
    assert names(spans) == all_names(range(2))


def test_the_current_hour_and_hours_still_in_the_log_are_left_alone(spans: Path) -> None:
    for number in range(2):
        write(spans, number)
    assert compaction(spans).run(HOUR + datetime.timedelta(minutes=59), []) == 0
    assert compaction(spans).run(NOW, [HOUR]) == 0
    assert compaction(spans).run(NOW, [NOW]) == 2


def test_a_late_segment_joins_at_the_next_pass(spans: Path) -> None:
    worker = compaction(spans)
    for number in range(3):
        write(spans, number)
    worker.run(NOW, [])
    late = write(spans, 3)
    assert sorted(names(spans)) == sorted(all_names(range(4)))
    assert worker.run(NOW, []) == 2
    (file,) = active_files(spans.parent)
    assert late.segment in file.segments
    assert sorted(names(spans)) == sorted(all_names(range(4)))
    # Both merged files and all four small ones are still there; whichever goes first, the rows stay the same.
    _, superseded = split_superseded(partition(spans, HOUR))
    assert len(superseded) == 5
    for path in sorted(superseded, key=lambda file: len(file.segments)):
        path.path.unlink()
        assert sorted(names(spans)) == sorted(all_names(range(4)))


def test_a_segment_in_a_merged_file_counts_as_landed(spans: Path) -> None:
    headers = [write(spans, number) for number in range(2)]
    worker = compaction(spans, grace_s=0)
    worker.run(NOW, [])
    worker.run(NOW, [])
    assert len(files(spans)) == 1
    assert all(is_landed(spans, header) for header in headers)
    assert not is_landed(spans, Header("000001-00000009-0badcafe", headers[0].opened_at_ns))


def test_merging_the_same_files_again_gives_the_same_file(spans: Path) -> None:
    for number in range(3):
        write(spans, number)
    inputs = active_files(spans.parent)
    folder = partition(spans, HOUR)
    assert merge(folder, inputs) == merge(folder, inputs)
    assert len(files(spans)) == 4


def test_half_written_files_are_invisible(spans: Path) -> None:
    write(spans, 0)
    (partition(spans, HOUR) / ".000001-00000001-0badcafe.parquet.tmp").write_bytes(b"half")
    assert names(spans) == all_names(range(1))


def test_what_another_receiver_is_writing_is_left_alone_until_it_must_be_dead(spans: Path) -> None:
    write(spans, 0)
    folder, worker = partition(spans, HOUR), compaction(spans)
    landing, ours = folder / ".000001-00000001-0badcafe.parquet.tmp", folder / f".{COMPACT_PREFIX}x.parquet.tmp"
    for half in (landing, ours):
        half.write_bytes(b"half")
    worker.run(NOW, [])
    assert (landing.exists(), ours.exists()) == (True, False)
    os.utime(landing, (time.time() - 2 * 3600,) * 2)
    worker.run(NOW, [])
    assert not landing.exists()


def test_files_that_overlap_in_part_are_an_error_that_names_both(spans: Path) -> None:
    for number in range(3):
        write(spans, number)
    one, two, three = active_files(spans.parent)
    folder = partition(spans, HOUR)
    first, second = merge(folder, [one, two]), merge(folder, [two, three])
    with pytest.raises(LakeError) as caught:
        active_files(spans.parent)
    assert first.name in str(caught.value)
    assert second.name in str(caught.value)


def test_a_foreign_file_is_an_error_that_names_it(spans: Path) -> None:
    folder = partition(spans, HOUR)
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"a": [1]}), folder / "foreign.parquet")
    with pytest.raises(LakeError, match=r"foreign\.parquet does not say"):
        active_files(spans.parent)


@given(st.lists(st.integers(0, 120), max_size=30))
def test_groups_are_neighbours_within_the_limit(rows: list[int]) -> None:
    some = [LakeFile(Path(f"{number:03d}"), (str(number),), count) for number, count in enumerate(rows)]
    grouped = groups(some, 100)
    flat = [file for group in grouped for file in group]
    assert flat == sorted(flat, key=lambda file: file.path.name)
    assert all(len(group) > 1 and sum(file.rows for file in group) <= 100 for group in grouped)
    small = [file for file in some if file.rows <= 50]
    alone = [file for file in small if file not in flat]
    assert all(file.rows > 50 for file in some if file not in flat and file not in alone)
    # No two files left alone could have been one group with only large files between them.
    for left, right in itertools.pairwise(small):
        assert left in flat or right in flat or left.rows + right.rows > 100


def test_in_any_order_of_arrivals_merges_and_removals_the_rows_are_right(spans: Path) -> None:
    for seed in range(8):
        chance = random.Random(seed)
        folder = spans / str(seed)
        worker = compaction(folder, grace_s=0, max_rows=chance.choice([6, 12, 100]))
        written = 0
        for _ in range(12):
            if chance.random() < 0.6:
                write(folder, written)
                written += 1
            else:
                worker.run(NOW, [])
            found = [
                name
                for hour in [partition(folder, HOUR)]
                for file in split_superseded(hour)[0]
                for name in pq.read_table(file.path, columns=["name"], partitioning=None)["name"].to_pylist()
            ]
            assert sorted(found) == sorted(all_names(range(written))), f"seed {seed}"
