"""Acknowledging an anomaly: a note in `records/annotations/`, kept like every other annotation and never changed.

The build reads them: `rpt_anomalies` says who acknowledged what, when and with which words; the latest note counts.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.budget import annotations
from collector.budget.annotations import Annotation

KIND = "anomaly_note"


@dataclass(frozen=True)
class Note:
    """What somebody said of an anomaly."""

    said_at: datetime
    by: str
    note: str


def write(data: Path, anomaly_id: str, note: Note) -> None:
    """Keep ``note``. Raises OSError."""
    content = {"anomaly": anomaly_id, "note": note.note, "by": note.by}
    one = Annotation(annotations.new_id(note.said_at), KIND, None, note.said_at, note.by, content)
    annotations.write(annotations.folder_of(data), one)


def read(data: Path) -> dict[str, Note]:
    """The latest note of each anomaly, by its id."""
    said = [one for one in annotations.read(annotations.folder_of(data)) if one.kind == KIND]
    return {one.content["anomaly"]: Note(one.said_at, one.content["by"], one.content["note"]) for one in said}
