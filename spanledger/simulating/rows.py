"""Rows of a simulation as they come out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

COUNT = pa.int64()


def relation(schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> duckdb.DuckDBPyRelation:
    """Rows for `spanledger.formats`: decimals rounded to the digits of their column, of a count to whole numbers."""
    told = [{field.name: _fitted(row[field.name], field.type) for field in schema} for row in rows]
    return duckdb.connect().from_arrow(pa.Table.from_pylist(told, schema=schema))


def _fitted(value: Any, kind: pa.DataType) -> Any:
    if not isinstance(value, Decimal):
        return value
    if pa.types.is_decimal(kind):
        return value.quantize(Decimal(1).scaleb(-kind.scale))
    return int(value.to_integral_value()) if pa.types.is_integer(kind) else float(value)
