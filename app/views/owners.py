"""Whose spend it is by owner: calls by tag or rule, and their parts of charges by how each was shared out."""

from decimal import Decimal
from typing import Any

from app import charts, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import ratio
from app.palette import METHOD
from app.words import OWNERS, UNATTRIBUTED_NAME

Row = dict[str, Any]
CHARTED = 12


def section(context: Context, by: str, view: str) -> None:
    """Headline, chart and table by one owner column, in the split or the full view."""
    context = context.of_utc_days()
    parts = context.rows("attributed", by=by, view=view)
    total = sum((part["split_cost_usd"] for part in parts), Decimal(0))
    rows = _groups(parts, total)
    nobody = sum((part["split_cost_usd"] for part in parts if part["name"] is None), Decimal(0))
    headline(
        f"{figures.share(total - nobody, total)} of {figures.money(total)} has a {OWNERS[by].lower()}; "
        f"{figures.money(nobody)} is {UNATTRIBUTED_NAME}",
        words.UNATTRIBUTED,
    )
    evidence.of(parts)
    if rows:
        _chart(context, by, parts, rows, total)
    _sum(rows, total, view)
    evidence.of(parts)
    _grid(context, by, rows, total)
    _reasons(parts, by)


def _chart(context: Context, by: str, parts: list[Row], rows: list[Row], total: Decimal) -> None:
    shown = [row["name"] for row in rows[:CHARTED]]
    finding(
        f"{_name(shown[0])} has the largest part: {figures.share(rows[0]['cost_usd'], total)}",
        "Spend by how it was attributed",
    )
    drawn = [
        part | {"name": _name(part["name"]), "owner": part["name"]}
        for name in shown
        for part in parts
        if part["name"] == name
    ]
    evidence.of(parts)
    charts.ranked_bars(
        drawn, key="name", part="method", value="cost_usd", colours=METHOD, height=60 + 26 * len(shown),
        leads=lambda part: context.calls_link(**{by: part["owner"]}),
    )  # fmt: skip


def _sum(rows: list[Row], total: Decimal, view: str) -> None:
    summed = sum((row["cost_usd"] for row in rows), Decimal(0))
    if view == "full":
        finding(
            f"Rows overlap: they show {figures.money(summed)} of the {figures.money(total)} that was spent",
            "What several own counts in full for each of them. Shared among owners, the parts sum to the total.",
        )
        return
    if summed != total:
        raise AssertionError(f"attribution sums to {summed} USD, its parts to {total} USD")
    finding(f"The parts sum to {figures.money(summed)}: all calls and charges of the period, to the last digit")


def _name(name: str | None) -> str:
    return UNATTRIBUTED_NAME if name is None else name


def _groups(parts: list[Row], total: Decimal) -> list[Row]:
    groups: dict[str | None, Row] = {}
    for part in parts:
        empty = {"name": part["name"], "cost_usd": Decimal(0), "calls": 0, "direct_usd": Decimal(0)}
        row = groups.setdefault(part["name"], empty | {"shared_usd": Decimal(0)})
        row["cost_usd"] += part["cost_usd"]
        row["calls"] += part["calls"]
        if part["method"] != UNATTRIBUTED_NAME:
            row["direct_usd" if part["method"] == "direct" else "shared_usd"] += part["cost_usd"]
    for row in groups.values():
        row["share"] = ratio(row["cost_usd"], total)
    return list(groups.values())


def _grid(context: Context, by: str, rows: list[Row], total: Decimal) -> None:
    grids.grid(
        rows,
        [
            Column("name", OWNERS[by], _name, href=lambda row: context.calls_link(**{by: row["name"]})),
            grids.money("cost_usd", "Spend", bar=True),
            grids.number("share", "Share", figures.share),
            grids.money("direct_usd", "Own", definition=words.OWN_SPEND, is_minor=True),
            grids.money("shared_usd", "Of shared costs", definition=words.SHARED_SPEND, is_minor=True),
            grids.number("calls", "Calls", definition=words.CALLS, is_minor=True),
        ],
        total={
            "name": "All",
            **{key: sum((row[key] for row in rows), Decimal(0)) for key in ("cost_usd", "direct_usd", "shared_usd")},
            "share": ratio(sum((row["cost_usd"] for row in rows), Decimal(0)), total),
            "calls": sum(row["calls"] for row in rows),
        },
        grey=UNATTRIBUTED_NAME,
    )


def _reasons(parts: list[Row], by: str) -> None:
    """Why spend has no owner, in the words of each reason."""
    reasons: dict[str, Row] = {}
    for part in parts:
        if part["name"] is None:
            reason = part["reason"] or f"another owner is named, no {OWNERS[by].lower()}"
            row = reasons.setdefault(reason, {"reason": reason, "cost_usd": Decimal(0), "calls": 0})
            row["cost_usd"] += part["cost_usd"]
            row["calls"] += part["calls"]
    if not reasons:
        return
    rows = sorted(reasons.values(), key=lambda row: -row["cost_usd"])
    finding(f"Most of what is unattributed: {rows[0]['reason']}", words.WHY_UNATTRIBUTED)
    evidence.of(parts)
    grids.grid(
        rows,
        [
            Column("reason", "Why it has no owner"),
            grids.money("cost_usd", "Spend", bar=True),
            grids.number("calls", "Calls", definition=words.CALLS, is_minor=True),
        ],
    )
