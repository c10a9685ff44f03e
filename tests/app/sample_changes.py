"""The sample company's marts of why cost changed: the daily tables and the formula, from the models' own SQL."""

import duckdb

from spanledger.published.project import PROJECT
from tests.dbt_project.change_sql import ROLL_UP, TABLES, rendered

MARTS = PROJECT / "models" / "marts"


def write(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `rpt_runs_daily`, `rpt_usage_daily`, `rpt_cost_change`, `rpt_unit_cost_trend` and both table macros."""
    for table in TABLES.split(";"):
        if "create table rpt_" in table:
            connection.execute(table)
    connection.execute(rendered(ROLL_UP))
    for name in ("rpt_cost_change", "rpt_unit_cost_trend"):
        connection.execute(f"create table {name} as {rendered(_select(name))}")
    connection.execute(rendered("{{ why_cost_changed(report, 'rpt_runs_daily', 'rpt_usage_daily') }}"))
    connection.execute(rendered("{{ why_versions_differ(report, 'fct_calls', 'fct_call_charges', 'dim_prices') }}"))


def _select(model: str) -> str:
    """A model's SQL without its configuration."""
    text = (MARTS / f"{model}.sql").read_text()
    return text[text.index("\nwith ") :]
