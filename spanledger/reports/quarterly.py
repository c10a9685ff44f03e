"""The quarterly report: the trend, what a unit costs, what could be saved, and the decisions that follow."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app import change_words, figures, measures
from app.filters import text
from app.sentences import traffic_finding, up_or_down
from spanledger.reports import change, decisions, heads, outlook, savings, sections, spending, unit_economics
from spanledger.reports.asking import Asking
from spanledger.reports.document import Document, Points, Section, Table, present
from spanledger.reports.stating import document, drift_point, no_calls

Row = Mapping[str, Any]
QUESTION = "Where is the cost of our outcomes heading, and what is to be decided?"
ZERO = Decimal(0)


def write(asking: Asking) -> Document:
    """The report of a quarter."""
    spend, before = asking.rows("spend")[0], measures.first(asking.rows_before("spend"))
    if not spend["calls"]:
        return no_calls(asking, QUESTION)
    now, earlier = (rows("task_groups", **measures.BY_SOURCE) for rows in (asking.rows, asking.rows_before))
    source = measures.headline_source(now)
    mine, mine_before = measures.of_source(now, source), measures.of_source(earlier, source)
    head = heads.of_tasks(spend, before, mine, mine_before, source)
    parts = (
        decisions.section(asking, spend, mine),
        _trend(asking),
        _unit_costs(asking, source),
        _elasticity(asking),
        change.section(asking, spend, before),
        _drift(asking),
        savings.section(asking),
        outlook.forecast(asking),
        unit_economics.section(asking),
        sections.budgets(asking),
        sections.waste(asking, spend),
    )
    return document(asking, QUESTION, _finding(asking, spend, before, mine), head, present(parts))


def _finding(asking: Asking, spend: Row, before: Row, mine: Row) -> str:
    moved = up_or_down(figures.change(spend["cost_usd"], before.get("cost_usd")))
    first_day = max(asking.extent["first_day"], asking.period.first)
    days = (asking.period.until - first_day).days + 1
    a_day = figures.money((spend["cost_usd"] or ZERO) / days)
    said = f"{figures.money(spend['cost_usd'] or ZERO)} spent{moved}, {a_day} a day."
    if first_day > asking.period.first:
        said += f" The data begins on {first_day:%-d %B}."
    tasks = f" {figures.count(mine['successes'])} tasks succeeded" if mine.get("successes") else ""
    return f"{said}{tasks + ' for ' + measures.per_success(mine) + ' each.' if tasks else ''}"


def _trend(asking: Asking) -> Section | None:
    chart = spending.by_time(asking, "traffic_source", "week")
    table = spending.groups_table(asking, "workflow_id")
    if chart is None or table is None:
        return None
    title = traffic_finding(asking.rows("daily_by_source"), asking.rows_before("daily_by_source"))
    note = "Spend by week, from its Monday, and traffic source; the first and the last week may be cut by the quarter."
    return Section(title, (chart, table[0]), note)


def _unit_costs(asking: Asking, source: str) -> Section | None:
    """Cost per successful task, month by month."""
    rows = asking.rows("months_of_tasks", of_source=source)
    known = [row for row in rows if row["per_success_usd"] is not None]
    if not known:
        return None
    title = f"A successful task cost {measures.per_success(known[-1])} in {known[-1]['month']:%B}"
    if len(known) > 1:
        moved = up_or_down(figures.change(known[-1]["per_success_usd"], known[0]["per_success_usd"]))
        title += f"{moved} since {known[0]['month']:%B}"
    head = ("Month", "Tasks", "Succeeded", "Rate", "Spend", "Per success")
    table = Table(head, tuple(map(_month, rows)), frozenset(range(1, 6)), minor=frozenset((1, 4)))
    return Section(title, (table,), f"Tasks of {source} traffic.")


def _month(row: Row) -> tuple[str, ...]:
    return (
        f"{row['month']:%B %Y}",
        figures.count(row["tasks"]),
        figures.count(row["successes"]),
        figures.share(row["successes"], row["successes"] + row["failures"] or None),
        figures.money(row["cost_usd"]),
        measures.per_success(row).replace("at least", "≥"),
    )


def _elasticity(asking: Asking) -> Section | None:
    """Whether unit cost rises with volume, as of the build."""
    rows = [row for row in asking.rows("unit_cost") if row["elasticity"] is not None]
    if asking.filters.get("team") or not rows:
        return None
    rising = [text(row["workflow_id"]) for row in rows if row["verdict"] == "unit cost rises with volume"]
    title = (
        f"Unit cost rises with volume: {', '.join(rising)}" if rising else "No workflow's unit cost rises with volume"
    )
    head = ("Workflow", "Runs a day", "Elasticity", "Trend in 30 days", "Verdict")
    table = Table(head, tuple(map(_elastic, rows[:10])), frozenset((1, 2, 3)), minor=frozenset((1, 3)))
    return Section(title, (table,), change_words.UNIT_COST_TREND)


def _elastic(row: Row) -> tuple[str, ...]:
    runs, trend = figures.count(round(row["runs_a_day"])), _range(row, "trend_30_days", percent=True)
    return text(row["workflow_id"]), runs, _range(row, "elasticity"), trend, row["verdict"]


def _range(row: Row, name: str, *, percent: bool = False) -> str:
    def told(value: float | None) -> str:
        if value is None:
            return figures.UNKNOWN
        said = f"{value * 100:+.0f} %" if percent else f"{value:+.2f}"
        return said.replace("-", figures.MINUS)

    return f"{told(row[name])} ({told(row[f'{name}_low'])} to {told(row[f'{name}_high'])})"


def _drift(asking: Asking) -> Section | None:
    rows = asking.rows("period_drift")
    if not rows:
        return None
    title = "What a run costs changed for good in " + ", ".join(
        dict.fromkeys(text(row["workflow_id"]) for row in rows[:3])
    )
    note = "Looked for in the 90 days before the build: an earlier change is not seen."
    return Section(title, (Points(tuple(map(drift_point, rows[:8]))),), note)
