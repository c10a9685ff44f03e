"""New files of the lake: what has landed since the last look, each segment once."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.budget.provisional import COLUMNS, Row
from collector.config import CollectorConfig
from collector.store.lake import COMPACT_PREFIX, REWRITE_PREFIX, TREES, partitions, read_file
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, SegmentError, read_header

_RECENT = 3
"""Hours of arrival that every look goes through; older ones are looked at now and then (`is_thorough`)."""


class Arrivals:
    """Of one lake; ``known`` segments are passed over."""

    def __init__(self, config: CollectorConfig, known: Collection[str]) -> None:
        self._config = config
        self._segments = set(known)
        self._looked_at: dict[Path, int] = {}
        self._names: set[Path] = set()

    def new(self, *, is_thorough: bool) -> Iterator[tuple[str, list[Row]]]:
        """Rows of each segment that has landed since. A file that compaction took away meanwhile comes with the one
        that replaces it."""
        for tree in TREES:
            folders = list(partitions(self._config.lake / tree))
            for folder in folders if is_thorough else folders[-_RECENT:]:
                changed = folder.stat().st_mtime_ns
                if self._looked_at.get(folder) == changed:
                    continue
                for path in sorted(folder.glob("[!.]*.parquet")):
                    yield from self._read(path)
                self._looked_at[folder] = changed

    def as_of_ns(self, now_ns: int) -> int:
        """All that had arrived by then is in the lake: now, or when the oldest segment that waits was begun."""
        begun = [now_ns]
        for suffix in (SEALED_SUFFIX, OPEN_SUFFIX):
            for path in self._config.log.glob("*" + suffix):
                try:
                    begun.append(read_header(path).opened_at_ns)
                except (FileNotFoundError, SegmentError):
                    continue  # landed meanwhile, or just being started
        return min(begun)

    def _read(self, path: Path) -> Iterator[tuple[str, list[Row]]]:
        if path in self._names:
            return
        is_made = path.name.startswith((COMPACT_PREFIX, REWRITE_PREFIX))
        try:
            held = read_file(path).segments if is_made else (path.stem,)
            new = [segment for segment in held if segment not in self._segments]
            rows = _rows(path, new) if new else []
        except FileNotFoundError:
            return
        self._names.add(path)
        for segment in new:
            self._segments.add(segment)
            yield segment, [row for row in rows if row["segment"] == segment]


def _rows(path: Path, segments: list[str]) -> list[Row]:
    with pq.ParquetFile(path) as file:
        there = set(file.schema_arrow.names)
        table = file.read(columns=[name for name in COLUMNS if name in there])
    table = table.filter(pc.is_in(table["segment"], pa.array(segments)))
    missing: dict[str, None] = dict.fromkeys(name for name in COLUMNS if name not in there)
    found: list[Row] = [{**missing, **row} for row in table.to_pylist()]
    return found
