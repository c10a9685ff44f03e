"""What a build may take of the machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What does not fit in memory goes to a temporary file beside the work, and comes back."""

    memory_bytes: int = 4 * 1024**3
    threads: int = 2
