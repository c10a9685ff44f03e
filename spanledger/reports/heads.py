"""The numbers at the head of a report, each with its change against the period before."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app import figures, measures, words
from spanledger.reports.document import Figure

Row = Mapping[str, Any]
ZERO = Decimal(0)


def of_tasks(spend: Row, before: Row, mine: Row, mine_before: Row, source: str) -> tuple[Figure, ...]:
    """The four of reports on outcomes: spend, cost of a success of one traffic source, production, waste."""
    return (
        spend_figure(spend, before),
        success_figure(mine, mine_before, source),
        production_figure(spend, before),
        waste_figure(spend, before),
    )


def spend_figure(now: Row, before: Row) -> Figure:
    """What was spent, and against the period before."""
    unknown = now["unknown_cost_calls"]
    beside = f"{figures.count(now['calls'])} calls"
    beside += f", {figures.count(unknown)} of unknown cost" if unknown else ""
    change = figures.change(now["cost_usd"], before.get("cost_usd"))
    return Figure(
        *("Spend", figures.money(now["cost_usd"] or ZERO), beside, against(change, before), measures.is_fall(change)),
        meaning=words.SPEND,
    )


def against(change: str | None, before: Row) -> str:
    """`+12 % against $3.20 before`; nothing where there is nothing to compare with."""
    return f"{change} against {figures.money(before['cost_usd'])} before" if change else ""


def success_figure(now: Row, before: Row, source: str) -> Figure:
    """Cost per successful task with its interval."""
    change = figures.change(now.get("per_success_usd"), before.get("per_success_usd"))
    label = "Cost per successful task" + ("" if source == "production" else f" ({source})")
    tail = f"{change} against {figures.money(before['per_success_usd'])} before" if change else ""
    shown = measures.per_success(now).replace("at least", "≥"), measures.interval(now), tail, measures.is_fall(change)
    return Figure(label, *shown, meaning=words.COST_PER_SUCCESS)


def waste_figure(now: Row, before: Row) -> Figure:
    """What was paid twice or for nothing."""
    share, share_before = (measures.ratio(row.get("waste_usd"), row.get("cost_usd")) for row in (now, before))
    change = figures.points(share, share_before)
    paid = f"{figures.money(now['waste_usd'] or ZERO)} paid twice or for nothing"
    shown = figures.share(share), paid, change or "", measures.is_fall(change)
    return Figure("Wasted on retries and errors", *shown, meaning=words.WASTE)


def production_figure(now: Row, before: Row) -> Figure:
    """How much of it was production."""
    share, share_before = (measures.ratio(row.get("production_usd"), row.get("cost_usd")) for row in (now, before))
    of = f"{figures.money(now['production_usd'] or ZERO)} of {figures.money(now['cost_usd'] or ZERO)}"
    moved = figures.points(share, share_before) or ""
    return Figure("Production share of the bill", figures.share(share), of, moved, meaning=words.PRODUCTION_SHARE)
