"""Overview: how things stand in one sentence, four numbers, one trend, one table."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app import charts, evidence, figures, words
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.measures import BY_SOURCE, Row, first, headline_source, interval, is_fall, of_source, per_success, ratio
from app.palette import TRAFFIC_SOURCE
from app.sentences import compared_words, period_words, traffic_finding, up_or_down
from app.views import alerts
from app.views.drivers import driver_grid, largest, largest_move, with_change

SHOWN_DRIVERS = 6


def render(context: Context) -> None:
    measures = context.rows("task_groups", **BY_SOURCE | {"is_spread": True})
    measures_before = context.rows_before("task_sources")
    source = headline_source(measures)
    now, before = of_source(measures, source), of_source(measures_before, source)
    spend, spend_before = context.rows("spend")[0], first(context.rows_before("spend"))
    earlier = context.rows_before("drivers", of_source=source)
    drivers = with_change(context.rows("drivers", of_source=source), earlier)
    below = f"{compared_words(context.window)} {largest_move(drivers, spend_before)}".strip()
    headline(_sentence(context, spend, spend_before, now, before), below, _fires(context))
    daily = context.rows("daily_by_source")
    evidence.of(spend, spend_before, now, before, daily)
    cards(
        [
            _cost_card(context, source, now, before),
            _production_card(context, spend, spend_before, daily),
            _spend_card(context, spend, spend_before, daily),
            _waste_card(context, spend, spend_before),
        ]
    )
    finding(
        traffic_finding(daily, context.rows_before("daily_by_source")),
        f"Spend per day by traffic source, {context.zone} days",
    )
    evidence.of(daily, context.rows_before("daily_by_source"))
    charts.stacked_days(
        daily, key="traffic_source", value="cost_usd", colours=TRAFFIC_SOURCE, height=165,
        leads=lambda row: context.day_link(row["date"], source=row["traffic_source"]),
    )  # fmt: skip
    finding(largest(drivers, spend), "" if source == "production" else f"Tasks of {source} traffic")
    evidence.of(earlier)
    driver_grid(context, drivers[:SHOWN_DRIVERS])


def _fires(context: Context) -> tuple[str, str] | None:
    """What should be looked at first, whatever the filters; nothing of what somebody muted."""
    if not context.is_theirs("alerts"):
        return None
    firing = [row for row in context.rows("alerts") if row["state"] == "firing" and not row["is_muted"]]
    return (f"{alerts.sentence(firing)}.", context.link("alerts")) if firing else None


def _sentence(context: Context, spend: Row, spend_before: Row, now: Row, before: Row) -> str:
    moved = figures.change(spend["cost_usd"], spend_before.get("cost_usd"))
    production = figures.share(spend["production_usd"] or 0, spend["cost_usd"])
    spent = figures.money(spend["cost_usd"])
    text = f"{spent} spent {period_words(context)}{up_or_down(moved)}; {production} of it was production."
    if not now.get("successes"):
        return text + " No task has a known success yet."
    per_change = figures.change(now["per_success_usd"], before.get("per_success_usd"))
    return f"{text} A successful task cost {per_success(now)}{up_or_down(per_change)}."


def _cost_card(context: Context, source: str, now: Row, before: Row) -> Card:
    change = figures.change(now.get("per_success_usd"), before.get("per_success_usd"))
    by_day = context.rows("daily_tasks", of_source=source)
    evidence.of(by_day)
    series = {row["date"]: row["per_success_usd"] for row in by_day}
    latency = figures.duration(now.get("p95_latency_ms"))
    return Card(
        "Cost per successful task" + ("" if source == "production" else f" ({source})"),
        per_success(now).replace("at least ", "≥ "),
        f"{words.COST_PER_SUCCESS} p95 latency: {words.LATENCY}",
        beside=f"p95 {latency}",
        range=interval(now),
        change=change,
        before=figures.money(before.get("per_success_usd")),
        is_good=is_fall(change),
        spark=_each_day(context, series),
        href=context.link("tasks"),
    )


def _production_card(context: Context, spend: Row, before: Row, daily: list[dict[str, Any]]) -> Card:
    now_share, share_before = (
        ratio(spend["production_usd"], spend["cost_usd"]),
        ratio(before.get("production_usd"), before.get("cost_usd")),
    )
    totals, production = (
        _daily_totals(daily),
        {row["date"]: row["cost_usd"] for row in daily if row["traffic_source"] == "production"},
    )
    return Card(
        "Production share of the bill",
        figures.share(now_share),
        words.PRODUCTION_SHARE,
        range=f"{figures.money(spend['production_usd'] or 0)} of {figures.money(spend['cost_usd'])}",
        change=figures.points(now_share, share_before),
        before=figures.share(share_before),
        spark=_each_day(context, {day: ratio(production.get(day), total) for day, total in totals.items()}),
        href=context.link("traffic"),
    )


def _spend_card(context: Context, spend: Row, before: Row, daily: list[dict[str, Any]]) -> Card:
    change = figures.change(spend["cost_usd"], before.get("cost_usd"))
    unknown = spend["unknown_cost_calls"]
    return Card(
        "Total spend",
        figures.money(spend["cost_usd"]),
        words.SPEND,
        range=f"{figures.count(spend['calls'])} calls"
        + (f", {figures.count(unknown)} of unknown cost" if unknown else ""),
        change=change,
        before=figures.money(before.get("cost_usd")),
        is_good=is_fall(change),
        spark=_each_day(context, _daily_totals(daily)),
        href=context.link("calls"),
    )


def _waste_card(context: Context, spend: Row, before: Row) -> Card:
    now_share, share_before = (
        ratio(spend["waste_usd"], spend["cost_usd"]),
        ratio(before.get("waste_usd"), before.get("cost_usd")),
    )
    change = figures.points(now_share, share_before)
    by_day = context.rows("daily_waste")
    evidence.of(by_day)
    daily = {row["date"]: ratio(row["waste_usd"], row["cost_usd"]) for row in by_day}
    return Card(
        "Wasted on retries and errors",
        figures.share(now_share),
        words.WASTE,
        range=f"{figures.money(spend['waste_usd'] or 0)} paid twice or for nothing",
        change=change,
        before=figures.share(share_before),
        is_good=is_fall(change),
        spark=_each_day(context, daily),
        href=context.link("waste"),
    )


def _daily_totals(daily: list[dict[str, Any]]) -> dict[date, Decimal]:
    totals: dict[date, Decimal] = {}
    for row in daily:
        totals[row["date"]] = totals.get(row["date"], Decimal(0)) + (row["cost_usd"] or 0)
    return totals


def _each_day(context: Context, values: dict[date, Any]) -> list[float | None]:
    """The values by day over the whole period; a day without one is None."""
    days = [context.window.first + timedelta(days=number) for number in range(context.window.days)]
    return [None if values.get(day) is None else float(values[day]) for day in days]
