"""Traffic: production, eval, replay, ops and unknown, as money and as shares."""

from decimal import Decimal
from typing import Any

from app import charts, choices, currency, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import ratio
from app.palette import GREY, TRAFFIC_SOURCE
from app.sentences import compared_words, period_words, traffic_finding
from app.views import week_hours


def render(context: Context) -> None:
    daily, before = context.rows("daily_by_source"), context.rows_before("daily_by_source")
    rows, total = sources(daily, before)
    production = next((row["cost_usd"] for row in rows if row["traffic_source"] == "production"), Decimal(0))
    headline(
        f"{figures.share(production, total)} of spend {period_words(context)} was production", words.PRODUCTION_SHARE
    )
    evidence.of(daily, before)
    finding(traffic_finding(daily, before), compared_words(context.window))
    view = choices.one_of("view", "Show", {"share": "Share of each day", "money": currency.shown().name})
    evidence.of(daily, before)
    draw = charts.share_days if view == "share" else charts.stacked_days
    draw(
        daily, key="traffic_source", value="cost_usd", colours=TRAFFIC_SOURCE,
        leads=lambda row: context.day_link(row["date"], source=row["traffic_source"]),
    )  # fmt: skip
    finding("The parts and their sum")
    evidence.of(daily, before)
    grids.grid(
        rows,
        [
            Column(
                "traffic_source",
                "Traffic source",
                colour=lambda row: TRAFFIC_SOURCE.get(row["traffic_source"], GREY),
                href=lambda row: context.calls_link(source=row["traffic_source"]),
            ),
            grids.money(
                "cost_usd", "Spend", bar=True, colour=lambda row: TRAFFIC_SOURCE.get(row["traffic_source"], GREY)
            ),
            grids.number("share", "Share", figures.share),
            Column("change", "Change of share", grids.text, words.CHANGE, is_number=True, is_minor=True),
            grids.number("calls", "Calls", definition=words.CALLS, is_minor=True),
            Column("meaning", "What it is", is_minor=True),
        ],
        total={"traffic_source": "All", "cost_usd": total, "share": 1, "calls": sum(row["calls"] for row in rows)},
    )
    week_hours.section(context)


def sources(daily: list[dict[str, Any]], before: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Decimal]:
    """One row per traffic source that has calls, in the palette's order, and the sum of their spend."""
    now, earlier = _sums(daily), _sums(before)
    total, total_before = (
        sum((cost for cost, _ in now.values()), Decimal(0)),
        sum((cost for cost, _ in earlier.values()), Decimal(0)),
    )
    rows = [
        {
            "traffic_source": source,
            "cost_usd": now[source][0],
            "calls": now[source][1],
            "share": ratio(now[source][0], total),
            "change": figures.points(ratio(now[source][0], total), ratio(earlier.get(source, (0, 0))[0], total_before))
            or figures.UNKNOWN,
            "meaning": words.TRAFFIC_SOURCES.get(source, ""),
        }
        for source in (*TRAFFIC_SOURCE, *sorted(set(now) - set(TRAFFIC_SOURCE)))
        if source in now
    ]
    return rows, total


def _sums(daily: list[dict[str, Any]]) -> dict[str, tuple[Decimal, int]]:
    sums: dict[str, tuple[Decimal, int]] = {}
    for row in daily:
        cost, calls = sums.get(row["traffic_source"], (Decimal(0), 0))
        sums[row["traffic_source"]] = cost + (row["cost_usd"] or 0), calls + row["calls"]
    return sums
