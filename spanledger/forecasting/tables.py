"""The temporary tables that forecasts are put into, made anew or carried over, and the result tables made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from spanledger.forecasting import budgets, failures, records, targets
from spanledger.forecasting.reading import question
from spanledger.forecasting.targets import Row
from spanledger.results.table import Work

NAMED = [*((name, pa.string()) for name in records.SCOPE), ("method", pa.string()), ("is_short", pa.bool_())]
NAMED += [("made_at", pa.timestamp("us", "UTC")), *((name, pa.float64()) for name in records.FIGURES)]
THROUGH = [(f"through_{name}", pa.float64()) for name in targets.QUANTILES]
PERIODS = [
    *((name, pa.float64()) for name in ("burn_rate_usd", "seasonal_naive_usd", "spent_usd")),
    *((name, pa.date32()) for name in ("period_start", "period_end")),
    ("period_kind", pa.string()),
    ("is_complete", pa.bool_()),
]
INPUTS = pa.schema(
    [("organization", pa.string()), ("today", pa.date32()), ("digest", pa.string()), ("failure", pa.string())]
)
AFTERWARDS = "forecast_backfilled"
PRESENT = {
    "forecast_daily": pa.schema([*NAMED, *THROUGH, ("date", pa.date32())]),
    "forecast_periods": pa.schema([*NAMED, *PERIODS]),
    "forecast_budgets": budgets.SCHEMA,
}
SCHEMAS = {**PRESENT, AFTERWARDS: records.SCHEMA.append(pa.field("digest", pa.string()))}
CARRIED = {
    "forecast_daily": "main.rpt_forecast_daily",
    "forecast_periods": "main.rpt_forecast_month_end",
    "forecast_budgets": "facts.budget_forecasts",
    AFTERWARDS: "facts.forecasts_backfilled",
}
WHOSE = pa.schema([("organization", pa.string()), ("made_on", pa.date32())])


@dataclass
class Found:
    """Rows made so far, by the name of their temporary table, and organizations whose rows are those of the build
    before: for forecasts made afterwards each with a day."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})
    inputs: list[Row] = field(default_factory=list)
    kept: list[Row] = field(default_factory=list)
    carried: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})

    def carry(self, organization: str | None, day: date | None = None) -> None:
        """Take over what is forecast of an organization, or what was made afterwards for a ``day``."""
        for name in PRESENT if day is None else (AFTERWARDS,):
            self.carried[name].append({"organization": organization, "made_on": day})


def fill(work: Work, found: Found) -> None:
    """The temporary tables: the rows made, and those of the build before that are carried over."""
    for name, schema in SCHEMAS.items():
        _register(work.connection, "rows_made", found.rows[name], schema)
        work.connection.execute(f"create or replace temp table {name} as from rows_made")
        work.connection.unregister("rows_made")
        if found.carried[name]:
            _carry(work.connection, name, found.carried[name])


def _carry(connection: duckdb.DuckDBPyConnection, name: str, carried: Sequence[Row]) -> None:
    _register(connection, "rows_carried", carried, WHOSE)
    day = " and before.made_on = whose.made_on" if name == AFTERWARDS else ""
    connection.execute(
        f"insert into {name} by name select {', '.join(SCHEMAS[name].names)} from previous.{CARRIED[name]} as before "
        f"semi join rows_carried as whose on before.organization is not distinct from whose.organization{day}"
    )
    connection.unregister("rows_carried")


def _register(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], schema: pa.Schema) -> None:
    connection.register(name, pa.Table.from_pylist(list(rows), schema=schema))


def table(name: str) -> Any:
    """How a result table is made that `fill` has put into a temporary one."""
    return lambda work: work.connection.execute(f"from {name}").to_arrow_table()


def accuracy(work: Work) -> pa.Table:
    """The scores of `temp.forecast_kept`."""
    return work.connection.execute(question("accuracy")).to_arrow_table()


def fill_budgets(connection: duckdb.DuckDBPyConnection) -> None:
    """The forecast columns of rpt_budget_status, and what could not be forecast."""
    connection.execute(question("fill_budgets"))
    failures.tell(connection)
