"""How far the published build is behind the lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from collector.lake import LakeFile, active_files
from spanledger.current import published


@dataclass(frozen=True)
class Behind:
    """What the lake holds and the published build does not."""

    segments: Sequence[str]
    files: Sequence[LakeFile]  # those with at least one such segment
    lake_rows: int

    @property
    def is_fresh(self) -> bool:
        """Whether the build holds everything."""
        return not self.segments


def behind(data: Path, lake: Path) -> Behind:
    """Compare; without a build everything is missing. Raises LakeError, FileNotFoundError, duckdb.Error."""
    warehouse = published(data)
    held = _segments(warehouse) if warehouse else set()
    files = active_files(lake)
    missing = [file for file in files if not held.issuperset(file.segments)]
    segments = sorted({segment for file in missing for segment in file.segments} - held)
    return Behind(segments, missing, sum(file.rows for file in files))


def _segments(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {segment for (segment,) in connection.execute("select segment from meta.segments").fetchall()}
