"""The monthly report, of services and workflows: what a success costs, the budgets, and what is ahead."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app import figures, measures
from app.filters import text
from app.sentences import traffic_finding, up_or_down
from spanledger.reports import change, heads, outlook, savings, sections, spending
from spanledger.reports.asking import Asking
from spanledger.reports.document import Block, Document, Paragraph, Section, Table, present
from spanledger.reports.stating import document, no_calls

Row = Mapping[str, Any]
QUESTION = "What does a success of each workflow cost, do the budgets hold, what is ahead?"
SHOWN = 12
ZERO = Decimal(0)


def write(asking: Asking) -> Document:
    """The report of a month."""
    spend, before = asking.rows("spend")[0], measures.first(asking.rows_before("spend"))
    if not spend["calls"]:
        return no_calls(asking, QUESTION)
    now, earlier = (rows("task_groups", **measures.BY_SOURCE) for rows in (asking.rows, asking.rows_before))
    source = measures.headline_source(now)
    mine, mine_before = measures.of_source(now, source), measures.of_source(earlier, source)
    head = heads.of_tasks(spend, before, mine, mine_before, source)
    parts = (
        _workflows(asking, source),
        _traffic(asking),
        change.section(asking, spend, before),
        sections.budgets(asking),
        outlook.forecast(asking),
        savings.section(asking),
        _all_costs(asking),
    )
    return document(asking, QUESTION, _finding(spend, before, mine, mine_before, source), head, present(parts))


def _finding(spend: Row, before: Row, mine: Row, mine_before: Row, source: str) -> str:
    moved = up_or_down(figures.change(spend["cost_usd"], before.get("cost_usd")))
    said = f"{figures.money(spend['cost_usd'] or ZERO)} spent{moved}."
    if not mine.get("successes"):
        return f"{said} No task has a known success."
    each = up_or_down(figures.change(mine["per_success_usd"], mine_before.get("per_success_usd")))
    of = "" if source == "production" else f" of {source} traffic"
    return f"{said} A successful task{of} cost {measures.per_success(mine)}{each}."


def _workflows(asking: Asking, source: str) -> Section | None:
    """Cost per successful task of each workflow, with its interval and its change."""
    asked = {"by": "workflow_id", "of_source": source, "is_spread": True}
    rows = asking.rows("task_groups", **asked)
    if not rows:
        return None
    before = {row["name"]: row for row in asking.rows_before("task_groups", **asked)}
    lines = tuple(_workflow(row, before.get(row["name"], {})) for row in rows[:SHOWN])
    head = ("Workflow", "Tasks", "Succeeded", "Spend", "Per success", "95 % range", "Change", "p95 time")
    table = Table(head, lines, frozenset(range(1, 8)), None, _rest(rows), frozenset((1, 3, 5, 7)))
    known = [row for row in rows if row["successes"]]
    if not known:
        return Section("No workflow has a known success", (table,))
    dearest = max(known, key=lambda row: row["per_success_usd"])
    blocks: tuple[Block, ...] = (spending.unit_cost_ranking(known[:SHOWN]), table.without(figures.UNKNOWN))
    title = f"A success of {text(dearest['name'])} costs most: {measures.per_success(dearest)}"
    note = "" if source == "production" else f"Tasks of {source} traffic."
    return Section(title, blocks, note)


def _workflow(row: Row, before: Row) -> tuple[str, ...]:
    known = row["successes"] + row["failures"]
    return (
        text(row["name"]),
        figures.count(row["tasks"]),
        figures.share(row["successes"], known or None),
        figures.money(row["cost_usd"]),
        measures.per_success(row).replace("at least", "≥"),
        measures.ends(row),
        figures.change(row["per_success_usd"], before.get("per_success_usd")) or figures.UNKNOWN,
        figures.duration(row["p95_latency_ms"]),
    )


def _rest(rows: Sequence[Row]) -> str:
    return f"{len(rows) - SHOWN} more workflows on the page Tasks." if len(rows) > SHOWN else ""


def _traffic(asking: Asking) -> Section | None:
    chart = spending.by_time(asking, "traffic_source", "day")
    table = spending.groups_table(asking, "traffic_source")
    if chart is None or table is None:
        return None
    title = traffic_finding(asking.rows("daily_by_source"), asking.rows_before("daily_by_source"))
    return Section(title, (chart, table[0]), "Spend by UTC day and traffic source.")


def _all_costs(asking: Asking) -> Section | None:
    """What is spent beside calls: seats, credits, corrections; None where there is no such thing."""
    if asking.filters.get("workflow"):
        return None  # charges know no workflow
    rows = asking.rows("categories")
    total = sum((row["cost_usd"] for row in rows), ZERO)
    if len(rows) < 2:
        return None
    lines = tuple((row["category"].capitalize(), figures.money(row["cost_usd"])) for row in rows)
    table = Table(("What", "Cost"), lines, frozenset({1}), ("All", figures.money(total)))
    beside = total - sum((row["cost_usd"] for row in rows if row["category"] == "calls"), ZERO)
    words = "Calls hold their parts of charges; charges are what no call has used of them."
    return Section(
        f"{figures.money(total)} in all: {figures.money(beside)} beside what the calls cost", (table, Paragraph(words))
    )
