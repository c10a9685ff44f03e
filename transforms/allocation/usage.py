"""What was used, counted by somebody else: one row per day, metric and user of it, from CSV read strictly.

    date,metric,quantity,team,project
    2026-10-01,vector_queries,120000,search,ranking

Optional columns say whose it is: `organization`, `environment`, `team`, `project`, `cost_center`. Rows of the same day,
metric and owner add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from transforms.allocation.sources import TAGGED
from transforms.csv_lines import Line, read_lines
from transforms.pricing.charges import ChargeError

REQUIRED = ("date", "metric", "quantity")
MICRO = Decimal("0.000001")
LARGEST = Decimal(10) ** 11
SCHEMA = pa.schema(
    [("metric", pa.string()), ("date", pa.date32()), *[(name, pa.string()) for name in TAGGED], ("micro", pa.int64())]
)
"""Quantities in millionths; owners null where nobody is said, the organization then ''."""


@dataclass(frozen=True)
class Usage:
    """One row. ``micro``: millionths of what is counted; ``owner``: the values of `TAGGED`, None where not said."""

    metric: str
    date: date
    owner: tuple[str | None, ...]
    micro: int


def read_usage(text: str, name: str) -> tuple[Usage, ...]:
    """The rows of a file. ``name`` stands in errors. Raises ChargeError naming file, line and column."""
    return tuple(_usage(line) for line in read_lines(text, name, REQUIRED, TAGGED, ChargeError))


def usage_table(rows: Iterable[Usage]) -> pa.Table:
    """Rows with `SCHEMA`."""
    return pa.Table.from_pylist(
        [
            dict(zip(TAGGED, row.owner, strict=True))
            | {"metric": row.metric, "date": row.date, "organization": row.owner[0] or "", "micro": row.micro}
            for row in rows
        ],
        schema=SCHEMA,
    )


def _usage(line: Line) -> Usage:
    day = line.day("date") or line.refuse("date is empty, expected YYYY-MM-DD")
    quantity = line.amount("quantity")
    if not 0 <= quantity <= LARGEST or quantity % MICRO:
        line.refuse(f"quantity is {quantity}, expected a number from 0 to {LARGEST} of at most 6 decimals")
    owner = tuple(line.text(column) or None for column in TAGGED)
    return Usage(line.required("metric"), day, owner, int(quantity / MICRO))
