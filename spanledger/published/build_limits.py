"""What a build may take of the machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What does not fit in memory goes to a temporary file beside the work, and comes back. ``step_rows``: more new
    spans than that are read in steps, in their order of arrival; a step takes whole files of the lake."""

    memory_bytes: int = 4 * 1024**3
    threads: int = 2
    step_rows: int = 1_000_000


USUAL_LIMITS = Limits()
