"""Figures as lines, with their ranges: day by day, ahead, over another number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import altair as alt

from app import currency, figures
from app.cards import legend
from app.charts.axes import counts, money, shares
from app.charts.drawing import Leads, Rows, amounts, base, coloured, dated, day, led, linked, named, show, shown, told
from app.palette import BLUE, GREY, VERMILLION

Row = Mapping[str, Any]


def line_with_band(rows: Rows, *, height: int = 240, leads: Leads | None = None) -> None:
    """One figure per day as a line with its interval behind it. `rows`: date, usd, low, high (None leaves a gap).

    A day's interval may reach far above all figures: the axis ends at twice the highest figure, the band goes on.
    """
    data = [
        dated(row["date"]) | _known(row, "usd", "low", "high") | {"range": _range(row)} | led(row, leads)
        for row in rows
    ]
    top = max((row["usd"] for row in data if row["usd"] is not None), default=0) * 2 or 1
    scale = alt.Scale(domain=[0, top], clamp=False)
    tooltip = told(day="day", usd_text=currency.shown().name, range="95 %")
    lines = base(data, x=day(), tooltip=tooltip)
    band = lines.mark_rule(color=BLUE, opacity=0.3, strokeWidth=4, clip=True).encode(**linked(leads))
    chart = alt.layer(
        band.encode(y=alt.Y("low:Q", title=None, scale=scale, axis=money(4)), y2=alt.Y2("high:Q")),
        lines.mark_line(color=BLUE).encode(y=alt.Y("usd:Q", scale=scale)),
        lines.mark_point(size=18, filled=True, opacity=1, color=BLUE).encode(
            y=alt.Y("usd:Q", scale=scale), **linked(leads)
        ),
    )
    show(chart, height)


def _range(row: Row) -> str:
    known = row["low"] is not None
    return f"{figures.money(row['low'])} – {figures.money(row['high'])}" if known else figures.UNKNOWN


def _known(row: Row, *names: str) -> dict[str, Any]:
    """As `amounts`, of figures that may be unknown."""
    numbers = {name: None if row[name] is None else shown(row[name]) for name in names}
    return numbers | {f"{name}_text": figures.money(row[name]) for name in names}


def expected_band(rows: Rows, *, grain: str, height: int = 280, leads: Leads | None = None) -> None:
    """Spend per hour (or day) beside the range it was expected in; what was flagged stands out.

    `rows`: at (by the clock to show), usd, expected, low, high (None where the history was too short), is_flagged.
    """
    legend({"spent": BLUE, "flagged": VERMILLION, "expected, and up to where nothing is said": GREY})
    tooltip = told(when="when", usd_text="spent", expected_text="expected", high_text="flagged above")
    axis = alt.Axis(tickCount=8, grid=False)
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=axis)
    y = alt.Y("usd:Q", title=None, axis=money(4))
    steps = base([_hour(row, grain) | led(row, leads) for row in rows], x=x, tooltip=tooltip)
    flagged = steps.transform_filter("datum.state == 'flagged'")
    band = steps.mark_area(opacity=0.25, color=GREY, interpolate="step-after")
    chart = alt.layer(
        band.encode(y=alt.Y("low:Q", title=None), y2=alt.Y2("high:Q")),
        steps.mark_line(strokeDash=[4, 3], color=GREY, interpolate="step-after").encode(y=alt.Y("expected:Q")),
        steps.mark_line(color=BLUE, strokeWidth=1.6, interpolate="step-after").encode(y=y),
        flagged.mark_point(filled=True, size=60, color=VERMILLION, opacity=1).encode(y=y),
        steps.mark_point(filled=True, size=60, opacity=0).encode(y=y, **linked(leads)),
    )
    show(chart, height)


def _hour(row: Row, grain: str) -> dict[str, Any]:
    at = row["at"]
    when = f"{at:%a %-d %b %H:%M}" if grain == "hour" else f"{at:%a %-d %b %Y}"
    state = "flagged" if row["is_flagged"] else "spent"
    return {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "when": when, "state": state} | _known(
        row, "usd", "expected", "low", "high"
    )


def month_fan(
    spent: Rows, ahead: Rows, *, limit: Decimal | None = None, height: int = 320, leads: Leads | None = None
) -> None:
    """Cumulative spend of the month, then the expected path with its range. Rows: date, usd (and low, high ahead).

    ``limit``: a budget's, in US dollars, drawn across.
    """
    past = [dated(row["date"]) | amounts(row, "usd") | led(row, leads) for row in spent]
    future = [dated(row["date"]) | amounts(row, "usd", "low", "high") for row in ahead]
    solid = base(past, x=day(), tooltip=told(day="through", usd_text="spent"))
    tooltip = told(day="through", usd_text="expected", low_text="low", high_text="high")
    dashed = base(future, x=day(), tooltip=tooltip)
    low = alt.Y("low:Q", title=None, axis=money(5))
    chart = alt.layer(
        dashed.mark_area(opacity=0.22, color=BLUE).encode(y=low, y2=alt.Y2("high:Q")),
        dashed.mark_line(strokeDash=[5, 4], color=BLUE).encode(y=alt.Y("usd:Q")),
        solid.mark_line(strokeWidth=2.5, color=BLUE).encode(y=alt.Y("usd:Q")),
        solid.mark_point(filled=True, size=60, color=BLUE, opacity=0).encode(y=alt.Y("usd:Q"), **linked(leads)),
        *([] if limit is None else [_limit_line(limit)]),
    )
    show(chart, height)


def _limit_line(limit: Decimal) -> alt.Chart:
    line = base([amounts({"limit": limit}, "limit")]).mark_rule(color=VERMILLION, strokeWidth=1.5, strokeDash=[2, 3])
    return line.encode(y=alt.Y("limit:Q"), tooltip=told(limit_text="budget"))


def share_fan(rows: Rows, *, title: str, target: float, height: int = 260) -> None:
    """A share over months with its range and a target; `rows`: at, low, middle, high."""
    ends = {"low": "one in ten below", "middle": "half below", "high": "nine in ten below"}
    data = [
        {"at": row["at"]}
        | {name: row[name] for name in ends}
        | {f"{name}_text": figures.share(row[name]) for name in ends}
        for row in rows
    ]
    tooltip = [alt.Tooltip("at:Q", title="month"), *told(**{f"{name}_text": said for name, said in ends.items()})]
    x = alt.X("at:Q", title=title, axis=alt.Axis(tickCount=8, grid=False, format="d"))
    months = base(data, x=x, tooltip=tooltip)
    low = alt.Y("low:Q", title=None, axis=shares(5))
    chart = alt.layer(
        months.mark_area(opacity=0.22, color=BLUE).encode(y=low, y2=alt.Y2("high:Q")),
        months.mark_line(color=BLUE, strokeWidth=2.2).encode(y=alt.Y("middle:Q")),
        base([{"target": target}]).mark_rule(strokeDash=[4, 4], color=GREY).encode(y=alt.Y("target:Q")),
    )
    show(chart, height)


def cost_lines(rows: Rows, colours: Mapping[str, str], *, title: str, height: int = 260) -> None:
    """Costs of several ways as lines over one number; `rows`: at (the number), line (which way), usd."""
    names = named(rows, "line", colours)
    data = [
        {
            "at": float(row["at"]),
            "line": row["line"],
            "shown": shown(row["usd"]),
            "exact": figures.exact_money(row["usd"]),
        }
        for row in rows
    ]
    at = alt.Tooltip("at:Q", title=title, format=",.0f")
    chart = (
        base(data)
        .mark_line(strokeWidth=2.2)
        .encode(
            x=alt.X("at:Q", title=title, axis=counts(6, grid=False)),
            y=alt.Y("shown:Q", title=None, axis=money(4)),
            color=coloured("line", names, colours),
            tooltip=[*told(line="way"), at, *told(exact="cost")],
        )
    )
    show(chart, height)
