"""The files of `records/outcomes/`: outcomes said later, append-only Parquet that outlives builds.

    records/outcomes/<segment>.parquet       what one log segment brought over HTTP
    records/outcomes/<utc>-<digest>.parquet  what the command line read at one time
    records/outcomes/compact-….parquet       several of these, merged

They keep the lake's promises by the lake's means (see `lake`): a file appears whole, by rename, says which
parts it holds (its own name, or those it was merged of), and a merged one takes the place of its parts the moment it
appears. Who asks `active` never sees a row twice. Rows of one revision may still stand in two files, as it was said
twice; readers keep one of them.
"""

import datetime
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import aside, make_folder, publish
from collector.store.lake import COMPACT_PREFIX, rows_of_segment, split_superseded
from collector.store.lake_file import SEGMENTS_KEY, LakeFile
from collector.store.lake_store import LOCAL
from transforms.outcomes import SCHEMA

MANY = 16
"""So many files of past hours are worth merging."""
MAX_ROWS = 1_000_000


def folder_of(data: Path) -> Path:
    """Where the outcomes of a data directory are."""
    return data / "records" / "outcomes"


def active(folder: Path) -> list[LakeFile]:
    """The files to read for every row once; none where there is no folder. Raises LakeError naming a damaged file."""
    return split_superseded(folder)[0]


def is_there(folder: Path, part: str) -> bool:
    """Whether the part is in ``folder``, in its own file or in a merged one."""
    return _holder(folder, part) is not None


def landed_rows(folder: Path, part: str) -> int | None:
    """How many rows of a log segment ``folder`` holds; None where it does not hold the segment. Raises LakeError."""
    file = _holder(folder, part)
    return None if file is None else rows_of_segment(file, part)


def _holder(folder: Path, part: str) -> LakeFile | None:
    return LOCAL.holder(folder / f"{part}.parquet", part, (COMPACT_PREFIX,))


def write(folder: Path, part: str, rows: pa.Table) -> Path:
    """Make ``rows``, of `SCHEMA`, durable and visible as the file ``part``. Raises OSError, leaving nothing visible."""
    make_folder(folder)
    return _write(folder / f"{part}.parquet", (part,), rows)


def _write(path: Path, parts: Sequence[str], rows: pa.Table) -> Path:
    metadata = {SEGMENTS_KEY: json.dumps(parts).encode()}
    pq.write_table(rows.cast(SCHEMA).replace_schema_metadata(metadata), aside(path), compression="zstd")
    publish(path)
    return path


class OutcomeCompaction:
    """Merges the small files of past hours, one process at a time; the command line may add files meanwhile."""

    def __init__(self, folder: Path, *, grace_s: float, max_rows: int = MAX_ROWS, many: int = MANY) -> None:
        self._folder = folder
        self._grace_s = grace_s
        self._max_rows = max_rows
        self._many = many

    def run(self, now: datetime.datetime) -> int:
        """Merge where there are many, and remove what was replaced a grace ago; returns how many files were merged.

        Raises LakeError.
        """
        files, replaced = split_superseded(self._folder)
        hour = now.replace(minute=0, second=0, microsecond=0).timestamp()
        small = [file for file in files if file.rows * 2 <= self._max_rows and file.appeared_at < hour]
        if len(small) >= self._many:
            self._merge(small)
            return len(small)
        if replaced and time.time() - max(file.appeared_at for file in files) > self._grace_s:
            LOCAL.remove(sorted(replaced, key=lambda file: len(file.segments)))
        return 0

    def _merge(self, files: Sequence[LakeFile]) -> None:
        parts = [part for file in files for part in file.segments]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        tables = [pq.ParquetFile(file.path).read().replace_schema_metadata(None) for file in files]
        rows = pa.concat_tables([SCHEMA.empty_table(), *tables], promote_options="default")
        _write(self._folder / f"{COMPACT_PREFIX}{digest}.parquet", parts, rows)
