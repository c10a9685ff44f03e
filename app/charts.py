"""All charts. The only module that knows Altair; colours come from `app.palette`, text and lines from the theme."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import streamlit as st

from app import currency, figures
from app.cards import legend
from app.palette import BLUE, GREEN, GREY, VERMILLION

Rows = Sequence[Mapping[str, Any]]
Ends = tuple[Decimal, Decimal, Decimal]
"""A figure with its range: low, expected, high."""


def stacked_days(rows: Rows, *, key: str, value: str, colours: Mapping[str, str], height: int = 240) -> None:
    """Money per UTC day, stacked in the palette's order. `rows`: date, `key`, `value` in USD."""
    amounts = alt.Y("sum(amount):Q", title=None, axis=alt.Axis(labelExpr=_money_axis(), tickCount=4))
    _show(_parts_of_days(rows, key, value, colours, amounts), height)


def share_days(rows: Rows, *, key: str, value: str, colours: Mapping[str, str], height: int = 240) -> None:
    """The same parts as shares of each day's spend; the axis always runs from 0 to 100 %."""
    shares = alt.Y("sum(amount):Q", stack="normalize", title=None, axis=alt.Axis(format="%", tickCount=4))
    _show(_parts_of_days(rows, key, value, colours, shares), height)


def _parts_of_days(rows: Rows, key: str, value: str, colours: Mapping[str, str], height_of_bars: alt.Y) -> alt.Chart:
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
    return (
        alt.Chart(alt.Data(values=data))
        .mark_bar(binSpacing=1)
        .encode(
            x=_day(),
            y=height_of_bars,
            color=alt.Color("group:N", scale=_scale(names, colours), legend=None),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("day:N", title="day (UTC)"),
                alt.Tooltip("group:N", title="part"),
                alt.Tooltip("exact:N", title="spend"),
            ],
        )
    )


def line_with_band(rows: Rows, *, height: int = 240) -> None:
    """One figure per day as a line with its interval behind it. `rows`: date, usd, low, high (None leaves a gap).

    A day's interval may reach far above all figures: the axis ends at twice the highest figure, the band goes on.
    """
    data = [
        {
            **_date(row["date"]),
            **{name: None if row[name] is None else _shown(row[name]) for name in ("usd", "low", "high")},
            "label": figures.money(row["usd"]),
            "range": figures.UNKNOWN
            if row["low"] is None
            else f"{figures.money(row['low'])} – {figures.money(row['high'])}",
        }
        for row in rows
    ]
    top = max((row["usd"] for row in data if row["usd"] is not None), default=0) * 2 or 1
    axis = alt.Axis(labelExpr=_money_axis(), tickCount=4)
    scale = alt.Scale(domain=[0, top], clamp=False)
    base = alt.Chart(alt.Data(values=data)).encode(
        x=_day(),
        tooltip=[
            alt.Tooltip("day:N", title="day (UTC)"),
            alt.Tooltip("label:N", title=currency.shown().name),
            alt.Tooltip("range:N", title="95 %"),
        ],
    )
    chart = alt.layer(
        base.mark_rule(color=BLUE, opacity=0.3, strokeWidth=4, clip=True).encode(
            y=alt.Y("low:Q", title=None, scale=scale, axis=axis), y2="high:Q"
        ),
        base.mark_line(point=alt.OverlayMarkDef(size=18), color=BLUE).encode(y=alt.Y("usd:Q", scale=scale)),
    )
    _show(chart, height)


def ratio_intervals(rows: Rows, colours: Mapping[str, str]) -> None:
    """Ratios with their intervals on a log axis around 1. `rows`: what, pair, said, ratio, ratio_low, ratio_high."""
    numbers = ("ratio", "ratio_low", "ratio_high")
    data = [
        {name: row[name] for name in ("what", "pair", "said")}
        | {name: float(row[name]) for name in numbers}
        | {f"{name}_text": figures.times(row[name]) for name in numbers}
        | {"line": f"{row['what']} · {row['pair']} ({row['traffic_source']})"}
        for row in rows
    ]
    names = _named(rows, "said", colours)
    reach = max(max(row["ratio_high"], 1 / row["ratio_low"]) for row in data)
    ticks = [tick for tick in (0.1, 0.2, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 5, 10) if 1 / reach <= tick <= reach]
    scale = alt.Scale(type="log", domain=[1 / reach, reach])
    base = alt.Chart(alt.Data(values=data)).encode(
        y=alt.Y("line:N", sort=None, title=None, axis=None),
        color=alt.Color("said:N", scale=_scale(names, colours), legend=None),
        tooltip=[
            alt.Tooltip("line:N", title="versions"),
            alt.Tooltip("ratio_text:N", title="ratio"),
            alt.Tooltip("ratio_low_text:N", title="from"),
            alt.Tooltip("ratio_high_text:N", title="to"),
            alt.Tooltip("said:N", title="verdict"),
        ],
    )
    x = alt.Axis(values=ticks, format=".3~g", labelExpr="'× ' + datum.label", grid=False)
    one = alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4], color=GREY)
    chart = alt.layer(
        one.encode(x=alt.X("one:Q", scale=scale, title=None, axis=x)),
        base.mark_rule(strokeWidth=3).encode(x=alt.X("ratio_low:Q", scale=scale), x2="ratio_high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("ratio:Q", scale=scale)),
        # above its interval, not beside it: a narrow screen has no room there
        base.mark_text(align="left", baseline="bottom", dy=-7, limit=380).encode(
            x=alt.value(0), text="line:N", color=alt.value("#808080")
        ),
    )
    _show(chart, 60 + 42 * len(data))


def expected_band(rows: Rows, *, grain: str, height: int = 280) -> None:
    """Spend per hour (or day) beside the range it was expected in; what was flagged stands out.

    `rows`: at (UTC), usd, expected, low, high (None where the history was too short), is_flagged.
    """
    data = [
        {
            "at": f"{row['at']:%Y-%m-%dT%H:%M:%SZ}",
            "when": f"{row['at']:%a %-d %b %H:%M}" if grain == "hour" else f"{row['at']:%a %-d %b %Y}",
            "state": "flagged" if row["is_flagged"] else "spent",
            **{name: None if row[name] is None else _shown(row[name]) for name in ("usd", "expected", "low", "high")},
            **{f"{name}_text": figures.money(row[name]) for name in ("usd", "expected", "high")},
        }
        for row in rows
    ]
    legend({"spent": BLUE, "flagged": VERMILLION, "expected, and up to where nothing is said": GREY})
    base = alt.Chart(alt.Data(values=data)).encode(
        x=alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(tickCount=8, grid=False)),
        tooltip=[
            alt.Tooltip("when:N", title="UTC"),
            alt.Tooltip("usd_text:N", title="spent"),
            alt.Tooltip("expected_text:N", title="expected"),
            alt.Tooltip("high_text:N", title="flagged above"),
        ],
    )
    y = alt.Y("usd:Q", title=None, axis=alt.Axis(labelExpr=_money_axis(), tickCount=4))
    flagged = base.transform_filter("datum.state == 'flagged'")
    chart = alt.layer(
        base.mark_area(opacity=0.25, color=GREY, interpolate="step-after").encode(
            y=alt.Y("low:Q", title=None), y2="high:Q"
        ),
        base.mark_line(strokeDash=[4, 3], color=GREY, interpolate="step-after").encode(y="expected:Q"),
        base.mark_line(color=BLUE, strokeWidth=1.6, interpolate="step-after").encode(y=y),
        flagged.mark_point(filled=True, size=60, color=VERMILLION, opacity=1).encode(y=y),
    )
    _show(chart, height)


def month_fan(spent: Rows, ahead: Rows, *, limit: Decimal | None = None, height: int = 320) -> None:
    """Cumulative spend of the month, then the expected path with its range. Rows: date, usd (and low, high ahead).

    ``limit``: a budget's, in US dollars, drawn across.
    """
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
        *([] if limit is None else [_limit_line(limit)]),
    )
    _show(chart, height)


def _limit_line(limit: Decimal) -> alt.Chart:
    data = alt.Data(values=[_amounts({"limit": limit}, "limit")])
    line = alt.Chart(data).mark_rule(color=VERMILLION, strokeWidth=1.5, strokeDash=[2, 3])
    return line.encode(y="limit:Q", tooltip=[alt.Tooltip("limit_text:N", title="budget")])


def cost_ranges(past: Sequence[float], ranges: Rows, *, height: int = 150) -> None:
    """Costs of past tasks as marks, in US dollars, above ranges for new ones, on one log axis.

    `ranges`: name, least, low, middle, high, most in US dollars.
    """
    ends = ("least", "low", "middle", "high", "most")
    marks = [{"line": "past tasks", **_amounts({"usd": usd}, "usd")} for usd in past]
    data = [{"line": row["name"], **_amounts(row, *ends)} for row in ranges]
    order = ["past tasks", *(row["name"] for row in ranges)]
    y = alt.Y("line:N", sort=order, title=None, axis=alt.Axis(labelLimit=170, ticks=False, domain=False))
    axis = alt.Axis(labelExpr=_money_axis(), tickCount=5, grid=False)
    scale = alt.Scale(type="log", nice=False)
    base = alt.Chart(alt.Data(values=data)).encode(
        y=y, tooltip=[alt.Tooltip("line:N"), *(alt.Tooltip(f"{end}_text:N", title=end) for end in ends)]
    )
    ticks = alt.Chart(alt.Data(values=marks)).mark_tick(thickness=1.5, opacity=0.45, color=GREY, size=22)
    chart = alt.layer(
        ticks.encode(
            y=y,
            x=alt.X("usd:Q", scale=scale, title=None, axis=axis),
            tooltip=[alt.Tooltip("usd_text:N", title="past task")],
        ),
        base.mark_rule(strokeWidth=2, color=BLUE).encode(x=alt.X("least:Q", scale=scale), x2="most:Q"),
        base.mark_bar(height=14, color=BLUE, opacity=0.55).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        base.mark_tick(thickness=3, size=22, color=BLUE).encode(x=alt.X("middle:Q", scale=scale)),
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


def waterfall(steps: Sequence[tuple[str, Decimal, str]]) -> None:
    """A change of money step by step, from nothing to all of it; `steps`: name, USD, meaning, in the order shown."""
    data: list[dict[str, Any]] = []
    at = Decimal(0)
    for name, usd, meaning in steps:
        data.append(_step(name, at, usd, meaning, "rise" if usd > 0 else "fall"))
        at += usd
    data.append(_step("All together", Decimal(0), at, "Cost after less cost before.", "change"))
    order, colours = [row["name"] for row in data], {"rise": VERMILLION, "fall": GREEN, "change": BLUE}
    base = alt.Chart(alt.Data(values=data)).encode(
        tooltip=[
            alt.Tooltip("name:N", title="cause"),
            alt.Tooltip("exact:N", title="change"),
            alt.Tooltip("meaning:N", title="what it is"),
        ],
    )
    names = alt.Axis(labelLimit=130, ticks=False, domain=False)
    amounts = alt.Axis(orient="right", ticks=False, domain=False, grid=False, labelExpr=_looked_up(data))
    x = alt.X("start:Q", title=None, axis=alt.Axis(labelExpr=_money_axis(signed=True), tickCount=4))
    bars = base.mark_bar(height={"band": 0.65}).encode(
        y=alt.Y("name:N", sort=order, title=None, axis=names),
        x=x,
        x2="end:Q",
        color=alt.Color("kind:N", scale=_scale(list(colours), colours), legend=None),
    )
    # amounts stand on an axis of their own: axes follow the theme, text in a chart does not
    said = base.mark_point(opacity=0).encode(y=alt.Y("name:N", sort=order, title=None, axis=amounts), x=x)
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY).encode(x="zero:Q")
    _show(alt.layer(zero, bars, said).resolve_scale(y="independent"), 30 + 27 * len(data))


def savings_bridge(spend: Decimal, savings: Sequence[tuple[str, Decimal, Decimal, Decimal]], left: Ends) -> None:
    """From what was spent to what is left, saving by saving; a thin line is the range of where one ends.

    `savings`: name, low, expected and high in USD, in the order shown; `left`: low, expected and high.
    """
    data, at = [_bar("Spent", Decimal(0), (spend, spend, spend), figures.money(spend), "spend")], spend
    for name, low, usd, high in savings:
        saved = figures.signed_money(-usd)
        data.append(_bar(name, at, (at - high, at - usd, at - low), saved, "saved" if usd >= 0 else "added"))
        at -= usd
    data.append(_bar("Left", Decimal(0), left, figures.money(left[1]), "spend"))
    order, colours = [row["name"] for row in data], {"spend": BLUE, "saved": GREEN, "added": VERMILLION}
    base = alt.Chart(alt.Data(values=data)).encode(
        tooltip=[
            alt.Tooltip("name:N", title="lever"),
            alt.Tooltip("exact:N", title="amount"),
            alt.Tooltip("range:N", title="leaves between"),
        ],
    )
    names = alt.Axis(labelLimit=130, ticks=False, domain=False)
    amounts = alt.Axis(orient="right", ticks=False, domain=False, grid=False, labelExpr=_looked_up(data))
    x = alt.X("start:Q", title=None, axis=alt.Axis(labelExpr=_money_axis(signed=True), tickCount=4))
    y = alt.Y("name:N", sort=order, title=None, axis=names)
    bars = base.mark_bar(height={"band": 0.65}).encode(
        y=y, x=x, x2="end:Q", color=alt.Color("kind:N", scale=_scale(list(colours), colours), legend=None)
    )
    ranges = base.transform_filter("datum.low != datum.high").mark_rule(strokeWidth=2, color=GREY)
    said = base.mark_point(opacity=0).encode(y=alt.Y("name:N", sort=order, title=None, axis=amounts), x=x)
    lines = ranges.encode(y=y, x=alt.X("low:Q", title=None), x2="high:Q")
    _show(alt.layer(alt.layer(bars, lines), said).resolve_scale(y="independent"), 30 + 27 * len(data))


def _bar(name: str, start: Decimal, ends: Ends, exact: str, kind: str) -> dict[str, Any]:
    low, end, high = sorted(ends)
    places = {"start": start, "end": end, "low": low, "high": high}
    between = f"{figures.money(low)} and {figures.money(high)}"
    named = {"name": name, "kind": kind, "exact": exact, "range": between}
    return named | {place: _shown(usd) for place, usd in places.items()}


def cost_lines(rows: Rows, colours: Mapping[str, str], *, title: str, height: int = 260) -> None:
    """Costs of several ways as lines over one number; `rows`: at (the number), line (which way), usd."""
    names = _named(rows, "line", colours)
    data = [
        {"at": float(row["at"]), "line": row["line"], "shown": _shown(row["usd"]), "exact": figures.money(row["usd"])}
        for row in rows
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_line(strokeWidth=2.2)
        .encode(
            x=alt.X("at:Q", title=title, axis=alt.Axis(format="~s", tickCount=6, grid=False)),
            y=alt.Y("shown:Q", title=None, axis=alt.Axis(labelExpr=_money_axis(), tickCount=4)),
            color=alt.Color("line:N", scale=_scale(names, colours), legend=None),
            tooltip=[
                alt.Tooltip("line:N", title="way"),
                alt.Tooltip("at:Q", title=title, format=",.0f"),
                alt.Tooltip("exact:N", title="cost"),
            ],
        )
    )
    _show(chart, height)


def share_fan(rows: Rows, *, title: str, target: float, height: int = 260) -> None:
    """A share over months with its range and a target; `rows`: at, low, middle, high."""
    numbers = ("low", "middle", "high")
    data = [
        {"at": row["at"]}
        | {name: row[name] for name in numbers}
        | {f"{name}_text": figures.share(row[name]) for name in numbers}
        for row in rows
    ]
    axis = alt.Axis(format="%", tickCount=5)
    base = alt.Chart(alt.Data(values=data)).encode(
        x=alt.X("at:Q", title=title, axis=alt.Axis(tickCount=8, grid=False, format="d")),
        tooltip=[
            alt.Tooltip("at:Q", title="month"),
            alt.Tooltip("low_text:N", title="one in ten below"),
            alt.Tooltip("middle_text:N", title="half below"),
            alt.Tooltip("high_text:N", title="nine in ten below"),
        ],
    )
    line = alt.Chart(alt.Data(values=[{"target": target}])).mark_rule(strokeDash=[4, 4], color=GREY)
    chart = alt.layer(
        base.mark_area(opacity=0.22, color=BLUE).encode(y=alt.Y("low:Q", title=None, axis=axis), y2="high:Q"),
        base.mark_line(color=BLUE, strokeWidth=2.2).encode(y="middle:Q"),
        line.encode(y="target:Q"),
    )
    _show(chart, height)


def _looked_up(data: Sequence[Mapping[str, Any]]) -> str:
    """An expression that writes each step's amount where its name would stand."""
    return f"{json.dumps({row['name']: row['exact'] for row in data}, ensure_ascii=False)}[datum.label]"


def _step(name: str, start: Decimal, usd: Decimal, meaning: str, kind: str) -> dict[str, Any]:
    ends = {"start": _shown(start), "end": _shown(start + usd)}
    return ends | {"name": name, "exact": figures.signed_money(usd), "meaning": meaning, "kind": kind}


def _shown(usd: Any) -> float:
    """US dollars as the axis counts them: in the page's currency."""
    return float(figures.converted(usd))


def _amounts(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Each as a number for the axis and as text for the tooltip."""
    numbers = {name: _shown(row[name]) for name in names}
    return numbers | {f"{name}_text": figures.money(row[name]) for name in names}


def _money_axis(*, signed: bool = False) -> str:
    symbol, value = currency.shown().symbol, "abs(datum.value)" if signed else "datum.value"
    large, small = f"format({value}, ',.3~s')", f"format({value}, '.2~g')"
    sign = f"(datum.value < 0 ? '{figures.MINUS}' : '') + " if signed else ""
    return f"{sign}'{symbol}' + ({value} >= 1 || {value} == 0 ? {large} : {small})"


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
