"""How long the log has kept what is not in the lake yet."""

from datetime import UTC, datetime
from pathlib import Path

SEALED = "*.log"
"""Sealed segments; the open one is younger than `log_segment_max_age_s`."""


def waiting_since(data: Path) -> datetime | None:
    """When the oldest sealed segment was sealed; None where none waits."""
    sealed = []
    for path in (data / "log").glob(SEALED):
        try:
            sealed.append(path.stat().st_mtime)
        except FileNotFoundError:  # landed meanwhile
            continue
    return datetime.fromtimestamp(min(sealed), UTC) if sealed else None
