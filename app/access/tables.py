"""How each table of a build is narrowed for a reader who may not see everything: the one list.

A table that stands nowhere here is not there for such a reader, nor is any table outside the schema `main`. So a new
mart is closed until somebody decides by its columns; `tests/app/access/test_tables.py` asks for it.
"""

from pathlib import Path

from app.access.scopes import Scope

SQL = Path(__file__).parent / "sql"

BY_PROJECT = (
    *("dim_charges", "fct_charges", "fct_tasks", "fct_tasks_direct", "fct_workflow_runs", "rpt_attribution"),
    *("rpt_cost_per_successful_task", "rpt_spend_hourly", "rpt_tasks_daily", "rpt_total_cost", "rpt_traffic_split"),
    *("rpt_calls_daily", "rpt_charges_daily", "rpt_rates_daily", "rpt_usage_quarter_hourly"),
)
"""Their columns organization, team and project say whose a row is, and nothing in a row is of others."""

BY_TEAM = ("rpt_agent_loops", "rpt_escalation_chains", "rpt_retry_waste", "rpt_spend_classes")
"""The same without a project: not there for who may see projects alone."""

BY_ORGANIZATION = (
    *("fct_alerts", "rpt_call_shapes", "rpt_cost_change", "rpt_data_quality", "rpt_drift", "rpt_escalation_policies"),
    *(
        "rpt_late_spans",
        "rpt_lever_usage",
        "rpt_opportunities",
        "rpt_run_costs",
        "rpt_runs_daily",
        "rpt_sampling_coverage",
    ),
    *("rpt_tag_compliance", "rpt_unit_cost_trend", "rpt_usage_daily", "rpt_version_costs", "rpt_versions"),
)
"""Sums over all teams of an organization: there for who may see all of it."""

BY_PART = (
    *("rpt_anomalies", "rpt_forecast_accuracy", "rpt_forecast_daily", "rpt_forecast_month_end", "rpt_forecasts_kept"),
    "rpt_unit_economics",
)
"""A row is of an organization, a team or a project, as scope_kind and scope say."""

BY_CALL = ("fct_call_charges", "fct_call_shapes", "fct_corrections", "fct_price_changes", "rpt_lever_calls")
"""A row is of one call, and whose the call is."""

BY_SQL = tuple(sorted(file.stem for file in SQL.glob("*.sql") if not file.stem.startswith("_")))
"""What needs more than that: a file of `sql/` each, with the reason in its first line."""

NOBODY = ("focus_cost_and_usage",)
"""For who sees everything: it says "default" of calls without an organization and of what is nobody's alike."""

_WHERE = {
    BY_PROJECT: "may_see(organization, team, project)",
    BY_TEAM: "may_see_team(organization, team)",
    BY_ORGANIZATION: "may_see_organization(organization)",
    BY_PART: "may_see_part(organization, scope_kind, scope)",
}


def is_ruled(table: str) -> bool:
    """Whether somebody has decided about a table."""
    return any(table in group for group in (*_WHERE, BY_CALL, BY_SQL, NOBODY))


def narrowed(table: str, scope: Scope) -> str | None:
    """The SELECT that stands for ``table`` for a reader of ``scope``; None where it is not there for them."""
    if table in BY_SQL:
        return (SQL / f"{table}.sql").read_text().rstrip().rstrip(";")
    if table in BY_CALL:
        return (SQL / "_by_call.sql").read_text().rstrip().rstrip(";").replace("the_table", table)
    group = next((group for group in _WHERE if table in group), None)
    if group is None or not _is_any(group, scope):
        return None
    return f"SELECT * FROM whole.main.{table} WHERE {_WHERE[group]}"


def _is_any(group: tuple[str, ...], scope: Scope) -> bool:
    """Whether any grant can see rows of such tables: one without projects, without teams."""
    return any(
        group in (BY_PROJECT, BY_PART) or (not grant.projects and (group is BY_TEAM or not grant.teams))
        for grant in scope.grants
    )
