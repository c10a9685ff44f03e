"""Rows as files to take away: CSV for people and spreadsheets, Parquet for programs; decimals keep every digit."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet

_MOMENT = "%Y-%m-%dT%H:%M:%S%.6f%:z"
Rows = Sequence[Mapping[str, Any]]


def csv(table: pa.Table) -> bytes:
    """With a header; times in UTC as ISO 8601, unknown left empty, lists and structures as JSON."""
    frame = pl.DataFrame(pl.from_arrow(_flat(table)))
    return frame.write_csv(datetime_format=_MOMENT).encode()


def parquet(table: pa.Table) -> bytes:
    """Compressed; types as the warehouse has them, counts beyond 64 bits as DECIMAL(38,0)."""
    buffer = io.BytesIO()
    pa_parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def table_of(rows: Rows, names: Sequence[str]) -> pa.Table:
    """Rows that a page worked out, by the names of the columns it shows."""
    return pa.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: list[Any]) -> pa.Array:
    if any(isinstance(value, Decimal) for value in values):
        return pa.array([None if value is None else Decimal(str(value)) for value in values])
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # of several kinds: as text
        return pa.array([None if value is None else str(value) for value in values])


def _flat(table: pa.Table) -> pa.Table:
    """With text in place of what CSV cannot hold."""
    for place, field in enumerate(table.schema):
        if (write := _as_text(field.type)) is not None:
            texts = [None if value is None else write(value) for value in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, pa.array(texts, pa.string()))
    return table


def _as_text(kind: pa.DataType) -> Callable[[Any], str] | None:
    if pa.types.is_nested(kind) or pa.types.is_interval(kind):
        return lambda value: json.dumps(value, ensure_ascii=False, default=str)
    if pa.types.is_decimal256(kind):  # quotients that a page worked out
        return lambda value: f"{value:f}"
    return str if pa.types.is_timestamp(kind) and kind.tz is None else None
