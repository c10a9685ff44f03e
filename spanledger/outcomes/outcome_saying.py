"""Outcomes that the command line says: into `records/outcomes/`, beside a running collector, each revision once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.store import outcome_files
from spanledger.outcomes import outcome_history
from spanledger.published import current
from transforms.outcomes import KEY, SUBJECTS, Revision, table


@dataclass(frozen=True)
class Said:
    """What became of revisions: how many are new, and how many were known already (sent or read before)."""

    new: int
    known: int


def say(data: Path, revisions: Sequence[Revision], now: datetime) -> Said:
    """Keep those of ``revisions`` that are not in the records yet. Raises OSError, LakeError."""
    each = {_key(one.organization, one.revision_id): one for one in reversed(revisions)}
    known = _known(data, {revision_id for _, revision_id in each})
    fresh = [one for key, one in reversed(each.items()) if key not in known]
    if fresh:
        digest = hashlib.sha256("\n".join(one.revision_id for one in fresh).encode()).hexdigest()[:12]
        part = f"{now:%Y%m%dT%H%M%S%fZ}-{digest}"
        outcome_files.write(outcome_files.folder_of(data.absolute()), part, table(fresh, now, None))
    return Said(len(fresh), len(revisions) - len(fresh))


def _key(organization: str | None, revision_id: str) -> tuple[str, str]:
    return organization or "", revision_id


def _known(data: Path, wanted: set[str]) -> set[tuple[str, str]]:
    """Those of the revision ids that are in the records, with their organizations."""
    ids, found = pa.array(wanted, pa.string()), set()
    for file in outcome_history.files(data):
        keys = pq.ParquetFile(file.path).read(columns=list(KEY))
        for row in keys.filter(pc.is_in(keys["revision_id"], ids)).to_pylist():
            found.add(_key(row["organization"], row["revision_id"]))
    return found


def unknown(data: Path, revisions: Sequence[Revision]) -> list[str]:
    """What ``revisions`` name and the published build does not know, in words; nothing where none is published.

    Raises Failure when the build cannot be read.
    """
    if current.published(data) is None:
        return []
    with current.opened(data) as connection:
        return [text for subject in SUBJECTS for text in _unknown(connection, subject, revisions)]


def _unknown(connection: duckdb.DuckDBPyConnection, subject: str, revisions: Sequence[Revision]) -> list[str]:
    named = [(one.organization or "", getattr(one, subject)) for one in revisions if getattr(one, subject) is not None]
    if not named:
        return []
    names = [{"organization": organization, "name": name} for organization, name in named]
    rows = connection.execute(current.question("unknown_tasks"), {"subject": subject, "names": names}).fetchall()
    return [
        f"{subject} {name}" + (f" of organization {organization}" if organization else "")
        for organization, name in rows
    ]
