"""What a build has to know of outcomes: the operator's rules, what was said since the build before, what has lapsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from collector.store.lake_file import LakeFile
from spanledger.outcomes import outcome_history
from transforms.outcome_rules import OutcomeRules, evaluation_table, workflow_table


@dataclass(frozen=True)
class OutcomePlan:
    """The outcomes' part of a plan."""

    rules: OutcomeRules
    files: Sequence[LakeFile]  # files with at least one part that the build to carry on from has not read
    parts: Sequence[str]  # those parts
    gone: Sequence[Path]  # files of revisions that are read no more
    is_complete: bool  # everything that build has read is still there
    has_lapsed: bool  # a pending task's window has passed since

    @property
    def is_needed(self) -> bool:
        """Whether a build would differ from the one before."""
        return bool(self.parts) or not self.is_complete or self.has_lapsed


def plan(
    data: Path,
    rules: OutcomeRules,
    previous: Path | None,
    next_lapse: datetime | None,
    now: datetime,
    gone: Sequence[Path] = (),
) -> OutcomePlan:
    """Compare what is recorded with what the build ``previous`` has read. Raises LakeError naming a damaged file."""
    files = outcome_history.files(data)
    there = {part for file in files for part in file.segments}
    known = _parts_of(previous) if previous else set()
    is_complete = known <= there
    if not is_complete:
        known = set()  # what a lost part said is to be taken back, so everything is read anew
    return OutcomePlan(
        rules=rules,
        files=[file for file in files if not known.issuperset(file.segments)],
        parts=sorted(there - known),
        gone=gone,
        is_complete=is_complete,
        has_lapsed=previous is not None and next_lapse is not None and next_lapse <= now,
    )


def _parts_of(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {part for (part,) in connection.execute("select part from meta.outcome_parts").fetchall()}


def open_news(connection: duckdb.DuckDBPyConnection, work: OutcomePlan) -> None:
    """`meta.outcomes`, the revisions of the new files, and the rules."""
    outcome_history.open_outcomes(connection, work.files, "meta.outcomes", work.gone)
    tables = {
        "meta.outcome_parts": pa.table({"part": pa.array(work.parts, pa.string())}),
        "meta.evaluation_rules": evaluation_table(work.rules),
        "meta.workflow_rules": workflow_table(work.rules),
    }
    for name, rows in tables.items():
        connection.register("incoming", rows)
        connection.execute(f"insert into {name} by name select * from incoming")
        connection.unregister("incoming")
