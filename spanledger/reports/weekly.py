"""The weekly report, of a team: what it spent, on what, what changed and why, and what was wasted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app import figures
from app.filters import text
from app.measures import BY_SOURCE, first, headline_source, of_source
from app.sentences import up_or_down
from spanledger.reports import change, heads, savings, sections, spending
from spanledger.reports.asking import Asking
from spanledger.reports.document import Block, Document, Section, present
from spanledger.reports.stating import document, no_calls

Row = Mapping[str, Any]
QUESTION = "What did we spend, on what, what changed and why, what was wasted?"
ZERO = Decimal(0)


def write(asking: Asking) -> Document:
    """The report of a week."""
    spend, before = asking.rows("spend")[0], first(asking.rows_before("spend"))
    if not spend["calls"]:
        return no_calls(asking, QUESTION)
    measures, measures_before = asking.rows("task_groups", **BY_SOURCE), asking.rows_before("task_groups", **BY_SOURCE)
    source = headline_source(measures)
    head = (
        heads.spend_figure(spend, before),
        heads.success_figure(of_source(measures, source), of_source(measures_before, source), source),
        heads.waste_figure(spend, before),
        heads.production_figure(spend, before),
    )
    parts = (
        _spent(asking, spend),
        change.section(asking, spend, before),
        None if asking.filters.get("team") else _teams(asking),
        _models(asking),
        sections.waste(asking, spend),
        savings.section(asking),
        sections.budgets(asking),
    )
    return document(asking, QUESTION, _finding(asking, spend, before), head, present(parts))


def _finding(asking: Asking, spend: Row, before: Row) -> str:
    moved = up_or_down(figures.change(spend["cost_usd"], before.get("cost_usd")))
    spent = f"{figures.money(spend['cost_usd'] or ZERO)} spent{moved}"
    wasted = figures.share(spend["waste_usd"], spend["cost_usd"] or None) if spend["waste_usd"] else "Nothing"
    return f"{spent}; {_most(asking.rows('groups', by='workflow_id'))}. {wasted} was paid twice or for nothing."


def _most(rows: Sequence[Row]) -> str:
    total = sum((row["cost_usd"] for row in rows), ZERO)
    name, share = text(rows[0]["name"]), figures.share(rows[0]["cost_usd"], total or None)
    if len(rows) == 1:
        return f"all of it {name}"
    return f"nearly all of it {name}" if share == figures.share(1) else f"{name} was {share} of it"


def _spent(asking: Asking, spend: Row) -> Section | None:
    table = spending.groups_table(asking, "workflow_id")
    chart = spending.by_time(asking, "workflow_id", "day")
    if table is None or chart is None:
        return None
    rows = table[1]
    count = "One workflow" if len(rows) == 1 else f"{len(rows)} workflows"
    blocks: tuple[Block, ...] = (chart, table[0])
    return Section(f"{count}; {_most(rows)}", blocks, "Spend by UTC day and workflow.")


def _teams(asking: Asking) -> Section | None:
    table = spending.groups_table(asking, "team")
    if table is None or len(table[1]) < 2:
        return None
    return Section(f"By team: {_most(table[1])}", (table[0],))


def _models(asking: Asking) -> Section | None:
    table = spending.groups_table(asking, "model")
    return Section(f"By model: {_most(table[1])}", (table[0],)) if table else None
