"""Every relation of one DuckDB build as Parquet, with the compiled SQL of its models: for `tests.spark.models`.

    python -m tests.spark.dump full  DUMP --calls 3000 --days 4
    python -m tests.spark.dump later DUMP --calls 3000 --days 4    (a build after late and new spans, on the full one)

DUMP holds `sql/` (a file a model), `data/` (a file a relation, in memory ones too) and `types.json` (DuckDB's types).
"""

import argparse
import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

import spanledger.published.models as published_models
from benchmarks import build_at_size, history
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles

LATER_SPANS, LATE_SHARE = 1500, 0.2


def main(arguments: list[str] | None = None) -> None:
    """Make the lake, build, write what the last build held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("which", choices=("full", "later"))
    parser.add_argument("dump", type=Path)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--days", type=int, default=4)
    options = parser.parse_args(arguments)
    shutil.rmtree(options.dump, ignore_errors=True)
    folder = options.dump / "folder"
    build_at_size.make(folder, options.calls, options.days, 7)
    if options.which == "later":
        rest = pq.read_table(folder / build_at_size.REST).slice(0, LATER_SPANS)
        spans = history.late(rest, LATE_SHARE, options.days)
        # every other span of the same traces comes after the first build, and some come twice
        history.land(folder / "lake", _some(spans, 0, 2), "first")
        _build(folder, full=True)
        history.land(folder / "lake", _some(spans, 1, 2), "later")
        history.land(folder / "lake", _some(spans, 0, 40), "again")
    with _watched(options.dump), contextlib.suppress(WrittenError):
        _build(folder, full=options.which == "full")


def _some(spans: pa.Table, first: int, step: int) -> pa.Table:
    return spans.take(pa.array(range(first, spans.num_rows, step)))


def _build(folder: Path, full: bool) -> None:
    Builder(folder, folder / "lake", PriceFiles(folder / "prices.csv")).build(full_refresh=full)


class WrittenError(Exception):
    """The models are written: what a build does after them is of no use here."""


@contextlib.contextmanager
def _watched(dump: Path) -> Iterator[None]:
    (dump / "sql").mkdir()
    (dump / "data").mkdir()
    checked = published_models.check

    def check(result: Any) -> Any:
        for one in result.result or []:
            if (code := getattr(one.node, "compiled_code", None)) and one.node.resource_type == "model":
                (dump / "sql" / f"{one.node.name}.sql").write_text(code, encoding="utf-8")
        _write_relations(dump)
        raise WrittenError

    published_models.check = check
    try:
        yield
    finally:
        published_models.check = checked


def _write_relations(dump: Path) -> None:
    connection = DuckDBConnectionManager._ENV.handle().cursor()
    types = {}
    for database, schema, name in connection.execute(
        "select database_name, schema_name, table_name from duckdb_tables() union all "
        "select database_name, schema_name, view_name from duckdb_views() where not internal"
    ).fetchall():
        if database in ("temp", "system"):
            continue
        relation = f"{'previous_' if database == 'previous' else ''}{schema}.{name}"
        columns = [
            (column[0], column[1])
            for column in connection.execute(f'describe from "{database}"."{schema}"."{name}"').fetchall()
        ]
        if relation in types:
            raise ValueError(f"{relation} is in two databases")
        types[relation] = columns
        # Parquet has no integers of 128 bits
        wide = [f'"{column}"::decimal(38, 0) as "{column}"' for column, of in columns if of == "HUGEINT"]
        replaced = f" replace ({', '.join(wide)})" if wide else ""
        connection.execute(
            f'copy (select *{replaced} from "{database}"."{schema}"."{name}") '
            f"to '{dump / 'data' / relation}.parquet' (format parquet)"
        )
    (dump / "types.json").write_text(json.dumps(types), encoding="utf-8")


if __name__ == "__main__":
    main()
