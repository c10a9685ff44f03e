"""The lake: Parquet files by hour of arrival, each saying which log segments it holds.

    spans/ingest_date=YYYY-MM-DD/ingest_hour=HH/<segment>.parquet            one segment
    spans/ingest_date=YYYY-MM-DD/ingest_hour=HH/compact-….parquet            several, merged by compaction
    spans/ingest_date=YYYY-MM-DD/ingest_hour=HH/rewrite-….parquet            one of these, read again
    logs/ingest_date=YYYY-MM-DD/ingest_hour=HH/<segment>.logs.parquet        what came as logs or metrics

A file appears whole, by rename, and never changes. A merged or rewritten file replaces the ones it was made of from the
moment it appears: `active_files` leaves out every file whose segments another file holds in a later generation, or in
the same one together with more. So a reader that asks it never sees a row twice, whenever a crash came. A segment's
generation is how often it was rewritten, a file's is the highest of its segments'. Names that start with a dot are
being written.
"""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

import pyarrow as pa
import pyarrow.compute as pc

from collector.store.lake_file import ROW_GROUP_ROWS, TREES, LakeError, LakeFile, open_writer
from collector.store.lake_store import LOCAL, LakeStore
from collector.wal.segments import Header

COMPACT_PREFIX, REWRITE_PREFIX = "compact-", "rewrite-"
LOCK_NAME = "lake.lock"
"""In `run/`: held by whoever replaces files, so that compaction and rewriting never work at once."""
READERS_NAME = "lake.readers"
"""In `run/`: shared by builds, which may take longer than the grace; what was replaced stays while one reads."""
_LOOKS = 10


def partition(spans: PurePath, hour: datetime.datetime) -> PurePath:
    """The folder of an hour of arrival (UTC)."""
    return spans / f"ingest_date={hour:%Y-%m-%d}" / f"ingest_hour={hour:%H}"


def segment_path(spans: PurePath, header: Header) -> PurePath:
    """Where a segment lands."""
    return partition(spans, header.hour) / f"{header.segment}.parquet"


def logs_header(header: Header) -> Header:
    """As whose the logs and metrics of a segment land: a name of their own, so that either can be there alone."""
    return dataclasses.replace(header, segment=f"{header.segment}.logs")


def is_landed(spans: PurePath, header: Header, store: LakeStore = LOCAL) -> bool:
    """Whether the lake already holds the segment, in its own file or in a merged one."""
    return _holder(spans, header, store) is not None


def landed_rows(spans: PurePath, header: Header, store: LakeStore = LOCAL) -> int | None:
    """How many rows of the segment the lake holds; None where it does not hold the segment. Raises LakeError."""
    file = _holder(spans, header, store)
    return None if file is None else rows_of_segment(file, header.segment, store)


def _holder(spans: PurePath, header: Header, store: LakeStore) -> LakeFile | None:
    return store.holder(segment_path(spans, header), header.segment, (COMPACT_PREFIX, REWRITE_PREFIX))


def rows_of_segment(file: LakeFile, segment: str, store: LakeStore = LOCAL) -> int:
    """How many rows of ``file`` came with one of its segments."""
    if file.segments == (segment,):
        return file.rows
    with store.opened(file.path) as opened:
        column = opened.read(columns=["segment"])["segment"]
    return int(pc.sum(pc.equal(column, segment)).as_py() or 0)


def write_segment(spans: PurePath, header: Header, table: pa.Table, store: LakeStore = LOCAL) -> PurePath:
    """Land a segment's spans; afterwards they are durable and visible. Raises OSError, leaving nothing visible."""
    path = segment_path(spans, header)
    with open_writer(store.aside(path), (header.segment,)) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
    store.publish(path)
    return path


def partitions(spans: Path) -> Iterator[Path]:
    """The folders of a tree on this machine that hold files, oldest hour first."""
    return iter(sorted(spans.glob("ingest_date=*/ingest_hour=*")))


def active_files(lake: PurePath, store: LakeStore = LOCAL) -> list[LakeFile]:
    """The files of ``lake`` to read for every span exactly once, by hour and name. Raises LakeError, OSError."""
    for look in range(_LOOKS):
        try:
            return [file for tree in TREES for file in _active(lake / tree, store)]
        except FileNotFoundError:  # merged and removed between our listing and our reading: what replaced it is there
            if look == _LOOKS - 1:
                raise
    raise AssertionError("unreachable")


def _active(tree: PurePath, store: LakeStore) -> Iterator[LakeFile]:
    hours = [hour.paths() for hour in store.hours(tree)]
    files = iter(store.read([path for paths in hours for path in paths]))
    for paths in hours:
        yield from split([next(files) for _ in paths])[0]


def split_superseded(folder: Path) -> tuple[list[LakeFile], list[LakeFile]]:
    """`split` of one folder of this machine."""
    return split(LOCAL.read(path for path in sorted(folder.glob("*.parquet")) if not path.name.startswith(".")))


def split(files: Iterable[LakeFile]) -> tuple[list[LakeFile], list[LakeFile]]:
    """The files of one hour that count, and those that a merged or rewritten file has replaced.

    Raises LakeError when two files that count hold the same segment.
    """
    owners: dict[str, LakeFile] = {}
    active: list[LakeFile] = []
    superseded: list[LakeFile] = []
    for file in sorted(files, key=lambda file: (-file.generation, -len(file.segments), file.path.name)):
        held_by = {owners[segment].path.name for segment in file.segments if segment in owners}
        if not held_by:
            active.append(file)
            owners.update(dict.fromkeys(file.segments, file))
        elif len(held_by) == 1 and all(segment in owners for segment in file.segments):
            superseded.append(file)
        else:
            raise LakeError(f"{file.path} overlaps {', '.join(sorted(held_by))} only in part; restore from a backup")
    return sorted(active, key=lambda file: file.path.name), superseded
