"""How far the published build is behind the lake and the outcomes said later."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import duckdb

from collector.store.lake import active_files
from collector.store.lake_file import LakeFile
from collector.store.lake_store import store_of
from spanledger.outcomes import outcome_history
from spanledger.published.current import published


@dataclass(frozen=True)
class Behind:
    """What the lake and the outcome records hold and the published build does not."""

    segments: Sequence[str]
    outcomes: Sequence[str]  # parts of outcome files
    files: Sequence[LakeFile]  # those with at least one such segment or part
    lake_rows: int

    @property
    def is_fresh(self) -> bool:
        """Whether the build holds everything."""
        return not self.files

    @property
    def missing(self) -> str:
        """What is missing, in words."""
        counts = (len(self.segments), "segments"), (len(self.outcomes), "files of outcomes")
        return " and ".join(f"{number} {what}" for number, what in counts if number)


def behind(data: Path, lake: PurePath) -> Behind:
    """Compare; without a build everything is missing. Raises LakeError, FileNotFoundError, duckdb.Error."""
    warehouse = published(data)
    lake_files, said = active_files(lake, store_of(lake, data)), outcome_history.files(data)
    held, known = (_seen(warehouse), _seen(warehouse, "part", "outcome_parts")) if warehouse else (set(), set())
    missing = [file for file in lake_files if not held.issuperset(file.segments)]
    unread = [file for file in said if not known.issuperset(file.segments)]
    return Behind(
        segments=_others(missing, held),
        outcomes=_others(unread, known),
        files=[*missing, *unread],
        lake_rows=sum(file.rows for file in lake_files),
    )


def _others(files: Sequence[LakeFile], seen: set[str]) -> list[str]:
    return sorted({segment for file in files for segment in file.segments} - seen)


def _seen(warehouse: Path, column: str = "segment", table: str = "segments") -> set[str]:
    """What a build has read; nothing where it was made by a version that kept no such table."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select count(*) from information_schema.tables where table_schema = 'meta' and table_name = ?"
        if connection.execute(query, [table]).fetchall() == [(0,)]:
            return set()
        return {name for (name,) in connection.execute(f"select {column} from meta.{table}").fetchall()}
