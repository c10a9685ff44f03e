"""Drift: what a run of each workflow costs of late, its budget, and when that changed with which version."""

from collections.abc import Mapping, Sequence
from typing import Any

from app import anomaly_words, figures, grids, words
from app.cards import finding
from app.context import Context
from app.grids import Column

Row = Mapping[str, Any]


def render(context: Context) -> None:
    """Below the anomalies; the period filter does not narrow it."""
    rows = context.rows("drift")
    if not rows:
        return
    finding(_sentence(rows), words.DRIFT)
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow", html=lambda row: grids.explained(_name(row), str(row["traffic_source"]))),
            Column("change_date", "Changed", html=_change),
            grids.number("ratio", "A run costs", figures.times, definition=words.DRIFT_RATIO),
            Column("before_usd", "Before", is_number=True, html=lambda row: _range(row, "before"), is_minor=True),
            Column("after_usd", "After", is_number=True, html=lambda row: _range(row, "after"), is_minor=True),
            Column("rolling_usd", "Last 28 days", is_number=True, html=lambda row: _range(row, "rolling")),
            Column("budget_usd", "Budget a run", is_number=True, html=_budget, is_minor=True),
        ],
    )


def _sentence(rows: Sequence[Row]) -> str:
    over = [row for row in rows if row["is_over_budget"]]
    changed = [row for row in rows if row["change_date"] is not None]
    if over:
        first = over[0]
        return f"A run of {_name(first)} costs {figures.money(first['rolling_usd'])}, more than its budget"
    if not changed:
        return "No workflow's cost per run changed in the last 90 days"
    top = changed[0]
    came = anomaly_words.came_with(top)
    came = f", {came}" if came else ""
    return (
        f"A run of {_name(top)} costs {figures.times(top['ratio'])} what it did since {top['change_date']:%-d %B}{came}"
    )


def _name(row: Row) -> str:
    return grids.text(row["workflow_id"])


def _change(row: Row) -> str:
    if row["change_date"] is None:
        return grids.explained(figures.UNKNOWN, "")
    return grids.explained(f"{row['change_date']:%-d %b}", anomaly_words.came_with(row) or "no version came with it")


def _range(row: Row, side: str) -> str:
    usd = row[f"{side}_usd"]
    if usd is None:
        return figures.UNKNOWN
    ends = f"{figures.money(row[f'{side}_low_usd'])} – {figures.money(row[f'{side}_high_usd'])}"
    return grids.explained(figures.money(usd), ends)


def _budget(row: Row) -> str:
    if row["budget_usd"] is None:
        return figures.UNKNOWN
    return grids.explained(figures.money(row["budget_usd"]), "over" if row["is_over_budget"] else "held")
