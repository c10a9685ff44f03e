"""How values are spread: histograms over a log axis, one below another where groups must not hide each other."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from app import evidence, figures
from app.cards import legend
from app.charts.axes import counts, money
from app.charts.drawing import base, show, shown, told
from app.palette import GREY

Row = Mapping[str, Any]
FEW_DECADES, AXIS_PX, SAME_PX = 2, 22, 36


def cost_spread(
    groups: Mapping[str, Sequence[Row]], colours: Mapping[str, str], marks: Sequence[Any], leads: Callable[[Row], str]
) -> None:
    """Tasks by cost, group by group on one axis. ``groups``: rows of low and high (the bin's ends, US dollars), tasks,
    leads (where the bin leads, in words); ``marks``: costs in US dollars, drawn across all groups.
    """
    every = [row for rows in groups.values() for row in rows]
    ends = [shown(row[end]) for row in every for end in ("low", "high")]
    legend({name: colours[name] for name in groups})
    last, tallest = list(groups)[-1], max(row["tasks"] for row in every)
    for name, rows in groups.items():
        evidence.of(rows)
        x = _cost(min(ends), max(ends), is_labelled=name == last)
        bars = _bars([_bin(name, row, leads) for row in rows], colours[name], x)
        show(alt.layer(bars, _across(marks, x)), _height(rows, tallest) + AXIS_PX * (name == last))


def _height(rows: Sequence[Row], tallest: int) -> int:
    """A small group is low, yet not so low that its shape is lost: its own axis says its counts."""
    return 130 if max(row["tasks"] for row in rows) * 4 >= tallest else 75


def _cost(least: float, most: float, *, is_labelled: bool) -> alt.X:
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = (1, 2, 5) if len(decades) <= FEW_DECADES else (1,)
    ticks = [step * 10.0**power for power in decades for step in steps if least <= step * 10.0**power <= most]
    axis = money(len(ticks), values=ticks, grid=False, labelOverlap=True)
    scale = alt.Scale(type="log", domain=[least, most], nice=False)
    return alt.X("low:Q", title=None, scale=scale, axis=axis if is_labelled else alt.Axis(labels=False, grid=False))


def _bars(data: Sequence[Row], colour: str, x: alt.X) -> alt.Chart:
    bars = base(
        data,
        tooltip=told(group="outcome", between="cost", tasks_text="tasks", leads="leads to"),
        href=alt.Href("href:N"),
    )
    y = alt.Y("tasks:Q", title=None, axis=counts(3, tickMinStep=1, minExtent=SAME_PX, maxExtent=SAME_PX))
    return bars.mark_bar(color=colour, x2Offset=-1).encode(x=x, x2=alt.X2("high:Q"), y=y, y2=alt.Y2Datum(0))


def _across(marks: Sequence[Any], x: alt.X) -> alt.Chart:
    said = [{"low": shown(usd), "exact": figures.money(usd)} for usd in marks]
    lines = base(said, tooltip=told(exact="cost"))
    return lines.mark_rule(color=GREY, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x)


def _bin(name: str, row: Row, leads: Callable[[Row], str]) -> dict[str, Any]:
    return {
        "group": name,
        "low": shown(row["low"]),
        "high": shown(row["high"]),
        "tasks": row["tasks"],
        "tasks_text": figures.count(row["tasks"]),
        "between": f"{figures.money(row['low'])} – {figures.money(row['high'])}",
        "href": leads(row),
    } | {"leads": row["leads"]}
