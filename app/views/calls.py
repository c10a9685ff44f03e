"""Calls: what a figure is made of: groups first, then the calls themselves, a page at a time."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import streamlit as st

from app import choices, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import ratio
from app.palette import GREY, SPEND_CLASS, TRAFFIC_SOURCE, model_colour
from app.sentences import period_words

GROUPS = {"workflow": "Workflow", "model": "Model", "step": "Step", "class": "Spend class", "source": "Traffic source"}
COLOURS: dict[str, Callable[[str | None], str]] = {
    "model": model_colour,
    "class": lambda name: SPEND_CLASS.get(str(name), GREY),
    "source": lambda name: TRAFFIC_SOURCE.get(str(name), GREY),
}
ORDERS = {"cost": "Dearest first", "newest": "Newest first", "slowest": "Slowest first"}
SHOWN, PAGE_ROWS = 12, 50


def render(context: Context) -> None:
    spend = context.rows("spend")[0]
    if not spend["calls"]:
        headline(f"No call fits these filters {period_words(context)}", "Take one away, or choose a longer period.")
        return
    headline(
        f"{figures.count(spend['calls'])} calls, {figures.money(spend['cost_usd'] or 0)}, {period_words(context)}",
        f"{figures.tokens(spend['input_tokens'])} tokens read, {figures.tokens(spend['output_tokens'])} written"
        + (
            f"; cost unknown for {figures.count(spend['unknown_cost_calls'])} calls"
            if spend["unknown_cost_calls"]
            else ""
        ),
    )
    _groups(context, spend)
    _list(context, int(spend["calls"]))


def _groups(context: Context, spend: dict[str, Any]) -> None:
    by = choices.one_of("by", "Group by", GROUPS)
    colour = COLOURS.get(by)
    rows = [row | {"share": ratio(row["cost_usd"], spend["cost_usd"])} for row in context.rows("call_groups", by=by)]
    narrowed = "class_" if by == "class" else by
    columns = [
        Column(
            "name",
            GROUPS[by],
            colour=(lambda row: colour(row["name"])) if colour else None,
            href=lambda row: context.link("calls", context.filters.with_only(**{narrowed: row["name"]})),
        ),
        grids.money("cost_usd", "Spend", bar=True, colour=(lambda row: colour(row["name"])) if colour else None),
        grids.number("share", "Share", figures.share, is_minor=True),
        grids.number("calls", "Calls", definition=words.CALLS),
        grids.money("mean_usd", "Per call", is_minor=True),
        grids.number("input_tokens", "Tokens in", figures.tokens, is_minor=True),
        grids.number("output_tokens", "Tokens out", figures.tokens, is_minor=True),
        grids.number("p95_duration_ms", "p95 time", figures.duration, is_minor=True),
    ]
    rest = rows[SHOWN:] if len(rows) > SHOWN + 1 else []
    grids.grid(rows[: len(rows) - len(rest)], columns)
    if rest:
        spent = figures.money(sum((row["cost_usd"] or 0 for row in rest), Decimal(0)))
        with st.expander(f"{figures.count(len(rest))} more, {spent} together".replace("$", r"\$")):
            grids.grid(rest, columns)


def _list(context: Context, calls: int) -> None:
    order = choices.one_of("order", "Order", ORDERS, drops=["page"])
    pages = -(-calls // PAGE_ROWS)
    asked = st.query_params.get("page", "1")
    page = min(max(int(asked), 1), pages) if asked.isdecimal() else 1
    rows = context.rows("call_list", order=order, limit_rows=PAGE_ROWS, skip_rows=(page - 1) * PAGE_ROWS)
    finding(
        f"Calls {(page - 1) * PAGE_ROWS + 1:,} to {(page - 1) * PAGE_ROWS + len(rows):,} of {calls:,}",
        "A call leads to its trace. All of them as CSV and Parquet: under SQL, beside this line.",
    )
    grids.grid(
        rows,
        [
            Column(
                "started_at",
                f"Start ({context.zone})",
                lambda at: context.moment(at, has_seconds=True),
                href=lambda row: trace_link(context, row),
            ),
            Column("workflow_id", "Workflow"),
            Column("step", "Step", is_minor=True),
            Column("model", "Model", colour=lambda row: model_colour(row["model"]), is_minor=True),
            grids.money("cost_usd", "Cost"),
            grids.number("input_tokens", "In", figures.tokens, is_minor=True),
            grids.number("output_tokens", "Out", figures.tokens, is_minor=True),
            grids.number("duration_ms", "Time", figures.duration, is_minor=True),
            Column("traffic_source", "Traffic", is_minor=True),
            Column("spend_class", "Class", lambda value: str(value).replace("_", " "), is_minor=True),
        ],
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Previous", icon=":material/chevron_left:", disabled=page == 1):
            _go(page - 1)
        if st.button("Next", icon=":material/chevron_right:", icon_position="right", disabled=page == pages):
            _go(page + 1)
        st.caption(f"Page {page} of {pages:,}")


def _go(page: int) -> None:
    st.query_params["page"] = str(page)
    st.rerun()


def trace_link(context: Context, row: dict[str, Any] | Any) -> str:
    """The address of a call's trace, with the call marked."""
    return context.link("trace", trace=row["trace_id"], org=row["organization"] or "", span=row["span_id"])
