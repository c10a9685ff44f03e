"""Every forecast that was shown, as it was made: `records/forecasts/`, append-only Parquet.

A file holds what one published build forecast first on a day; a forecast of the same day made later is not written.
"""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanledger.forecasting.reading import question
from transforms.forecasts import Pasts

KEPT_DAYS = 182
"""Forecasts are scored, and calibrate later ones, so long."""
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


def open_records(connection: duckdb.DuckDBPyConnection, data: Path, since: date) -> None:
    """`temp.forecast_records`: what published builds kept after ``since``; `temp.forecast_files` has all of it."""
    paths = [str(path) for path in sorted((data / FORECASTS).absolute().glob("[!.]*.parquet"))]
    connection.register("no_forecasts", RECORDED.empty_table())
    connection.execute("create or replace temp table forecasts_unsaid as from no_forecasts")
    connection.unregister("no_forecasts")
    source = f"union all by name from read_parquet({paths}, union_by_name = true)" if paths else ""
    connection.execute(f"create or replace temp view forecast_files as from forecasts_unsaid {source}")
    connection.execute(question("records"), {"since": since})


def kept_since(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """Of each organization, the first day on which forecasts were kept."""
    rows = connection.execute("select organization, min(made_on) from forecast_files group by all").fetchall()
    return dict(rows)


def kept_on(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, date]]:
    """Organizations and days of `temp.forecast_records`."""
    return set(connection.execute("select distinct organization, made_on from forecast_records").fetchall())


def past(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Of `temp.forecast_records`, those whose days are over, and what came: organization, key, made_on, last_on,
    horizon_days, method, expected_usd, scale_usd, actual_usd; by organization."""
    return connection.execute(question("past"), {"days": KEPT_DAYS}).to_arrow_table()


def by_organization(past: pa.Table) -> dict[str, Pasts]:
    """The same as the engine takes it."""
    names = past["organization"].unique().to_pylist()
    return {name: _pasts(past.filter(pc.equal(past["organization"], name))) for name in names}


def _pasts(rows: pa.Table) -> Pasts:
    keys, key = np.unique(rows["key"].to_numpy(), return_inverse=True)
    methods, method = np.unique(rows["method"].to_numpy(), return_inverse=True)
    origin = rows["made_on"].to_numpy().astype("datetime64[D]").astype(np.int64) + date(1970, 1, 1).toordinal()
    error = (rows["actual_usd"].to_numpy() - rows["expected_usd"].to_numpy()) / rows["scale_usd"].to_numpy()
    return Pasts(tuple(keys), tuple(methods), key, method, origin, rows["horizon_days"].to_numpy(), error)


def keep(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Add what this build forecasts to `temp.forecast_records`; `temp.forecast_news` is what the builder writes."""
    connection.register("forecasts_made", rows)
    connection.execute(
        "create or replace temp table forecast_news as select *, (select made_at from meta.build) as recorded_at "
        "from forecasts_made"
    )
    connection.execute("insert into forecast_records by name from forecasts_made")
    connection.unregister("forecasts_made")
