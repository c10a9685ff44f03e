"""`records/annotations/`: what people said about budgets and anomalies, one Parquet file each, never changed.

budget_override   another limit for a time: budget, limit or factor, scope, reason, by, valid_from, valid_to
budget_approval   requests that name it may go beyond `approve` thresholds: budget, reason, by, valid_to
"""

import dataclasses
import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import aside, make_folder, publish
from transforms.budgets import overrides
from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import Budget, Override
from transforms.yaml_lines import ConfigError

OVERRIDE, APPROVAL, ANOMALY_NOTE = "budget_override", "budget_approval", "anomaly_note"
KINDS = (OVERRIDE, APPROVAL, ANOMALY_NOTE)
NOTE_FIELDS = ("anomaly", "note", "by")
SCHEMA = pa.schema(
    [
        ("annotation_id", pa.string()),
        ("kind", pa.string()),
        ("organization", pa.string()),
        ("said_at", pa.timestamp("us", tz="UTC")),
        ("token_name", pa.string()),
        ("content", pa.string()),  # JSON: the fields that the kind has
    ]
)


@dataclasses.dataclass(frozen=True)
class Annotation:
    """One of them."""

    annotation_id: str
    kind: str
    organization: str | None
    said_at: datetime
    token_name: str
    content: dict[str, Any]

    def override(self, budgets: Sequence[Budget]) -> Override:
        """What it says, as an override of one of ``budgets``; an approval is one of factor 1. Raises ConfigError."""
        said = self.content if self.kind == OVERRIDE else {**self.content, "factor": 1}
        return overrides.read_one(json.dumps(said), self.annotation_id, budgets)


def folder_of(data: Path) -> Path:
    """Where the annotations of a data directory are."""
    return data / "records" / "annotations"


def new_id(at: datetime) -> str:
    """Ids sort by time."""
    return f"{at:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"


def write(folder: Path, one: Annotation) -> None:
    """Make ``one`` durable and visible. Raises OSError."""
    make_folder(folder)
    path = folder / f"{one.annotation_id}.parquet"
    row = vars(one) | {"content": json.dumps(one.content)}
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), aside(path), compression="zstd")
    publish(path)


def read(folder: Path) -> list[Annotation]:
    """All there are, in order."""
    tables = [pq.ParquetFile(path).read() for path in sorted(folder.glob("[!.]*.parquet"))]
    rows = [row for table in tables for row in table.to_pylist()]
    return [Annotation(**(row | {"content": json.loads(row["content"])})) for row in rows]


def applied(book: BudgetBook, said: Iterable[Annotation]) -> tuple[BudgetBook, list[str]]:
    """``book`` with the overrides among ``said``, and what of them it has no use for, in words."""
    found, problems = [], []
    for one in said:
        if one.kind == OVERRIDE:
            try:
                found.append(one.override(book.budgets))
            except ConfigError as error:
                problems.append(str(error))
    return book.with_overrides(found), problems
