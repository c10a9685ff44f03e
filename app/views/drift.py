"""Drift: what a run of each workflow costs of late, its budget, and when that changed with which version."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app import anomaly_words, figures, grids, words
from app.cards import finding
from app.context import Context
from app.grids import Column
from transforms.drift.change_points import FEWEST_RUNS

Row = Mapping[str, Any]


def render(context: Context) -> None:
    """Below the anomalies; the period filter does not narrow it."""
    rows = context.rows("drift", fewest_runs=FEWEST_RUNS)
    if not rows:
        return
    told, steady, rare = ([row for row in rows if row["standing"] == one] for one in ("told", "steady", "rare"))
    finding(_sentence(rows), words.DRIFT)
    if told:
        grids.grid(told, COLUMNS)
    if steady:
        with st.expander(_steady(steady, rare)):
            grids.grid(steady, [column for column in COLUMNS if column.key in ("workflow_id", "rolling_usd")])
    elif rare:
        st.caption(_rare(rare))


def _steady(rows: Sequence[Row], rare: Sequence[Row]) -> str:
    """What is folded: all that were found, of which the table shows those with most runs."""
    shown = f", {len(rows)} of them shown" if rows[0]["found"] > len(rows) else ""
    left_out = f"; {_rare(rare)}" if rare else ""
    return f"{_workflows(rows[0]['found'])} without a change{shown}{left_out}"


def _rare(rows: Sequence[Row]) -> str:
    return f"{figures.count(rows[0]['found'])} with fewer than {FEWEST_RUNS} runs in 28 days left out"


def _workflows(number: int) -> str:
    return "One workflow" if number == 1 else f"{figures.count(number)} workflows"


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
    since = f"since {top['change_date']:%-d %B}{came}"
    return f"A run of {_name(top)} costs {figures.multiple(top['ratio'])} what it did {since}"


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


COLUMNS = [
    Column("workflow_id", "Workflow", html=lambda row: grids.explained(_name(row), str(row["traffic_source"]))),
    Column("change_date", "Changed", html=_change),
    grids.number("ratio", "A run costs", figures.times, definition=words.DRIFT_RATIO),
    Column("before_usd", "Before", is_number=True, html=lambda row: _range(row, "before"), is_minor=True),
    Column("after_usd", "After", is_number=True, html=lambda row: _range(row, "after"), is_minor=True),
    Column("rolling_usd", "Last 28 days", is_number=True, html=lambda row: _range(row, "rolling")),
    Column("budget_usd", "Budget a run", is_number=True, html=_budget, is_minor=True),
]
