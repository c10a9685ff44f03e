"""Why it changed: the change of cost between two periods, taken apart by cause, workflow and model."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from app import change_words, charts, choices, comparisons, evidence, figures, grids
from app.cards import finding, headline
from app.comparisons import Comparison
from app.context import Context
from app.grids import Column
from app.views import unit_cost

Row = dict[str, Any]
LEVELS = {"workflow": "By workflow", "model": "By workflow and model"}
SHOWN = 15


def render(context: Context) -> None:
    """Filters by team and project do not matter here: the daily sums, of UTC days, do not hold them."""
    context = context.of_utc_days()
    compared = comparisons.of_window(context.window, _today(context))
    if compared is None:
        _nothing_compared(context)
        unit_cost.render(context)
        return
    spent = context.rows("cost_of_periods", **compared.parameters())[0]
    rows = context.rows("cost_change", **compared.parameters())
    effects = _sums(rows, "effect")
    change = spent["after_usd"] - spent["before_usd"]
    if sum(effects.values(), Decimal(0)) != change:
        raise AssertionError(f"effects sum to {sum(effects.values())} USD, the change is {change} USD")
    headline(change_words.sentence(spent, effects), _note(context, compared, rows))
    evidence.of(spent)
    if effects:
        main = change_words.largest(effects)
        finding(
            f"{change_words.EFFECTS[main][0]} moved most: {figures.signed_money(effects[main])}",
            f"What each cause added or took away; together {figures.signed_money(change)}",
        )
        evidence.of(rows)
        charts.waterfall(
            [
                (change_words.EFFECTS[name][0], effects[name], change_words.EFFECTS[name][1])
                for name in change_words.EFFECTS
                if name in effects
            ]
        )
        _parts(context, rows)
    unit_cost.render(context)


def _today(context: Context) -> date:
    """The UTC day that is still running."""
    return context.until_at.astimezone(UTC).date()


def _nothing_compared(context: Context) -> None:
    why = context.window.not_compared or "Nothing is chosen to compare with, or today alone"
    headline("There are no two stretches of days to compare", f"{why}. Choose a shorter period, or other days.")
    links = [(label, context.link("changes", replace(context.filters.shared_only(), period=period, compare="before")))
             for period, label in (("7d", "7 days"), ("30d", "30 days"))]  # fmt: skip
    shown = " · ".join(f'<a href="{escape(href)}" target="_self"><u>{label}</u></a>' for label, href in links)
    st.html(f'<div class="sl"><p>Against the period before: {shown}</p></div>')


def _sums(rows: Sequence[Row], *keys: str) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = {}
    for row in rows:
        key = row[keys[0]] if len(keys) == 1 else tuple(row[name] for name in keys)
        sums[key] = sums.get(key, Decimal(0)) + row["change_usd"]
    return sums


def _note(context: Context, compared: Comparison, rows: Sequence[Row]) -> str:
    is_cut = comparisons.running_days(context.window, _today(context)) > 0
    running = ", without today, which is still running" if is_cut else ""
    notes = [f"{compared.words()}{running}; UTC days."]
    left_out = [name for name in ("team", "project") if context.filters.chosen.get(name)]
    if left_out:
        notes.append(f"The filter by {' and '.join(left_out)} does not apply here.")
    by_workflow = _sums(rows, "workflow_id")
    if len(by_workflow) > 1:
        moved = change_words.largest(by_workflow)
        notes.append(f"Most of it in {grids.text(moved)}: {figures.signed_money(by_workflow[moved])}.")
    return " ".join(notes)


def _parts(context: Context, rows: Sequence[Row]) -> None:
    """The table: a row for each workflow, or workflow and model, with its effects; they add up both ways."""
    level = choices.one_of("by", "Table by", LEVELS)
    keys = ("workflow_id", "model") if level == "model" else ("workflow_id",)
    groups = _groups(rows, keys)
    shown, rest = groups[:SHOWN], groups[SHOWN:]
    if rest:
        shown.append(_added(rest) | {"workflow_id": f"{len(rest)} more", "is_rest": True})
    total = _added(groups) | {"workflow_id": "All"}
    grids.grid(shown, _columns(context, level == "model", {row["effect"] for row in rows}), total=total)


def _groups(rows: Sequence[Row], keys: tuple[str, ...]) -> list[Row]:
    """Largest change first; a row has its effects by name."""
    groups: dict[Any, Row] = {}
    for row in rows:
        group = groups.setdefault(tuple(row[key] for key in keys), {key: row[key] for key in keys})
        group[row["effect"]] = group.get(row["effect"], Decimal(0)) + row["change_usd"]
    filled = [_with_cause(group) for group in groups.values()]
    return sorted(filled, key=lambda group: (-abs(group["change_usd"]), str(list(group.values())[:2])))


def _added(groups: Sequence[Row]) -> Row:
    return _with_cause({name: sum((group[name] for group in groups), Decimal(0)) for name in change_words.EFFECTS})


def _with_cause(group: Row) -> Row:
    effects = {name: group.get(name, Decimal(0)) for name in change_words.EFFECTS}
    change = sum(effects.values(), Decimal(0))
    along = {name: usd for name, usd in effects.items() if usd * change > 0}
    cause = change_words.CAUSES[change_words.largest(along)][change < 0] if along else ""
    return group | effects | {"change_usd": change, "cause": cause}


def _columns(context: Context, has_model: bool, found: set[str]) -> list[Column]:
    def calls(row: Any) -> str:
        narrowed = {"workflow": row["workflow_id"]} | ({"model": row["model"]} if has_model else {})
        return context.link("changes") if row.get("is_rest") else context.calls_link(**narrowed)

    model = [Column("model", "Model", is_minor=True)] if has_model else []
    effects = [
        Column(name, title, _moved, meaning, is_number=True, is_minor=True, exact=figures.exact_money)
        for name, (title, meaning) in change_words.EFFECTS.items()
        if name in found
    ]
    change = Column("change_usd", "Change", figures.signed_money, is_number=True, exact=figures.exact_money)
    named = Column("workflow_id", "Workflow, main cause", html=lambda row: _named(row, calls(row)))
    return [named, *model, change, *effects]


def _named(row: Any, href: str) -> str:
    return grids.explained(grids.text(row["workflow_id"]), row["cause"], href)


def _moved(usd: Decimal) -> str:
    return figures.signed_money(usd) if usd else figures.UNKNOWN
