"""The list of result tables, and writing them into a build."""

import hashlib
from pathlib import Path

import duckdb

import transforms
from spanledger.forecasting import rounds, tables
from spanledger.results import anomaly_flags, anomaly_rows, drift_rows, lever_rows, unit_economics_rows
from spanledger.results.table import FOLDER, ResultTable, ResultView, Work

TABLES = (
    ResultTable("anomaly_flags", anomaly_flags.make, "facts"),
    ResultTable("rpt_anomalies", anomaly_rows.make),
    ResultTable("rpt_drift", drift_rows.make),
    ResultTable("forecast_inputs", rounds.inputs, "facts"),
    ResultTable("forecasts_backfilled", tables.table("forecast_backfilled"), "facts"),
    ResultTable("budget_forecasts", tables.table("forecast_budgets"), "facts"),
    ResultTable("rpt_forecast_daily", tables.table("forecast_daily")),
    ResultTable("rpt_forecast_month_end", tables.table("forecast_periods")),
    ResultTable("rpt_forecasts_kept", tables.table("forecast_kept")),
    ResultTable("rpt_forecast_accuracy", tables.accuracy),
    ResultTable("rpt_unit_economics", unit_economics_rows.make),
    ResultTable("rpt_lever_usage", lever_rows.make_usage),
    ResultTable("rpt_opportunities", lever_rows.make),
    ResultView("rpt_lever_calls"),
)
"""In the order of making: one may read those before it."""

ROOMS = ("anomalies", "decisions", "drift", "forecasts", "simulation")
CODE = (FOLDER, Path(rounds.__file__).parent, *(Path(transforms.__file__).parent / name for name in ROOMS))
"""Folders whose files decide what the tables say."""


def write(connection: duckdb.DuckDBPyConnection, previous: Path | None, data: Path) -> None:
    """Write every table. ``previous`` is the build that the models carried on from, if they did; ``data`` the data
    directory, for its records."""
    code = _digest()
    connection.execute("create table meta.results as select ? as code", [code])
    if previous is not None:
        connection.execute(f"attach '{previous}' as previous (read_only)")
    work = Work(connection, previous is not None and _code_of_previous(connection) == code, data)
    connection.execute("begin")
    for table in TABLES:
        table.write(work)
    tables.fill_budgets(connection)
    connection.execute("commit")
    if previous is not None:
        connection.execute("detach previous")


def _code_of_previous(connection: duckdb.DuckDBPyConnection) -> str | None:
    there = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_catalog = 'previous' and table_schema = 'meta' and table_name = 'results'"
    ).fetchall()
    if there == [(0,)]:
        return None
    [(code,)] = connection.execute("select code from previous.meta.results").fetchall()
    return str(code)


def _digest() -> str:
    """Of all that decides what the tables say; other code makes them anew."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".sql", ".yml"}:
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
