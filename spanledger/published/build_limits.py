"""What a build may take of the machine."""

from dataclasses import dataclass, replace
from typing import Self

ROWS_OF_A_THREAD = 122_880
"""A row group, what DuckDB gives one thread of a scan: below it a second thread only burns CPU looking for work."""


@dataclass(frozen=True)
class Limits:
    """What does not fit in memory goes to a temporary file beside the work, and comes back. ``step_rows``: more new
    spans than that are read in steps, in their order of arrival; a step takes whole files of the lake."""

    memory_bytes: int = 4 * 1024**3
    threads: int = 2
    step_rows: int = 1_000_000

    def for_rows(self, rows: int) -> Self:
        """What a build of a lake of so many spans takes: no more threads than find work."""
        return replace(self, threads=min(self.threads, 1 + rows // ROWS_OF_A_THREAD))


USUAL_LIMITS = Limits()
