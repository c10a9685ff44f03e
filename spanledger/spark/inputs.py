"""What a build reads, shown to Spark: `meta`, closed days and the previous build's reports as copies, lake and facts as
they lie."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from spanledger.spark.workbench import Workbench
from transforms.columns import SCHEMA

SCHEMAS = ("meta", "lake", "staging", "intermediate", "facts", "main", "history", "previous", "work", "closed")
NOT_COPIED = {"lake.spans", "lake.columns", "lake.files", "meta.segments"}
SQL = Path(__file__).parent / "queries"
TYPES = {
    pa.string(): "string",
    pa.binary(): "binary",
    pa.bool_(): "boolean",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.uint32(): "bigint",
    pa.uint64(): "decimal(20, 0)",
    pa.float64(): "double",
    pa.decimal128(28, 12): "decimal(28, 12)",
    pa.map_(pa.string(), pa.string()): "map<string, string>",
}
"""How Spark reads what the lake's columns are."""


def open_inputs(bench: Workbench, reports: Sequence[str]) -> None:
    """Empty schemas and in them all that the models read; ``reports`` are the daily models, ``<schema>.<name>``."""
    for schema in SCHEMAS:
        bench.spark.sql(f"drop schema if exists {schema} cascade")
        bench.spark.sql(f"create schema {schema}")
    for (name,) in bench.bookkeep(_query("relations")):
        if name not in NOT_COPIED:
            bench.export(name, name)
    bench.export("meta.history_removed", "history.removed")
    _open_lake(bench)
    there = {name for (name,) in bench.bookkeep(_query("reports"))}
    for name in reports:
        if name in there:
            bench.export(f"previous.{name}", f"previous.{name.partition('.')[2]}")


def _open_lake(bench: Workbench) -> None:
    columns = ", ".join(f"`{field.name}` {TYPES[field.type]}" for field in SCHEMA)
    paths = [path for (path,) in bench.bookkeep("select path from lake.files")]
    bench.open_files("lake.files", columns, paths)
    arrived = "segment in (select segment from meta.new_segments)"
    bench.spark.sql(f"create view lake.spans as select * from lake.files where {arrived}")


def _query(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()
