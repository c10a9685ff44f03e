"""When money is spent: an average hour by weekday and hour of the day."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app import charts, evidence, figures, grids
from app.cards import finding
from app.charts.hours import WEEKDAYS, said
from app.context import Context
from app.grids import Column
from app.measures import ratio

Row = dict[str, Any]
ZERO = Decimal(0)


def section(context: Context) -> None:
    """The heat map with a table by weekday; nothing where the period has no spend."""
    rows = context.rows("spend_hours")
    if not sum((row["cost_usd"] for row in rows), ZERO):
        return
    week = whole_week(rows, hours_of(context, rows[0]["first_day"]))
    dearest = max((row for row in week if row["average_usd"] is not None), key=lambda row: row["average_usd"])
    quiet = sum((row["cost_usd"] for row in week if row["weekday"] > 5), ZERO)
    total = sum((row["cost_usd"] for row in week), ZERO)
    finding(
        f"{said(dearest['weekday'], dearest['hour'])} costs most: {figures.money(dearest['average_usd'])} an hour; "
        f"{figures.share(quiet, total)} is spent on weekends",
        f"Spend of an average hour, by the clock of {context.zone}",
    )
    evidence.of(rows)
    linked = [row | {"href": context.calls_link(hour=name(row))} for row in week]
    charts.week_hours(linked, zone=context.zone)
    _grid(context, week, total)


def hours_of(context: Context, first_day: date) -> Counter[tuple[int, int]]:
    """How often each hour of the week lies in the period, from the first day that has a call up to the newest call."""
    window, until = context.window, context.local(context.until_at)
    found: Counter[tuple[int, int]] = Counter()
    at = max(window.first, first_day)
    while at <= window.last:
        hours = until.hour + 1 if at == until.date() else 24 if at < until.date() else 0
        found.update((at.isoweekday(), hour) for hour in range(hours))
        at += timedelta(days=1)
    return found


def whole_week(rows: list[Row], occurrences: Counter[tuple[int, int]]) -> list[Row]:
    """All 168 hours, those without a call as nothing; the average is None where the period has no such hour."""
    known = {(row["weekday"], row["hour"]): row for row in rows}
    week = []
    for at in ((weekday, hour) for weekday in range(1, 8) for hour in range(24)):
        row = known.get(at, {"cost_usd": ZERO, "calls": 0})
        times = occurrences[at]
        if row["calls"] and not times:
            raise AssertionError(f"{row['calls']} calls in {said(*at)}, an hour that the period does not have")
        average = row["cost_usd"] / times if times else None
        week.append(
            {
                "weekday": at[0],
                "hour": at[1],
                "cost_usd": row["cost_usd"],
                "calls": row["calls"],
                "average_usd": average,
            }
        )
    return week


def name(row: Row) -> str:
    """An hour of the week as the filter `hour` names it: `Mon 09`."""
    return f"{WEEKDAYS[row['weekday'] - 1][:3]} {row['hour']:02}"


def _grid(context: Context, week: list[Row], total: Decimal) -> None:
    days = [[row for row in week if row["weekday"] == number] for number in range(1, 8)]
    listed = [_line(hours, total) for hours in days if any(row["average_usd"] is not None for row in hours)]
    grids.grid(
        listed,
        [
            Column("weekday", "Weekday"),
            grids.money("cost_usd", "Spend", bar=True),
            grids.number("share", "Share", figures.share),
            grids.money("average_usd", "Dearest hour, on average"),
            Column("hour", "At", href=lambda row: context.calls_link(hour=row["key"])),
            grids.number("calls", "Calls", is_minor=True),
        ],
    )


def _line(hours: list[Row], total: Decimal) -> Row:
    top = max((row for row in hours if row["average_usd"] is not None), key=lambda row: row["average_usd"])
    spent = sum((row["cost_usd"] for row in hours), ZERO)
    return {
        "weekday": WEEKDAYS[top["weekday"] - 1],
        "cost_usd": spent,
        "share": ratio(spent, total),
        "average_usd": top["average_usd"],
        "hour": f"{top['hour']:02}:00",
        "key": name(top),
        "calls": sum(row["calls"] for row in hours),
    }
