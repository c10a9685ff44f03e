"""What is of UTC days by its definition, whatever zone the reader chose: said on the page instead of pretended.

Daily tables are made once for all readers; a forecast, an anomaly or a statement is of the days it was made for.
"""

from collections.abc import Collection

from app.filters import DEFAULT_ZONE

KEPT = {
    "anomalies": "anomalies of whole days",
    "attributed": "attribution",
    "statement_lines": "statements",
    "statement_months": "statements",
    "chains": "changes of model",
    "chain_steps": "changes of model",
    "compliance": "tag compliance",
    "cost_change": "causes of change",
    "cost_of_periods": "causes of change",
    "decide_days": "own traffic",
    "drift": "drift",
    "forecast_days": "forecasts",
    "forecast_kept": "forecasts",
    "forecast_months": "forecasts",
    "forecast_parts": "forecasts",
    "forecast_past_days": "forecasts",
    "forecast_periods": "forecasts",
    "forecast_scores": "forecasts",
    "lever_days": "opportunities",
    "lever_usage": "opportunities",
    "loop_kinds": "agent loops",
    "runaways": "agent loops",
    "opportunities": "opportunities",
    "policies": "escalation policies",
    "quality": "findings about data",
    "restated_days": "restated figures",
    "restated_outcomes": "restated figures",
    "restatements": "restated figures",
    "savings": "what steps that keep their result would save",
    "unit_cost_days": "cost per run",
    "unit_cost_trends": "cost per run",
    "unit_economics": "months of unit economics",
    "versions": "lives of versions",
}
"""Questions about tables that are kept by UTC day or month, and what the reader knows them as."""

OWN_DAYS = {"budgets": "Budgets", "budget_counters": "Budgets", "past_budgets": "Budgets"}
"""Those whose rows say their own zone."""

OF_NO_DAY = frozenset({"anomaly_steps", "call_charges", "call_costs", "trace_spans", "trace_tasks"})
"""They take a day to find rows by, and show none."""


def told(asked: Collection[str], zone: str) -> str:
    """A sentence on what a page's questions show by other days than the zone's; empty where there is none."""
    if zone == DEFAULT_ZONE:
        return ""
    kept = sorted({KEPT[name] for name in asked if name in KEPT})
    said = f"In UTC days here, not those of {zone}: {', '.join(kept)}." if kept else ""
    own = sorted({OWN_DAYS[name] for name in asked if name in OWN_DAYS})
    return " ".join(part for part in (said, *(f"{what} keep the zone of their own." for what in own)) if part)
