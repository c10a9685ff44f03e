"""What a sum is made of: stacked bars by day or by group."""

from collections.abc import Mapping

import altair as alt

from app import figures
from app.charts.axes import money, shares
from app.charts.drawing import (
    Leads,
    Rows,
    base,
    coloured,
    dated,
    day,
    led,
    linked,
    named,
    names_axis,
    show,
    shown,
    told,
)


def stacked_days(
    rows: Rows, *, key: str, value: str, colours: Mapping[str, str], height: int = 240, leads: Leads | None = None
) -> None:
    """Money per UTC day, stacked in the palette's order. `rows`: date, `key`, `value` in USD."""
    amounts = alt.Y("sum(amount):Q", title=None, axis=money(4))
    show(_of_days(rows, key, value, colours, amounts, leads), height)


def share_days(
    rows: Rows, *, key: str, value: str, colours: Mapping[str, str], height: int = 240, leads: Leads | None = None
) -> None:
    """The same parts as shares of each day's spend; the axis always runs from 0 to 100 %."""
    parts = alt.Y("sum(amount):Q", stack="normalize", title=None, axis=shares(4))
    show(_of_days(rows, key, value, colours, parts, leads), height)


def _of_days(
    rows: Rows, key: str, value: str, colours: Mapping[str, str], heights: alt.Y, leads: Leads | None
) -> alt.Chart:
    names = named(rows, key, colours)
    data = [
        dated(row["date"])
        | {"group": row[key], "amount": shown(row[value] or 0), "exact": figures.exact_money(row[value])}
        | {"rank": names.index(row[key])}
        | led(row, leads)
        for row in rows
    ]
    bars = base(data, **linked(leads)).mark_bar(binSpacing=1)
    tooltip = told(day="day", group="part", exact="spend")
    colour = coloured("group", names, colours)
    return bars.encode(x=day(), y=heights, color=colour, order=alt.Order("rank:Q"), tooltip=tooltip)


def ranked_bars(
    rows: Rows,
    *,
    key: str,
    part: str,
    value: str,
    colours: Mapping[str, str],
    height: int,
    leads: Leads | None = None,
) -> None:
    """Groups by spend, each bar split into parts; `rows`: key, part, value in USD, in the order to be shown."""
    order = list(dict.fromkeys(row[key] for row in rows))
    names = named(rows, part, colours)
    data = [
        {
            "group": row[key],
            "part": row[part],
            "amount": shown(row[value] or 0),
            "exact": figures.exact_money(row[value]),
        }
        | {"rank": names.index(row[part])}
        | led(row, leads)
        for row in rows
    ]
    bars = base(data, **linked(leads)).mark_bar(height={"band": 0.7})
    chart = bars.encode(
        y=alt.Y("group:N", sort=order, title=None, axis=names_axis(170)),
        x=alt.X("sum(amount):Q", title=None, axis=money(5)),
        color=coloured("part", names, colours),
        order=alt.Order("rank:Q"),
        tooltip=told(group="", part="", exact="spend"),
    )
    show(chart, height)
