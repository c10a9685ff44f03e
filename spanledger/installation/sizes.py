"""`run/disk.json`: bytes of each folder of the data directory, measured once a day, so that growth can be told."""

from datetime import date, timedelta
from pathlib import Path

from collector.files import read_json, write_json
from transforms.installation import DISK, FOLDERS, run_of, size_of

KEPT_DAYS = 400


def measure(data: Path, today: date) -> None:
    """Measure, if today has not been measured. Raises OSError, and ValueError for a file that is damaged."""
    path = run_of(data) / DISK
    before = read_json(path) or {}
    if today.isoformat() in before:
        return
    oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
    kept = {day: sizes for day, sizes in before.items() if day > oldest}
    sizes = {name: size_of(data / name) for name in FOLDERS if (data / name).is_dir()}
    write_json(path, kept | {today.isoformat(): sizes})
