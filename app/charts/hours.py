"""Hours of the week as a heat map: one hue, the more the fuller, so that it reads the same for every eye and theme."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from app import figures
from app.cards import legend
from app.charts.drawing import Rows, base, show, shown, told
from app.palette import BLUE

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FAINTEST = 0.06
ROW_PX = 30


def week_hours(rows: Rows, *, zone: str) -> None:
    """Spend of an average hour by weekday and hour of the day. ``rows``: weekday (1 is Monday), hour, cost_usd (of all
    such hours together), average_usd (None: the period has no such weekday), calls, href. All 168, in any order.
    """
    data = [_cell(row) for row in rows if row["average_usd"] is not None]
    top = max((row["average"] for row in data), default=0) or 1
    most = max((row["average_usd"] for row in rows if row["average_usd"] is not None), default=0)
    legend({f"an average hour, from nothing (pale) to {figures.money(most)} (full)": BLUE})
    hours = alt.Axis(values=list(range(0, 24, 3)), labelAngle=0, ticks=False, domain=False, labelExpr=_CLOCK)
    days = alt.Axis(ticks=False, domain=False, labelExpr="slice(datum.label, 0, 3)")
    told_of = told(when=zone, exact="average hour", all="all together", calls="calls")
    cells = base(data, tooltip=told_of, href=alt.Href("href:N")).mark_rect(
        color=BLUE, cornerRadius=2, xOffset=1, x2Offset=-1
    )
    chart = cells.encode(
        x=alt.X("hour:O", title=None, axis=hours),
        y=alt.Y("weekday:O", title=None, sort=list(WEEKDAYS), axis=days),
        opacity=alt.Opacity("average:Q", scale=alt.Scale(domain=[0, top], range=[FAINTEST, 1]), legend=None),
    )
    show(chart, 30 + ROW_PX * len({row["weekday"] for row in data}))


_CLOCK = "(datum.value < 10 ? '0' : '') + datum.value + ':00'"


def _cell(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "weekday": WEEKDAYS[row["weekday"] - 1],
        "hour": row["hour"],
        "average": shown(row["average_usd"]),
        "when": said(row["weekday"], row["hour"]),
        "exact": figures.money(row["average_usd"]),
        "all": figures.exact_money(row["cost_usd"]),
        "calls": figures.count(row["calls"]),
        "href": row["href"],
    }


def said(weekday: int, hour: int) -> str:
    """`Monday 09:00–10:00`."""
    return f"{WEEKDAYS[weekday - 1]} {hour:02}:00–{hour + 1:02}:00"
