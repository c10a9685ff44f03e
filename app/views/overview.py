"""Overview: how things stand in one sentence, four numbers, one trend, one table."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app import charts, figures, grids, words
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.filters import PERIODS
from app.grids import Column
from app.measures import Row, first, headline_source, interval, is_fall, of_source, per_success, ratio
from app.palette import TRAFFIC_SOURCE

SHOWN_DRIVERS = 6


def render(context: Context) -> None:
    measures, measures_before = context.rows("task_measures"), context.rows_before("task_measures")
    source = headline_source(measures)
    now, before = of_source(measures, source), of_source(measures_before, source)
    spend, spend_before = context.rows("spend")[0], first(context.rows_before("spend"))
    drivers = with_change(context.rows("drivers", of_source=source), context.rows_before("drivers", of_source=source))
    headline(_sentence(context, spend, spend_before, now, before), _driver_sentence(drivers, spend_before))
    daily = context.rows("daily_by_source")
    cards(
        [
            _cost_card(context, source, now, before),
            _production_card(context, spend, spend_before, daily),
            _spend_card(context, spend, spend_before, daily),
            _waste_card(context, spend, spend_before),
        ]
    )
    finding(traffic_finding(daily, context.rows_before("daily_by_source")), "Spend per UTC day by traffic source")
    charts.stacked_days(daily, key="traffic_source", value="cost_usd", colours=TRAFFIC_SOURCE, height=190)
    finding(_drivers_finding(drivers, spend), "" if source == "production" else f"Tasks of {source} traffic")
    driver_grid(context, drivers[:SHOWN_DRIVERS])


def period_words(context: Context) -> str:
    """`in the 30 days to 22 Nov 2026`, or the days themselves."""
    days = context.window
    if context.filters.period in PERIODS and context.filters.period.endswith("d"):
        return f"in the {days.days} days to {days.last:%-d %b %Y}"
    return f"from {days.first:%-d %b} to {days.last:%-d %b %Y}"


def _sentence(context: Context, spend: Row, spend_before: Row, now: Row, before: Row) -> str:
    moved = figures.change(spend["cost_usd"], spend_before.get("cost_usd"))
    production = figures.share(spend["production_usd"] or 0, spend["cost_usd"])
    text = f"{figures.money(spend['cost_usd'])} spent {period_words(context)}{_up_or_down(moved)}; {production} of it was production."
    if not now.get("successes"):
        return text + " No task has a known success yet."
    per_change = figures.change(now["per_success_usd"], before.get("per_success_usd"))
    return f"{text} A successful task cost {per_success(now)}{_up_or_down(per_change)}."


def _up_or_down(change: str | None) -> str:
    if change is None:
        return ""
    return f", {'down' if change.startswith(figures.MINUS) else 'up'} {change.lstrip('+' + figures.MINUS)}"


def _driver_sentence(drivers: list[dict[str, Any]], spend_before: Row) -> str:
    moved = [row for row in drivers if row["change_usd"] is not None]
    if not moved or not spend_before.get("cost_usd"):
        return ""
    largest = max(moved, key=lambda row: abs(row["change_usd"]))
    way = "more" if largest["change_usd"] > 0 else "less"
    return f"Largest move: {grids.text(largest['workflow_id'])}, {figures.money(abs(largest['change_usd']))} {way} than the period before."


def _cost_card(context: Context, source: str, now: Row, before: Row) -> Card:
    change = figures.change(now.get("per_success_usd"), before.get("per_success_usd"))
    series = {row["date"]: row["per_success_usd"] for row in context.rows("daily_tasks", of_source=source)}
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
    daily = {row["date"]: ratio(row["waste_usd"], row["cost_usd"]) for row in context.rows("daily_waste")}
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


def traffic_finding(daily: list[dict[str, Any]], before: list[dict[str, Any]]) -> str:
    """What the split by traffic source says: the part beside production that moved most, else the largest one."""
    now_shares, shares_before = _shares(daily), _shares(before)
    others = {source: share for source, share in now_shares.items() if source != "production"}
    if not others:
        return "All spend was production" if now_shares else "No spend in this period"
    moved = max(others, key=lambda source: abs(others[source] - shares_before.get(source, Decimal(0))))
    source = moved if before else max(others, key=lambda name: others[name])
    text = f"{_PLURAL[source]} {figures.share(others[source])} of spend"
    if not before:
        return text
    earlier = shares_before.get(source, Decimal(0))
    return f"{text}, {'up' if others[source] >= earlier else 'down'} from {figures.share(earlier)}"


_PLURAL = {
    "eval": "Evals were",
    "replay": "Replays were",
    "ops": "Operations were",
    "unknown": "Calls of unknown source were",
    "production": "Production was",
}


def _shares(daily: list[dict[str, Any]]) -> dict[str, Decimal]:
    total = sum((row["cost_usd"] or Decimal(0) for row in daily), Decimal(0))
    sums: dict[str, Decimal] = {}
    for row in daily:
        sums[row["traffic_source"]] = sums.get(row["traffic_source"], Decimal(0)) + (row["cost_usd"] or 0)
    return {source: value / total for source, value in sums.items()} if total else {}


def with_change(now: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each workflow's row with its spend and cost per success of the period before and their changes as text."""
    earlier = {row["workflow_id"]: row for row in before}
    joined = []
    for row in now:
        old = earlier.get(row["workflow_id"], {})
        joined.append(
            row
            | {
                "change": figures.change(row["cost_usd"], old.get("cost_usd")) or ("new" if before else None),
                "change_usd": (row["cost_usd"] or 0) - (old.get("cost_usd") or 0) if before else None,
                "per_success_change": figures.change(row["per_success_usd"], old.get("per_success_usd")),
                "success_rate": ratio(row["successes"], row["known_outcomes"]),
                "waste_share": ratio(row["waste_usd"], row["cost_usd"]),
            }
        )
    return joined


def _drivers_finding(drivers: list[dict[str, Any]], spend: Row) -> str:
    if not drivers:
        return "No calls in this period"
    top = drivers[0]
    return f"{grids.text(top['workflow_id'])} is the largest of {len(drivers)} workflows: {figures.share(top['cost_usd'], spend['cost_usd'])} of spend"


def driver_grid(context: Context, rows: list[dict[str, Any]]) -> None:
    """Workflows by spend; a workflow leads to its calls."""
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow", href=lambda row: context.calls_link(workflow=row["workflow_id"])),
            grids.money("cost_usd", "Spend", bar=True, definition=words.SPEND),
            Column("change", "Change", _dash, words.CHANGE, is_number=True),
            grids.money("per_success_usd", "Cost per success", definition=words.COST_PER_SUCCESS),
            Column("per_success_change", "Change", _dash, words.CHANGE, is_number=True, is_minor=True),
            grids.number("successes", "Successes", definition=words.SUCCESSES, is_minor=True),
            grids.number("success_rate", "Success rate", figures.share, definition=words.SUCCESS_RATE, is_minor=True),
            grids.number("waste_share", "Waste", figures.share, definition=words.WASTE, is_minor=True),
        ],
    )


def _dash(value: str | None) -> str:
    return value or figures.UNKNOWN
