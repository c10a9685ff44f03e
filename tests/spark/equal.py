"""Whether two tables hold the same rows: EXCEPT ALL both ways, doubles to one unit in the last place."""

import math
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

SHOWN = 3
ALONE = """
with rows_of_both as (
  select 1 as side, {columns} from made
  union all
  select -1 as side, {columns} from expected
)
select sum(side)::bigint as times, * exclude (side) from rows_of_both group by all having times <> 0
"""
"""EXCEPT ALL both ways in one pass: how many times more often a row is in `made` (below zero: in `expected`)."""


def differences(made: pa.Table, expected: pa.Table | Path, types: list[tuple[str, str]]) -> list[str]:
    """What differs between ``made`` and ``expected``, a table or a Parquet file; columns have DuckDB's ``types``."""
    names = [name for name, _ in types]
    if sorted(made.column_names) != sorted(names):
        only = sorted(set(made.column_names) ^ set(names))
        return [f"columns of one side alone, or twice: {only or made.column_names}"]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("made", made)
        connection.register("expected", pq.read_table(expected) if isinstance(expected, Path) else expected)
        columns = ", ".join(f'cast("{name}" as {_storable(of)}) as "{name}"' for name, of in types)
        apart = connection.execute(ALONE.format(columns=columns)).fetchall()
        rows = connection.execute("select count(*) from expected").fetchall()[0][0]
    more = [row for times, *row in apart for _ in range(times)]
    less = [row for times, *row in apart for _ in range(-times)]
    if _nearly(more, less):
        return []
    return [f"{len(more)} rows are Spark's alone, {len(less)} DuckDB's, of {rows}", *_shown(more, less, names)]


def _storable(of: str) -> str:
    return of.replace("HUGEINT", "DECIMAL(38, 0)")


def _nearly(more: list[Any], less: list[Any]) -> bool:
    if len(more) != len(less):
        return False
    paired = zip(sorted(more, key=_blurred), sorted(less, key=_blurred), strict=True)
    return all(_same(one, other) for one, other in paired)


def _blurred(value: Any) -> str:
    """A key by which rows that differ in their doubles' last digits stand in one order."""
    if isinstance(value, float):
        return f"{value:.6e}"
    if isinstance(value, tuple | list):
        return "(" + ",".join(map(_blurred, value)) + ")"
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_blurred(part)}" for name, part in value.items()) + "}"
    return repr(value)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other)) or math.nextafter(one, other) == other
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(one == other)


def _shown(more: list[Any], less: list[Any], names: list[str]) -> list[str]:
    lines = []
    more, less = sorted(more, key=_blurred), sorted(less, key=_blurred)
    for one, other in list(zip(more, less, strict=False))[:SHOWN]:
        apart = {name: (a, b) for name, a, b in zip(names, one, other, strict=True) if not _same(a, b)}
        lines.append(f"Spark's, DuckDB's: {str(apart)[:600]}")
    for side, rows in (("Spark's", more[len(less) :]), ("DuckDB's", less[len(more) :])):
        lines += [f"{side} alone: {str(dict(zip(names, row, strict=True)))[:600]}" for row in rows[:SHOWN]]
    return lines
