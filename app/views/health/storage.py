"""What the data directory takes on the disk and how fast that grows; what is kept how long."""

from datetime import datetime
from pathlib import Path

from app import figures, grids
from app.cards import finding
from app.grids import Column
from app.installation import disk, kept
from app.views.health import words


def section(data: Path, now: datetime) -> None:
    """Folder by folder, with their sum."""
    if not data.is_dir():
        return
    folders = sorted(disk.folders(data, now.date()), key=lambda one: -one.bytes)
    rows = [
        {"name": one.name, "meaning": words.FOLDERS[one.name], "bytes": one.bytes, "growth": one.grown_a_day}
        for one in folders
    ]
    total = sum(one.bytes for one in folders)
    growth = [one.grown_a_day for one in folders if one.grown_a_day is not None]
    grown = sum(growth) if growth else None
    finding(f"{figures.size(total)} on the disk, {figures.size(disk.free_bytes(data))} free", _kept_for(data))
    grids.grid(
        rows,
        [
            Column("name", "Folder", html=lambda row: grids.explained(f"{row['name']}/", row["meaning"])),
            grids.number("bytes", "Size", figures.size, bar=True, exact=lambda value: f"{value:,} bytes"),
            grids.number("growth", "Grows by, a day", _growth, definition=words.GROWTH),
        ],
        total={"name": "All", "bytes": total, "growth": grown},
    )


def _growth(number: float | None) -> str:
    shown = figures.size(number)
    return f"+{shown}" if number is not None and number >= 1 else shown


def _kept_for(data: Path) -> str:
    """Retention in force, as far as it is known."""
    said = next((one.value("keep_spans_days") for one in kept.settings(data)), None)
    gone = len(list((data / "records" / "retention").glob("[!.]*.parquet")))
    removed = f"; {figures.count(gone)} days were removed so far" if gone else ""
    if said is None:
        return f"How long raw spans are kept is not known here{removed}. Figures stay."
    how = "for ever" if said == "not set" else f"{said} days of arrival (keep_spans_days)"
    return f"Raw spans are kept {how}{removed}. Figures always stay."
