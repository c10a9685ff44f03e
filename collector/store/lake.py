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
import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.files import make_folder, sync_folder
from collector.wal.segments import Header
from transforms.columns import SCHEMA

TREES = ("spans", "logs")
SEGMENTS_KEY = b"spanledger.segments"
GENERATIONS_KEY = b"spanledger.generations"
COMPACT_PREFIX, REWRITE_PREFIX = "compact-", "rewrite-"
LOCK_NAME = "lake.lock"
"""In `run/`: held by whoever replaces files, so that compaction and rewriting never work at once."""
ROW_GROUP_ROWS = 131_072

_UNIQUE = ("span_id", "parent_span_id", "trace_id", "response_id", "previous_response_id", "input_hash", "output_hash")
_TIMES = ("received_at_ns", "start_time_unix_nano", "end_time_unix_nano")
# A dictionary of values that hardly repeat costs time and saves nothing; times are near each other: small deltas.
_ENCODINGS = dict.fromkeys(_TIMES, "DELTA_BINARY_PACKED")
_DICTIONARY = [
    name if not pa.types.is_map(SCHEMA.field(name).type) else f"{name}.key_value.{part}"
    for name in SCHEMA.names
    if name not in (*_UNIQUE, *_TIMES)
    for part in (("key", "value") if pa.types.is_map(SCHEMA.field(name).type) else ("",))
]


class LakeError(RuntimeError):
    """The lake holds something it cannot hold by construction; names the files."""


@dataclasses.dataclass(frozen=True)
class LakeFile:
    """One file of the lake: which log segments it holds, how many spans, and how often each segment was rewritten."""

    path: Path
    segments: tuple[str, ...]
    rows: int
    generations: tuple[int, ...] = ()  # as many as segments; none stands for zeros

    @property
    def generation(self) -> int:
        """The highest of its segments'."""
        return max(self.generations, default=0)


def partition(spans: Path, hour: datetime.datetime) -> Path:
    """The folder of an hour of arrival (UTC)."""
    return spans / f"ingest_date={hour:%Y-%m-%d}" / f"ingest_hour={hour:%H}"


def segment_path(spans: Path, header: Header) -> Path:
    """Where a segment lands."""
    return partition(spans, header.hour) / f"{header.segment}.parquet"


def logs_header(header: Header) -> Header:
    """As whose the logs and metrics of a segment land: a name of their own, so that either can be there alone."""
    return dataclasses.replace(header, segment=f"{header.segment}.logs")


def is_landed(spans: Path, header: Header) -> bool:
    """Whether the lake already holds the segment, in its own file or in a merged one."""
    return _holder(spans, header) is not None


def landed_rows(spans: Path, header: Header) -> int | None:
    """How many rows of the segment the lake holds; None where it does not hold the segment. Raises LakeError."""
    file = _holder(spans, header)
    return None if file is None else rows_of_segment(file, header.segment)


def _holder(spans: Path, header: Header) -> LakeFile | None:
    path = segment_path(spans, header)
    if path.is_file():
        return read_file(path)
    made = [file for prefix in (COMPACT_PREFIX, REWRITE_PREFIX) for file in path.parent.glob(prefix + "*.parquet")]
    return next((file for file in map(read_file, made) if header.segment in file.segments), None)


def rows_of_segment(file: LakeFile, segment: str) -> int:
    """How many rows of ``file`` came with one of its segments."""
    if file.segments == (segment,):
        return file.rows
    return int(pc.sum(pc.equal(pq.read_table(file.path, columns=["segment"])["segment"], segment)).as_py() or 0)


def open_writer(path: Path, segments: tuple[str, ...], generations: tuple[int, ...] = ()) -> pq.ParquetWriter:
    """A Parquet writer for a lake file, with the encodings that suit the columns."""
    metadata = {SEGMENTS_KEY: json.dumps(segments).encode()}
    if any(generations):
        metadata[GENERATIONS_KEY] = json.dumps(generations).encode()
    return pq.ParquetWriter(
        path,
        SCHEMA.with_metadata(metadata),
        compression="zstd",
        compression_level=1,
        use_dictionary=_DICTIONARY,
        column_encoding=_ENCODINGS,
    )


def aside(path: Path) -> Path:
    """The hidden name under which ``path`` is written."""
    return path.with_name(f".{path.name}.tmp")


def publish(path: Path) -> None:
    """Make the file written at `aside` of ``path`` durable, and visible in one step."""
    descriptor = os.open(aside(path), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside(path).replace(path)
    sync_folder(path.parent)


def write_segment(spans: Path, header: Header, table: pa.Table) -> Path:
    """Land a segment's spans; afterwards they are durable and visible. Raises OSError, leaving nothing visible."""
    path = segment_path(spans, header)
    make_folder(path.parent)
    with open_writer(aside(path), (header.segment,)) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
    publish(path)
    return path


def read_file(path: Path) -> LakeFile:
    """What a lake file says about itself. Raises LakeError when it says nothing or cannot be read."""
    return _read_file(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=65_536)
def _read_file(path: Path, _mtime_ns: int) -> LakeFile:
    try:
        metadata = pq.read_metadata(path)
    except pa.ArrowInvalid as damage:
        raise LakeError(f"{path} cannot be read; restore it from a backup ({damage})") from damage
    text = (metadata.metadata or {}).get(SEGMENTS_KEY)
    if text is None:
        raise LakeError(f"{path} does not say which log segments it holds; it was not written by SpanLedger")
    generations = json.loads(metadata.metadata.get(GENERATIONS_KEY, b"[]"))
    return LakeFile(path, tuple(json.loads(text)), metadata.num_rows, tuple(generations))


def partitions(spans: Path) -> Iterator[Path]:
    """The folders that hold files, oldest hour first."""
    return iter(sorted(spans.glob("ingest_date=*/ingest_hour=*")))


def active_files(lake: Path) -> list[LakeFile]:
    """The files of ``lake`` to read for every span exactly once, by hour and name. Raises LakeError."""
    return [file for tree in TREES for folder in partitions(lake / tree) for file in split_superseded(folder)[0]]


def split_superseded(folder: Path) -> tuple[list[LakeFile], list[LakeFile]]:
    """The files of one hour that count, and those that a merged or rewritten file has replaced.

    Raises LakeError when two files that count hold the same segment.
    """
    files = [read_file(path) for path in sorted(folder.glob("*.parquet")) if not path.name.startswith(".")]
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
