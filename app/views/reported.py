"""Reported against computed cost: by whom, by how much, and what explains the difference."""

from decimal import Decimal
from typing import Any

from app import figures, grids, price_words
from app.cards import finding
from app.context import Context
from app.grids import Column

Row = dict[str, Any]
WHO = {"provider": "provider", "client": "client"}


def section(context: Context) -> None:
    """The table of the period's calls that have both; a sentence where there is none."""
    rows = context.rows("reported_costs")
    if not rows:
        finding(
            "No call has both a reported and a computed cost",
            "Where a provider or a client library says what a call cost, it is compared here with tokens × price.",
        )
        return
    total = {name: _sum(rows, name) for name in ("calls", "computed_usd", "reported_usd", "difference_usd")}
    finding(
        _words(rows, total), "A provider's figure counts and the difference is an adjustment line; a client's does not."
    )
    grids.grid(
        rows,
        [
            Column("model", "Model", href=lambda row: context.calls_link(model=row["model"])),
            Column("reported_cost_kind", "Said by", html=_who),
            grids.number("calls", "Calls", is_minor=True),
            grids.money("computed_usd", "Computed", is_minor=True),
            grids.money("reported_usd", "Reported"),
            Column("difference_usd", "Difference", figures.signed_money, is_number=True, exact=figures.exact_money),
            Column("reason", "Why", html=_why, is_minor=True),
        ],
        total={"model": "All", **total},
    )


def _words(rows: list[Row], total: Row) -> str:
    moved, calls = _sum(rows, "moved_usd"), figures.count(total["calls"])
    apart = [row for row in rows if row["reason"] != "agrees"]
    if not apart:
        return f"Reported and computed cost agree on all {calls} calls that have both"
    explained = sum((row["moved_usd"] for row in apart if row["reason"] != "unexplained"), Decimal(0))
    difference = total["difference_usd"]
    way = "above" if difference > 0 else "below"
    net = f"{figures.money(abs(difference))} {way} the computed one" if difference else "the computed one in sum"
    return (
        f"Over {calls} calls the reported cost is {net}; {figures.share(explained, moved)} of what differs is explained"
    )


def _sum(rows: list[Row], name: str) -> Decimal:
    return sum((row[name] for row in rows), Decimal(0))


def _who(row: Any) -> str:
    return grids.explained(WHO.get(row["reported_cost_kind"], "unknown"), grids.text(row["provider"]))


def _why(row: Any) -> str:
    said = price_words.DIFFERENCES.get(row["reason"], row["reason"])
    if row["reason"] == "by_a_factor":
        said = f"× {row['reported_usd'] / row['computed_usd']:.3f}. {said}"
    return grids.explained("", said)
