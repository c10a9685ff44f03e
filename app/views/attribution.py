"""Attribution and tags: whose spend it is, with the row that nobody owns, statements, and who lacks which tag."""

from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, choices, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import ratio
from app.palette import TRAFFIC_SOURCE
from app.views import divided, owner_days, owners, statements, tags
from app.words import OWNERS, UNATTRIBUTED_NAME

Row = dict[str, Any]
TAGS = OWNERS | {"feature": "Feature", "customer": "Customer"}
VIEWS = {"split": "Shared among owners", "full": "In full for each owner"}
CHARTED = 12


def render(context: Context) -> None:
    is_narrowed = any(context.filters.chosen.get(name) for name in ("workflow", "model"))
    with st.container(horizontal=True, gap="small"):
        by = choices.one_of("by", "Whose", TAGS, "team")
        view = choices.one_of("view", "Shared spend", VIEWS) if by in OWNERS and not is_narrowed else ""
    if view:
        owners.section(context, by, view)
        statements.section(context, by, view)
    else:
        _by_tag(context, by)
    if by in owner_days.TITLES:
        owner_days.section(context, by)
    divided.section(context)
    tags.section(context)


def _by_tag(context: Context, by: str) -> None:
    """Calls by what their tags alone say, where nothing else owns spend or the filters ask about calls."""
    parts = context.rows("attribution", by=by)
    total = context.rows("spend")[0]["cost_usd"] or Decimal(0)
    rows = _groups(parts, total)
    summed = sum((row["cost_usd"] for row in rows), Decimal(0))
    if summed != total:
        raise AssertionError(f"attribution by {by} sums to {summed} USD, the calls to {total} USD")
    nobody = sum((row["cost_usd"] for row in rows if row["name"] is None), Decimal(0))
    headline(
        f"{figures.share(total - nobody, total)} of {figures.money(total)} has a {TAGS[by].lower()}; "
        f"{figures.money(nobody)} is {UNATTRIBUTED_NAME}",
        words.BY_TAG_ALONE,
    )
    evidence.of(parts)
    if rows:
        shown = [row["name"] for row in rows[:CHARTED]]
        finding(
            f"{_name(shown[0])} has the largest part: {figures.share(rows[0]['cost_usd'], total)}",
            "Spend by traffic source",
        )
        evidence.of(parts)
        charts.ranked_bars(
            [
                part | {"name": _name(part["name"]), "owner": part["name"]}
                for name in shown
                for part in parts
                if part["name"] == name
            ],
            key="name", part="traffic_source", value="cost_usd", colours=TRAFFIC_SOURCE, height=60 + 26 * len(shown),
            leads=lambda part: context.calls_link(**{by: part["owner"], "source": part["traffic_source"]}),
        )  # fmt: skip
    finding(f"The parts sum to {figures.money(summed)}: all calls of the period, to the last digit")
    evidence.of(parts)
    _grid(context, by, rows, total)


def _name(name: str | None) -> str:
    return UNATTRIBUTED_NAME if name is None else name


def _groups(parts: list[Row], total: Decimal) -> list[Row]:
    groups: dict[str | None, Row] = {}
    for part in parts:
        row = groups.setdefault(
            part["name"], {"name": part["name"], "cost_usd": Decimal(0), "calls": 0, "production_usd": Decimal(0)}
        )
        row["cost_usd"] += part["cost_usd"]
        row["calls"] += part["calls"]
        if part["traffic_source"] == "production":
            row["production_usd"] += part["cost_usd"]
    for row in groups.values():
        row |= {
            "share": ratio(row["cost_usd"], total),
            "production_share": ratio(row["production_usd"], row["cost_usd"]),
        }
    return list(groups.values())


def _grid(context: Context, by: str, rows: list[Row], total: Decimal) -> None:
    grids.grid(
        rows,
        [
            Column("name", TAGS[by], _name, href=lambda row: context.calls_link(**{by: row["name"]})),
            grids.money("cost_usd", "Spend", bar=True),
            grids.number("share", "Share", figures.share),
            grids.number("production_share", "Production", figures.share, definition=words.PRODUCTION_SHARE),
            grids.number("calls", "Calls", definition=words.CALLS, is_minor=True),
        ],
        total={
            "name": "All",
            "cost_usd": total,
            "share": 1 if total else None,
            "calls": sum(row["calls"] for row in rows),
        },
        grey=UNATTRIBUTED_NAME,
    )
