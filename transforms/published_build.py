"""Where the published build stands below a data directory, for everybody who reads or publishes one.

builds/CURRENT                         the id of the published build
builds/<build id>/warehouse.duckdb     a build; never changes
"""

from pathlib import Path


def pointer_of(data: Path) -> Path:
    """The file that names the published build."""
    return data / "builds" / "CURRENT"


def current_build(data: Path) -> str | None:
    """The id of the published build; None before the first. Raises OSError where the file cannot be read. Cheap enough
    to ask every few seconds."""
    try:
        return pointer_of(data).read_text().strip() or None
    except FileNotFoundError:
        return None


def warehouse_of(data: Path, build_id: str) -> Path:
    """The database of a build."""
    return data / "builds" / build_id / "warehouse.duckdb"
