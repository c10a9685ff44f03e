"""Why cost changed between a period and the one before: the effects of the mart, which leave nothing over.

Effects are by workflow. For a team they are told where its workflows are its alone; else workflows are compared.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app import change_words, figures
from app.filters import text
from app.palette import GREEN, VERMILLION
from spanledger.exits import FAILED, Failure
from spanledger.reports.asking import Asking
from spanledger.reports.document import Bar, Block, Ranking, Section, Table

Row = Mapping[str, Any]
ZERO = Decimal(0)
SHOWN = 6
DIMENSIONS = frozenset({"team", "project"})
"""Filters that the effects do not know."""


def section(asking: Asking, spend: Row, before: Row) -> Section | None:
    """What moved cost, in a sentence, a chart and a table; None where there is nothing to compare with."""
    if not before:
        return None
    spent = {"before_usd": before["cost_usd"] or ZERO, "after_usd": spend["cost_usd"] or ZERO}
    change = spent["after_usd"] - spent["before_usd"]
    rows = effects(asking, change)
    blocks: list[Block] = []
    if rows is None:
        title = f"Spend moved by {figures.signed_money(change)}"
        note = "Its workflows are not its alone, so causes cannot be told apart: they are compared by workflow above."
        return Section(title, (), note)
    sums = _sums(rows, "effect")
    if sums:
        blocks += [_chart(sums), _table(rows)]
    return Section(change_words.sentence(spent, sums), tuple(blocks), _note(asking, sums))


def effects(asking: Asking, change: Decimal) -> list[dict[str, Any]] | None:
    """The rows of rpt_cost_change's formula for the two periods; None where a filter cannot be answered by workflow.

    Raises Failure where they do not add up to ``change``.
    """
    now, before = asking.period, asking.period.before
    days = {"before_from": before.first, "before_to": before.until, "after_from": now.first, "after_to": now.until}
    rows = asking.rows("cost_change", **days) if not DIMENSIONS & set(asking.filters) else _of_team(asking, days)
    if rows is not None and (told := sum((row["change_usd"] for row in rows), ZERO)) != change:
        raise Failure(f"effects sum to {told} USD, the change is {change} USD; run `spanledger doctor`", FAILED)
    return rows


def _of_team(asking: Asking, days: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if set(asking.filters) & DIMENSIONS != {"team"}:
        return None
    mine = {row["name"] for rows in (asking.rows, asking.rows_before) for row in rows("groups", by="workflow_id")}
    shared = {row["workflow_id"] for row in asking.rows("workflows_of_others", **days)}
    if mine & shared:
        return None
    return [row for row in asking.rows("cost_change", **days) if row["workflow_id"] in mine]


def _sums(rows: Sequence[Row], key: str) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = {}
    for row in rows:
        sums[row[key]] = sums.get(row[key], ZERO) + row["change_usd"]
    return sums


def _chart(sums: Mapping[str, Decimal]) -> Ranking:
    known = [name for name in change_words.EFFECTS if sums.get(name)]
    bars = (
        Bar(change_words.EFFECTS[name][0], sums[name], figures.signed_money(sums[name]), _tone(sums[name]))
        for name in known
    )
    return Ranking(tuple(bars), "what each cause added or took away")


def _tone(usd: Decimal) -> str:
    return VERMILLION if usd > 0 else GREEN


def _table(rows: Sequence[Row]) -> Table:
    by_workflow = _sums(rows, "workflow_id")
    names = sorted(by_workflow, key=lambda name: (-abs(by_workflow[name]), str(name)))
    lines = []
    for name in names[:SHOWN]:
        own = _sums([row for row in rows if row["workflow_id"] == name], "effect")
        along = {effect: usd for effect, usd in own.items() if usd * by_workflow[name] > 0}
        main = change_words.largest(along) if along else None
        why = change_words.cause(main, along[main]) if main else figures.UNKNOWN
        lines.append((text(name), figures.signed_money(by_workflow[name]), why))
    if rest := names[SHOWN:]:
        moved = sum((by_workflow[name] for name in rest), ZERO)
        lines.append((f"{len(rest)} more", figures.signed_money(moved), figures.UNKNOWN))
    return Table(("Workflow", "Change", "Main cause"), tuple(lines), frozenset({1}))


def _note(asking: Asking, sums: Mapping[str, Decimal]) -> str:
    told = "Causes add up to the change. " if len(sums) > 1 else ""
    before = asking.period.before
    return f"{told}Compared with {before.first:%-d %b} to {before.until:%-d %b %Y}."
