"""Merging the small files of closed hours into large ones, without a moment at which a row is missing or there twice.

An hour is closed once it is over and no segment of the log belongs to it. Whole files are merged, never parts of them,
so that a file's segments are always a union of its inputs' segments; that is what lets `lake.active_files`
tell which files count. Inputs are removed only after a grace period, for readers that still hold their names.
"""

import datetime
import hashlib
import logging
import time
from collections.abc import Collection, Hashable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path, PurePath

import pyarrow as pa

from collector.files import alone
from collector.store.lake import COMPACT_PREFIX, partition, split
from collector.store.lake_file import ROW_GROUP_ROWS, LakeError, LakeFile, open_writer
from collector.store.lake_store import LANDING_S, LOCAL, Hour, LakeStore
from transforms.columns import SCHEMA

logger = logging.getLogger(__name__)

_BUFFER_BYTES = 128 * 1024 * 1024


class Compaction:
    """Compacts one lake, pass by pass; one process at a time."""

    def __init__(
        self,
        spans: PurePath,
        *,
        max_rows: int,
        grace_s: float,
        store: LakeStore = LOCAL,
        readers: Path | None = None,
    ) -> None:
        """``readers`` is the lock file that builds share while they read (`lake.READERS_NAME`)."""
        self._spans = spans
        self._store = store
        self._readers = readers
        self._max_rows = max_rows
        self._grace_s = grace_s
        self._settled: dict[PurePath, Hashable] = {}  # folder -> its stamp when nothing was left to do

    def run(self, now: datetime.datetime, busy_hours: Collection[datetime.datetime]) -> int:
        """One pass over every closed hour; returns how many files were merged into others.

        ``busy_hours`` are the hours that segments still in the log belong to.
        """
        busy = {partition(self._spans, hour) for hour in busy_hours}
        current = partition(self._spans, now)
        merged = 0
        for hour in self._store.hours(self._spans):
            if hour.folder < current and hour.folder not in busy:
                merged += self._compact(hour)
        return merged

    def _compact(self, hour: Hour) -> int:
        if self._settled.get(hour.folder) == hour.stamp:
            return 0
        # What a crash left half written: merged files only this process writes, and it is not at it now; others may be
        # landing just now, perhaps from another receiver.
        self._store.clear(hour.folder, f"{COMPACT_PREFIX}*")
        is_left = self._store.clear_old(hour.folder, max(self._grace_s, LANDING_S))
        active, superseded = split(self._store.read(hour.paths()))
        merged = 0
        for group in groups(active, self._max_rows):
            merge(hour.folder, group, self._store)
            merged += len(group)
        if not merged and not self._remove(active, superseded) and not is_left:
            self._settled[hour.folder] = hour.stamp
        return merged

    def _remove(self, active: list[LakeFile], superseded: list[LakeFile]) -> bool:
        """Remove replaced files once all that count are older than the grace; whether there is more to do."""
        if not superseded:
            return False
        if time.time() - max(file.appeared_at for file in active) >= self._grace_s:
            with nullcontext(True) if self._readers is None else alone(self._readers) as nobody_reads:
                if nobody_reads:
                    self._store.remove(superseded)
        return True


def groups(files: list[LakeFile], max_rows: int) -> list[list[LakeFile]]:
    """Which files to merge: neighbours, at least two, together at most ``max_rows``; large enough ones stay alone."""
    result: list[list[LakeFile]] = []
    group: list[LakeFile] = []
    rows = 0
    for file in files:
        if file.rows * 2 > max_rows:
            continue
        if rows + file.rows > max_rows:
            result.append(group)
            group, rows = [], 0
        group.append(file)
        rows += file.rows
    return [group for group in [*result, group] if len(group) > 1]


def merge(folder: PurePath, files: list[LakeFile], store: LakeStore = LOCAL) -> PurePath:
    """Write one file with the rows of ``files``, in their order. The name depends on the segments alone."""
    segments = tuple(segment for file in files for segment in file.segments)
    digest = hashlib.sha256("\n".join(segments).encode()).hexdigest()[:12]
    path = folder / f"{COMPACT_PREFIX}{segments[0]}-{segments[-1]}-{digest}.parquet"
    generations = tuple(number for file in files for number in file.generations or (0,) * len(file.segments))
    rows = 0
    aside = store.aside(path)
    with open_writer(aside, segments, generations) as writer:
        for table in grouped(batch for file in files for batch in batches_of(file, store)):
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
            rows += table.num_rows
    expected = sum(file.rows for file in files)
    if rows != expected:
        aside.unlink()
        raise RuntimeError(f"{path}: merging gave {rows} rows, its inputs hold {expected}; nothing was replaced")
    store.publish(path)
    logger.info("merged %d files with %d spans into %s", len(files), rows, path.name)
    return path


def batches_of(file: LakeFile, store: LakeStore = LOCAL) -> Iterator[pa.RecordBatch]:
    """The rows of ``file`` in small pieces."""
    with store.opened(file.path) as source:
        yield from source.iter_batches(batch_size=16_384)


def grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows in pieces of about a row group, or of bounded memory where rows are large."""
    pieces: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        pieces.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= ROW_GROUP_ROWS or size >= _BUFFER_BYTES:
            yield with_todays_columns(pieces)
            pieces, rows, size = [], 0, 0
    if pieces:
        yield with_todays_columns(pieces)


def with_todays_columns(pieces: list[pa.RecordBatch]) -> pa.Table:
    """The pieces as one table of `SCHEMA`. A file of an older version lacks some: they are null there. One of a newer
    version has more, which must not be lost: LakeError."""
    tables = [pa.Table.from_batches([piece.replace_schema_metadata(None)]) for piece in pieces]
    unknown = sorted({name for table in tables for name in table.column_names} - set(SCHEMA.names))
    if unknown:
        raise LakeError(f"a lake file has columns of a newer version ({', '.join(unknown)}); run that version")
    return pa.concat_tables([SCHEMA.empty_table(), *tables], promote_options="default").cast(SCHEMA)
