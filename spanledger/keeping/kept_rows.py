"""Rows of a model that a build takes from Parquet files instead of computing them."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import duckdb

from spanledger.published.project import described

Part = tuple[Sequence[Path], str]
"""Files, and a condition on their rows; no condition where it is empty."""


def open_rows(connection: duckdb.DuckDBPyConnection, name: str, layer: str, model: str, parts: Iterable[Part]) -> None:
    """The view ``name`` of the rows of ``parts``, with the columns that the contract of ``layer``'s ``model`` has
    today: null where a file has none."""
    known = columns(layer, model)
    typed = ", ".join(f'null::{kind} as "{column}"' for column, kind in known)
    rows = [f"select {typed} where false", *(_rows(connection, part, dict(known)) for part in parts if part[0])]
    connection.execute(f"create view {name} as {' union all by name '.join(rows)}")


def _rows(connection: duckdb.DuckDBPyConnection, part: Part, known: dict[str, str]) -> str:
    paths, where = part
    source = f"read_parquet({[str(path) for path in paths]}, hive_partitioning = false, union_by_name = true)"
    there = [name for name, *_ in connection.execute(f"describe from {source}").fetchall() if name in known]
    typed = ", ".join(f'"{name}"::{known[name]} as "{name}"' for name in there)
    return f"select {typed} from {source}{f' where {where}' if where else ''}"


@cache
def columns(layer: str, model: str) -> tuple[tuple[str, str], ...]:
    """Name and type of each column of a model, from the contract beside it."""
    said = next(one for one in described(layer) if one["name"] == model)
    return tuple((column["name"], column["data_type"]) for column in said["columns"])
