"""All charts. The only module that knows Altair; colours come from `app.palette`, text and lines from the theme."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import streamlit as st

from app import currency, figures
from app.cards import legend
from app.palette import BLUE, GREY

Rows = Sequence[Mapping[str, Any]]


def stacked_days(rows: Rows, *, key: str, value: str, colours: Mapping[str, str], height: int = 240) -> None:
    """Money per UTC day, stacked in the palette's order. `rows`: date, `key`, `value` in USD."""
    names = _named(rows, key, colours)
    data = [
        {
            **_date(row["date"]),
            "group": row[key],
            "amount": _shown(row[value] or 0),
            "exact": figures.money(row[value]),
            "rank": names.index(row[key]),
        }
        for row in rows
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(binSpacing=1)
        .encode(
            x=_day(),
            y=alt.Y("sum(amount):Q", title=None, axis=alt.Axis(labelExpr=_money_axis(), tickCount=4)),
            color=alt.Color("group:N", scale=_scale(names, colours), legend=None),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("day:N", title="day (UTC)"),
                alt.Tooltip("group:N", title="part"),
                alt.Tooltip("exact:N", title="spend"),
            ],
        )
    )
    _show(chart, height)


def share_days(rows: Rows, *, key: str, value: str, colours: Mapping[str, str], height: int = 240) -> None:
    """The same parts as shares of each day's spend; the axis always runs from 0 to 100 %."""
    names = _named(rows, key, colours)
    data = [
        {
            **_date(row["date"]),
            "group": row[key],
            "amount": _shown(row[value] or 0),
            "exact": figures.money(row[value]),
            "rank": names.index(row[key]),
        }
        for row in rows
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(binSpacing=1)
        .encode(
            x=_day(),
            y=alt.Y("sum(amount):Q", stack="normalize", title=None, axis=alt.Axis(format="%", tickCount=4)),
            color=alt.Color("group:N", scale=_scale(names, colours), legend=None),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("day:N", title="day (UTC)"),
                alt.Tooltip("group:N"),
                alt.Tooltip("exact:N", title="spend"),
            ],
        )
    )
    _show(chart, height)


def line_with_band(rows: Rows, *, height: int = 240) -> None:
    """One figure per day as a line. `rows`: date, usd (None leaves a gap)."""
    data = [
        {
            **_date(row["date"]),
            "amount": None if row["usd"] is None else _shown(row["usd"]),
            "label": figures.money(row["usd"]),
        }
        for row in rows
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_line(point=alt.OverlayMarkDef(size=18), color=BLUE)
        .encode(
            x=_day(),
            y=alt.Y(
                "amount:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(labelExpr=_money_axis(), tickCount=4)
            ),
            tooltip=[
                alt.Tooltip("day:N", title="day (UTC)"),
                alt.Tooltip("label:N", title=currency.shown().name),
            ],
        )
    )
    _show(chart, height)


def month_fan(spent: Rows, ahead: Rows, *, height: int = 320) -> None:
    """Cumulative spend of the month, then the expected path with its range. Rows: date, usd (and low, high ahead)."""
    past = [_date(row["date"]) | _amounts(row, "usd") for row in spent]
    future = [_date(row["date"]) | _amounts(row, "usd", "low", "high") for row in ahead]
    x = _day()
    y = alt.Axis(labelExpr=_money_axis(), tickCount=5)
    when = alt.Tooltip("day:N", title="through")
    solid = alt.Chart(alt.Data(values=past)).encode(x=x, tooltip=[when, alt.Tooltip("usd_text:N", title="spent")])
    dashed = alt.Chart(alt.Data(values=future)).encode(
        x=x,
        tooltip=[
            when,
            alt.Tooltip("usd_text:N", title="expected"),
            alt.Tooltip("low_text:N", title="low"),
            alt.Tooltip("high_text:N", title="high"),
        ],
    )
    chart = alt.layer(
        dashed.mark_area(opacity=0.22, color=BLUE).encode(y=alt.Y("low:Q", title=None, axis=y), y2="high:Q"),
        dashed.mark_line(strokeDash=[5, 4], color=BLUE).encode(y="usd:Q"),
        solid.mark_line(strokeWidth=2.5, color=BLUE).encode(y="usd:Q"),
    )
    _show(chart, height)


def ranked_bars(rows: Rows, *, key: str, part: str, value: str, colours: Mapping[str, str], height: int) -> None:
    """Groups by spend, each bar split into parts; `rows`: key, part, value in USD, in the order to be shown."""
    order = list(dict.fromkeys(row[key] for row in rows))
    names = _named(rows, part, colours)
    data = [
        {
            "group": row[key],
            "part": row[part],
            "amount": _shown(row[value] or 0),
            "rank": names.index(row[part]),
            "exact": figures.money(row[value]),
        }
        for row in rows
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(height={"band": 0.7})
        .encode(
            y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=170, ticks=False, domain=False)),
            x=alt.X("sum(amount):Q", title=None, axis=alt.Axis(labelExpr=_money_axis(), tickCount=5)),
            color=alt.Color("part:N", scale=_scale(names, colours), legend=None),
            order=alt.Order("rank:Q"),
            tooltip=[alt.Tooltip("group:N"), alt.Tooltip("part:N"), alt.Tooltip("exact:N", title="spend")],
        )
    )
    _show(chart, height)


def _shown(usd: Any) -> float:
    """US dollars as the axis counts them: in the page's currency."""
    return float(figures.converted(usd))


def _amounts(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Each as a number for the axis and as text for the tooltip."""
    numbers = {name: _shown(row[name]) for name in names}
    return numbers | {f"{name}_text": figures.money(row[name]) for name in names}


def _money_axis() -> str:
    symbol = currency.shown().symbol
    large, small = "format(datum.value, ',.3~s')", "format(datum.value, '.2~g')"
    return f"'{symbol}' + (datum.value >= 1 || datum.value == 0 ? {large} : {small})"


def _named(rows: Rows, key: str, colours: Mapping[str, str]) -> list[str]:
    """The parts that occur, in the palette's order, with their legend drawn; a part it does not know is grey."""
    found = {row[key] for row in rows}
    names = [name for name in colours if name in found] + sorted(found - set(colours))
    legend({name: colours.get(name, GREY) for name in names})
    return names


def _scale(names: Sequence[str], colours: Mapping[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=[colours.get(name, GREY) for name in names])


def _day() -> alt.X:
    """The UTC day: wherever the browser stands, the days and their labels do not move."""
    axis = alt.Axis(format="%d %b", tickCount=8, grid=False, labelOverlap=True)
    return alt.X("utcyearmonthdate(date):T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def _date(day: date) -> dict[str, str]:
    return {"date": day.isoformat(), "day": f"{day:%a %-d %b %Y}"}


def _show(chart: Any, height: int) -> None:
    st.altair_chart(chart.properties(height=height), width="stretch")
