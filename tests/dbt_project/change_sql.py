"""The SQL of why cost changed, rendered from its macros outside dbt, on tables that a test fills."""

from decimal import Decimal
from typing import Any, NamedTuple

import duckdb
import jinja2

from spanledger.published.project import PROJECT

MACROS = "".join(
    (PROJECT / "macros" / f"{name}.sql").read_text()
    for name in ("columns", "cost_change", "change_effects", "unit_cost")
)
BEFORE, AFTER = "2026-09-15", "2026-10-15"
PERIODS = "'2026-09-01', '2026-09-30', '2026-10-01', '2026-10-31'"


class Report(NamedTuple):
    """Where the table macros are put."""

    schema: str = "main"


TABLES = """
create table fct_calls (
    call_id varchar, date date, organization varchar, environment varchar, traffic_source varchar, workflow_id varchar,
    workflow_run_id varchar, model varchar, charge_id varchar, input_tokens bigint, output_tokens bigint,
    spend_class varchar, prompt_version varchar, code_version varchar
);
create table fct_call_charges (
    call_id varchar, date date, charge_kind varchar, price_provider varchar, model varchar, rated_service_tier varchar,
    context_tier bigint, price_id varchar, unit varchar, quantity decimal(28, 12), effective_cost_usd decimal(28, 12)
);
create table dim_prices (price_id varchar, region varchar, time_from time);
create table rpt_runs_daily (
    date date, organization varchar, environment varchar, traffic_source varchar, workflow_id varchar, runs bigint
);
create table rpt_usage_daily (
    date date, organization varchar, environment varchar, traffic_source varchar, workflow_id varchar, model varchar,
    sku varchar, unit varchar, calls bigint, retry_calls bigint, is_rated boolean, quantity decimal(28, 12),
    cost_usd decimal(28, 12)
);
"""
ROLL_UP = """
insert into rpt_runs_daily
select date, organization, environment, traffic_source, workflow_id, count(*) from (
    select min(date) as date, organization, environment, traffic_source, workflow_id, workflow_run_id
    from fct_calls group by all
) group by all;
insert into rpt_usage_daily
with calls as (select {{ change_columns() }} from fct_calls),
lines as ({{ costed_lines('calls', 'fct_call_charges', 'dim_prices') }})
select date, {{ change_scope() }}, workflow_id, model, sku, unit, {{ summed_lines() }} from lines group by all;
"""


def rendered(text: str) -> str:
    """A text that calls the macros, as SQL. What it refers to goes by its own name."""
    return (
        jinja2.Environment(extensions=["jinja2.ext.do"])
        .from_string(f"{MACROS}\n{text}")
        .render(report=Report(), ref=str)
    )


def open_tables() -> duckdb.DuckDBPyConnection:
    """An empty database with the tables the formula stands on, and both table macros. The caller closes it."""
    connection = duckdb.connect()
    connection.execute(TABLES)
    connection.execute(rendered("{{ why_cost_changed(report, 'rpt_runs_daily', 'rpt_usage_daily') }}"))
    connection.execute(rendered("{{ why_versions_differ(report, 'fct_calls', 'fct_call_charges', 'dim_prices') }}"))
    return connection


def roll_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the daily tables from calls and charges; each run counts on the day of its first call."""
    connection.execute(rendered(ROLL_UP))


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def effects(connection: duckdb.DuckDBPyConnection, source: str = f"why_cost_changed({PERIODS})") -> dict[str, Decimal]:
    """Each effect's sum."""
    rows = connection.execute(f"select effect, sum(change_usd) from {source} group by effect").fetchall()
    return dict(rows)
