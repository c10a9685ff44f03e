"""The FOCUS export: charges of the published build as a file other billing tools read.

What a row is and what its columns mean stands in docs/focus.md. Streamed by the database; decimals stay decimals,
instants are UTC.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from spanledger import formats
from spanledger.exits import USAGE, Failure
from spanledger.focus.focus_versions import columns
from spanledger.published import current

GRAINS = ("task", "day", "call")
"""What a row stands for, beside UTC day and price."""

SUFFIXES = {".parquet": "parquet", ".csv": "csv"}
INSTANTS = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart", "x_StartedAt")
EMPTY = {"task": ("x_CallId", "x_StartedAt"), "day": ("x_CallId", "x_StartedAt", "x_TaskId"), "call": ()}
"""Columns that a grain leaves out: nothing stands in them."""


@dataclass(frozen=True)
class Shape:
    """What a file looks like: version of FOCUS, one of `GRAINS`, parquet or csv."""

    version: str
    grain: str
    form: str


@dataclass(frozen=True)
class Export:
    """What a written file holds; ``effective_usd`` is what calls and other charges of the period cost."""

    rows: int
    billed_usd: Decimal
    effective_usd: Decimal


def form_of(output: Path | None, form: str | None) -> str:
    """The format asked for, else the one that the file's name says, else CSV. Raises Failure for another suffix."""
    if form or output is None:
        return form or "csv"
    if output.suffix not in SUFFIXES:
        raise Failure(f"{output}: expected a name that ends in {' or '.join(SUFFIXES)}, or --format", USAGE)
    return SUFFIXES[output.suffix]


def write(data: Path, first: date, last: date, shape: Shape, output: Path | None) -> Export:
    """Write the UTC days ``first`` to ``last``, both included, to ``output`` or to standard output. Raises Failure."""
    with current.opened(data) as connection:
        _refuse_older(connection)
        current.refuse_closed(connection, first, "the export")
        for name, value in (("per", shape.grain), ("first", first), ("last", last)):
            connection.execute(f"set variable {name} = ?", [value])
        formats.write(_rows(connection, shape), shape.form, output)
        totals = connection.sql(current.question("focus_totals")).fetchone()
    if totals is None:
        raise AssertionError("sums without a row")
    return Export(*totals)


def _refuse_older(connection: duckdb.DuckDBPyConnection) -> None:
    if not connection.sql("from duckdb_functions() where function_name = 'focus_rows'").fetchone():
        raise Failure("the published build cannot be exported, it was made by an older version; run `spanledger build`")


def _rows(connection: duckdb.DuckDBPyConnection, shape: Shape) -> duckdb.DuckDBPyRelation:
    """The rows that the connection's variables ask for; a query with parameters instead would be held in memory."""
    rows = connection.sql(current.question("focus"))
    told = [name for name in rows.columns if name not in EMPTY[shape.grain]]
    spelled = {name: _spelled(taken, shape.form) for name, taken in columns(shape.version, told).items()}
    return rows.project(", ".join(f'{value} as "{name}"' for name, value in spelled.items()))


def _spelled(name: str, form: str) -> str:
    """A column as the file has it: text spells instants as FOCUS does (2026-10-01T00:00:00Z)."""
    return f"strftime(\"{name}\", '%Y-%m-%dT%H:%M:%SZ')" if form == "csv" and name in INSTANTS else f'"{name}"'
