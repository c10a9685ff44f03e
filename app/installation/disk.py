"""What the data directory takes on the disk, folder by folder, and how fast that grows."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.installation.kept import read
from transforms.installation import DISK, FOLDERS, run_of, size_of

SINCE_DAYS = 7
"""Growth is told over so many days at most: what it was a month ago says little of tomorrow."""


@dataclass(frozen=True)
class Folder:
    """One folder: bytes now, and bytes a day that it has grown by (None until it was measured on two days)."""

    name: str
    bytes: int
    grown_a_day: float | None


def folders(data: Path, today: date) -> list[Folder]:
    """Every folder that is there. Raises DamagedError."""
    measured = {date.fromisoformat(day): sizes for day, sizes in (read(run_of(data) / DISK) or {}).items()}
    there = [(name, size_of(data / name)) for name in FOLDERS if (data / name).is_dir()]
    return [Folder(name, size, _growth(name, size, measured, today)) for name, size in there]


def free_bytes(data: Path) -> int:
    """What is left on its disk."""
    return shutil.disk_usage(data).free


def _growth(name: str, now: int, measured: Mapping[date, Mapping[str, int]], today: date) -> float | None:
    """Since the earliest day of the last week that it was measured on."""
    earlier = [day for day in measured if 0 < (today - day).days <= SINCE_DAYS and name in measured[day]]
    if not earlier:
        return None
    first = min(earlier)
    return (now - measured[first][name]) / (today - first).days
