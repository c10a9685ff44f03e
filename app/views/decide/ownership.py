"""Total cost of ownership: own model calls beside what people and shared services cost, and what nobody books."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from app import decide_words, evidence, figures, grids
from app.cards import finding
from app.context import Context
from app.palette import BLUE, GREY, ORANGE
from app.views.decide import inputs
from app.views.decide.own import Own
from transforms.decisions.checks import DecisionError
from transforms.decisions.tco import EXAMPLE, KINDS, Item, Ownership, own
from transforms.decisions.written import figure

COLOURS = dict(zip(KINDS, (BLUE, ORANGE, GREY), strict=True))
MEASURED = ("model calls", "evaluations", "failed and repeated work")
"""Items of the example that own calls take the place of."""


def ownership(context: Context) -> None:
    """The section, below whatever the page begins with."""
    title = st.container()
    kind = inputs.choice("costs", "Costs", {"own": "Your model calls", "example": "An example"}, "own")
    mine = None if kind == "example" else Own(context)
    items = EXAMPLE if mine is None else _own(mine)
    with st.expander("All costs, US$ a month"):
        cells = st.data_editor(
            [{"cost": item.name, "kind": item.kind, "usd": float(item.usd)} for item in items],
            num_rows="dynamic",
            width="stretch",
            column_config={"kind": st.column_config.SelectboxColumn(options=list(KINDS))},
        )
    try:
        found = own(_items(cells))
    except DecisionError as error:
        st.error(str(error), icon=":material/edit:")
        return
    with title:
        _told(found, "" if mine is None else f"Own calls: {mine.days.words} brought to a month. {mine.note}")
    if mine is not None:
        evidence.of(mine.rows("decide_costs"))


def _own(mine: Own) -> Sequence[Item]:
    """Measured ones brought to a month, then the rest of the example at nothing, to be filled in."""
    measured = [
        Item(row["name"], row["kind"], mine.a_month(row["usd"]).quantize(Decimal("1e-6")))
        for row in mine.rows("decide_costs")
    ]
    return [*measured, *(Item(one.name, one.kind, Decimal(0)) for one in EXAMPLE if one.name not in MEASURED)]


def _items(cells: Sequence[dict[str, Any]]) -> list[Item]:
    whole = [row for row in cells if all(value not in (None, "") for value in row.values())]
    return [Item(str(row["cost"]), str(row["kind"]), figure(str(row["usd"]))) for row in whole]


def _told(found: Ownership, note: str) -> None:
    parts = ", ".join(f"{figures.money(found.of_kind(kind))} {kind}" for kind in KINDS)
    finding(f"To own it costs {figures.money(found.total_usd)} a month: {parts}", decide_words.OWNERSHIP)
    grids.grid(
        [{"name": one.name, "kind": one.kind, "usd": one.usd} for one in found.items if one.usd],
        [
            grids.Column("name", "Cost"),
            grids.Column("kind", "Kind", colour=lambda row: COLOURS[row["kind"]]),
            grids.money("usd", "A month", bar=True, colour=lambda row: COLOURS[row["kind"]]),
        ],
        {"name": "All", "kind": figures.UNKNOWN, "usd": found.total_usd},
    )
    if note:
        st.caption(note)
    empty = [one.name for one in found.items if not one.usd]
    if empty:
        st.caption(f"Nothing is entered yet for {', '.join(empty)}.")
