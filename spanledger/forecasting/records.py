"""Every forecast that was shown, as it was made: `records/forecasts/`, append-only Parquet.

A file holds what one published build forecast first on a day; a forecast of the same day made later is not written.
"""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

FORECASTS = Path("records") / "forecasts"
SCOPE = ("organization", "environment", "scope_kind", "scope")
FIGURES = ("mean_usd", "p10_usd", "p50_usd", "p90_usd")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in SCOPE),
        ("made_on", pa.date32()),
        ("last_on", pa.date32()),
        ("horizon", pa.string()),
        ("horizon_days", pa.int64()),
        ("method", pa.string()),
        *((name, pa.float64()) for name in FIGURES),
        ("points", pa.list_(pa.struct([("method", pa.string()), ("usd", pa.float64())]))),
        ("scale_usd", pa.float64()),
        ("seasonal_scale_usd", pa.float64()),
        ("is_short", pa.bool_()),
        ("is_backfilled", pa.bool_()),
    ]
)
RECORDED = SCHEMA.append(pa.field("recorded_at", pa.timestamp("us", "UTC")))


def open_records(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """`temp.forecast_records`: what published builds kept."""
    paths = [str(path) for path in sorted((data / FORECASTS).absolute().glob("[!.]*.parquet"))]
    connection.register("no_forecasts", RECORDED.empty_table())
    source = f"union all by name from read_parquet({paths}, union_by_name = true)" if paths else ""
    connection.execute(f"create or replace temp table forecast_records as from no_forecasts {source}")
    connection.unregister("no_forecasts")


def made_on(connection: duckdb.DuckDBPyConnection) -> dict[str, set[date]]:
    """Of each organization, the days on which forecasts were kept."""
    rows = connection.execute("select distinct organization, made_on from forecast_records").fetchall()
    found: dict[str, set[date]] = {}
    for organization, day in rows:
        found.setdefault(organization, set()).add(day)
    return found


def keep(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Add what this build forecasts to `temp.forecast_records`; `temp.forecast_news` is what the builder writes."""
    connection.register("forecasts_made", rows)
    connection.execute(
        "create or replace temp table forecast_news as select *, (select made_at from meta.build) as recorded_at "
        "from forecasts_made"
    )
    connection.unregister("forecasts_made")
    connection.execute("insert into forecast_records by name from forecast_news")
