"""Notes on anomalies: in `records/annotations/`, kept like every other annotation and never changed.

`spanledger annotate` and `POST /v1/annotations` write them, the build reads them: `rpt_anomalies` says who acknowledged
what, when and with which words. The latest note counts. One that a token of an organization said speaks of that
organization's anomalies alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.budget import annotations
from collector.budget.annotations import ANOMALY_NOTE, Annotation


@dataclass(frozen=True)
class Note:
    """What somebody said of an anomaly. ``organization`` is the one that the speaker's token belongs to, if to one."""

    anomaly_id: str
    said_at: datetime
    by: str
    note: str
    organization: str | None = None


def write(data: Path, note: Note) -> None:
    """Keep ``note``. Raises OSError."""
    content = {"anomaly": note.anomaly_id, "note": note.note, "by": note.by}
    said_at = note.said_at
    one = Annotation(annotations.new_id(said_at), ANOMALY_NOTE, note.organization, said_at, note.by, content)
    annotations.write(annotations.folder_of(data), one)


def read(data: Path) -> list[Note]:
    """All there are, in order of time."""
    said = [one for one in annotations.read(annotations.folder_of(data)) if one.kind == ANOMALY_NOTE]
    return [
        Note(one.content["anomaly"], one.said_at, one.content["by"], one.content["note"], one.organization)
        for one in said
    ]


def latest(notes: Iterable[Note], anomaly_id: str, organization: str) -> Note | None:
    """The last of ``notes`` (in order) that speaks of this anomaly of ``organization``."""
    fit = [one for one in notes if one.anomaly_id == anomaly_id and one.organization in (None, organization)]
    return fit[-1] if fit else None
