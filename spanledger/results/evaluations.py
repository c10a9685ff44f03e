"""What the evaluations of each step say of each model: what Opportunities and `budget alternatives` both judge by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import duckdb

from spanledger.results.table import question
from transforms.budgets.evidence import Evidence

DAYS = 90
"""Of evaluations, before the organization's newest, that are taken into account unless others are asked for."""

Step = tuple[str | None, ...]
"""Organization, workflow, step."""


def read(connection: duckdb.DuckDBPyConnection, days: int = DAYS) -> Mapping[Step, Sequence[Evidence]]:
    """By step; a step that was not evaluated has no entry."""
    found: defaultdict[Step, list[Evidence]] = defaultdict(list)
    for organization, workflow, step, *said in connection.execute(question("step_evidence"), {"days": days}).fetchall():
        found[organization, workflow, step].append(Evidence(*said))
    return dict(found)
