"""Opportunities: what the last 30 days would have cost with levers, which they are, and what if."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from app import evidence, figures, grids, lever_words
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.filters import Filters
from app.grids import Column, Row
from app.palette import GREY, TRAFFIC_SOURCE
from app.views.decide.whatif import ends, percent, what_if
from transforms.simulation import kept
from transforms.simulation.levers import LEVERS
from transforms.simulation.sequence import Result, simulate

DAYS = 30
SHOWN, UNDECIDED = 15, 5
"""Rows listed: with a saving, and without a verdict."""
UNASKED = ("team", "project")
"""Shared filters that the sums behind this page do not hold."""


def render(context: Context) -> None:
    """The shared period does not matter here; filters by team and project neither."""
    usage, [days] = context.rows("lever_usage"), context.rows("lever_days")
    cases = list(kept.cases(usage))
    result = simulate(cases, list(LEVERS))
    found = context.rows("opportunities")
    headline(_verdict(result, _last(days)), _sub(context, days, usage, found))
    evidence.of(usage, found)
    if result.spend_usd:
        _cards(result, _last(days))
    if found:
        _list(context, found)
    what_if(cases, usage)


def _last(days: Row) -> str:
    """`last 30 days`, or as many as there are."""
    count = days["days"] or DAYS
    return "last day" if count == 1 else f"last {count} days"


def _verdict(result: Result, last: str) -> str:
    spend, left = result.spend_usd, result.remaining_usd
    if not spend:
        return f"No call of known cost within these filters in the {last}"
    if min(vars(left).values()) >= spend:
        return f"No lever would have saved any of the {figures.money(spend)} of the {last}"
    return (
        f"With all levers the {last} would have cost {figures.money(left.expected)} "
        f"(range {ends(left)}) instead of {figures.money(spend)}"
    )


def _sub(context: Context, days: Row, usage: Sequence[Row], found: Sequence[Row]) -> str:
    notes = []
    if days["last_on"] is not None:
        notes.append(
            f"{days['first_on']:%-d %b} to {days['last_on']:%-d %b %Y}, UTC days; the period filter does not apply."
        )
    if left_out := [name for name in UNASKED if context.filters.chosen.get(name)]:
        notes.append(f"Nor does the filter by {' and '.join(left_out)}.")
    if unknown := sum(row["unknown_cost_calls"] for row in usage):
        notes.append(f"The cost of {figures.count(unknown)} calls is unknown: they are in no sum.")
    return " ".join(notes if found else [*notes, lever_words.TEACHES])


def _cards(result: Result, last: str) -> None:
    spend, left = result.spend_usd, result.remaining_usd
    saved = spend - left.expected
    most = max(result.savings, key=lambda one: one.usd.expected)
    has_any = most.usd.expected > 0
    cards(
        [
            Card("Spent", figures.money(spend), lever_words.SPEND, change=f"in the {last}"),
            Card(
                "With all levers",
                figures.money(left.expected),
                lever_words.ALL,
                range=ends(left),
                change=f"{percent(saved, spend)} less",
                is_good=saved > 0 or None,
            ),
            Card(
                "Largest lever",
                lever_words.NAMES[most.lever] if has_any else figures.UNKNOWN,
                lever_words.LARGEST,
                change=f"saves {figures.money(most.usd.expected)} of it" if has_any else "none saves anything",
            ),
        ]
    )


def _list(context: Context, found: Sequence[Row]) -> None:
    told = [row for row in found if row["saving_usd"] is not None]
    listed = [*told[:SHOWN], *[row for row in found if row["saving_usd"] is None][:UNDECIDED]]
    finding(_first(told), "Each alone, with its range; what they save together is below.")
    grids.grid(
        listed,
        [
            Column("kind", "Lever", html=lambda row: grids.explained(lever_words.NAMES[row["kind"]], row["evidence"])),
            Column("workflow_id", "Workflow, step", html=lambda row: _where(context, row)),
            Column(
                "traffic_source",
                "Source",
                colour=lambda row: TRAFFIC_SOURCE.get(row["traffic_source"], GREY),
                is_minor=True,
            ),
            Column("model", "Model", html=_model, is_minor=True),
            Column("calls", "Calls", figures.count, lever_words.CALLS, is_number=True, is_minor=True,
                   href=lambda row: _calls(context, row)),
            Column("saving_usd", "Saves alone", is_number=True, html=_saving, definition=lever_words.ALONE),
        ],
    )  # fmt: skip
    if len(found) > len(listed):
        st.caption(f"{len(found) - len(listed)} smaller ones are not listed; filters bring them up.")


def _first(told: Sequence[Row]) -> str:
    if not told:
        return "The evidence is too thin for a verdict on any lever"
    top = told[0]
    return (
        f"The largest: {lever_words.NAMES[top['kind']].lower()} in {grids.text(top['step'])} of "
        f"{grids.text(top['workflow_id'])} would have saved {figures.money(top['saving_usd'])}"
    )


def _where(context: Context, row: Row) -> str:
    link = f'<a href="{escape(_calls(context, row))}" target="_self">{escape(grids.text(row["workflow_id"]))}</a>'
    return f'<div class="sl-two">{link}<p class="sl-muted">{escape(grids.text(row["step"]))}</p></div>'


def _model(row: Row) -> str:
    to = f"→ {row['to_model']}" if row["to_model"] else ""
    return grids.explained(grids.text(row["model"]), to)


def _saving(row: Row) -> str:
    if row["saving_usd"] is None:
        return escape(lever_words.NO_VERDICT)
    low, high = (figures.money(row[name]) for name in ("low_usd", "high_usd"))
    return grids.explained(figures.money(row["saving_usd"]), "" if low == high else f"{low} to {high}")


def _calls(context: Context, row: Row) -> str:
    """The page Calls over the days looked at, narrowed to the calls that the row is made of."""
    chosen = {name: of for name, of in context.filters.shared_only().chosen.items() if name not in UNASKED}
    names: dict[str, Any] = {
        "organization": row["organization"],
        "environment": row["environment"],
        "workflow": row["workflow_id"],
        "step": row["step"],
        "source": row["traffic_source"],
        "model": row["model"],
        "lever": row["kind"],
    }
    days = Filters(f"{row['first_date']}..{row['last_date']}", chosen)
    return context.link("calls", days.with_only(**{name: value or None for name, value in names.items()}))
