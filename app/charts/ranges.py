"""Values with their intervals, each on its own line of one log axis."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from app import figures
from app.charts.axes import money
from app.charts.drawing import Leads, Rows, amounts, base, coloured, led, linked, named, names_axis, show, told
from app.palette import BLUE, GREY

Row = Mapping[str, Any]
TICKS = (0.1, 0.2, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 5, 10)
RATIOS = ("ratio", "ratio_low", "ratio_high")
ENDS = ("least", "low", "middle", "high", "most")


def ratio_intervals(rows: Rows, colours: Mapping[str, str], *, leads: Leads | None = None) -> None:
    """Ratios with their intervals on a log axis around 1. `rows`: what, pair, said, ratio, ratio_low, ratio_high."""
    data = [_ratio(row) | led(row, leads) for row in rows]
    names = named(rows, "said", colours)
    reach = max(max(row["ratio_high"], 1 / row["ratio_low"]) for row in data)
    scale = alt.Scale(type="log", domain=[1 / reach, reach])
    shown = told(line="versions", ratio_text="ratio", ratio_low_text="from", ratio_high_text="to", said="verdict")
    lines = base(
        data,
        y=alt.Y("line:N", sort=None, title=None, axis=None),
        color=coloured("said", names, colours),
        tooltip=shown,
        **linked(leads),
    )
    # a piece at each interval, not one line through all: it would run through the words between them
    one = lines.mark_tick(color=GREY, thickness=1.5, size=18)
    chart = alt.layer(
        one.encode(x=alt.X("one:Q", scale=scale, title=None, axis=_times(reach)), color=alt.ColorValue(GREY)),
        lines.mark_rule(strokeWidth=3).encode(x=alt.X("ratio_low:Q", scale=scale), x2=alt.X2("ratio_high:Q")),
        lines.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("ratio:Q", scale=scale)),
        # above its interval, not beside it: a narrow screen has no room there
        lines.mark_text(align="left", baseline="bottom", dy=-10, limit=380).encode(
            x=alt.XValue(0), text=alt.Text("line:N"), color=alt.ColorValue("#808080")
        ),
    )
    show(chart, 60 + 42 * len(data))


def _ratio(row: Row) -> dict[str, Any]:
    return (
        {name: row[name] for name in ("what", "pair", "said")}
        | {name: float(row[name]) for name in RATIOS}
        | {f"{name}_text": figures.times(row[name]) for name in RATIOS}
        | {"one": 1, "line": f"{row['what']} · {row['pair']} ({row['traffic_source']})"}
    )


def _times(reach: float) -> alt.Axis:
    ticks = [tick for tick in TICKS if 1 / reach <= tick <= reach]
    return alt.Axis(values=ticks, format=".3~g", labelExpr="'× ' + datum.label", grid=False)


def cost_ranges(past: Rows, ranges: Rows, *, height: int = 150, leads: Leads | None = None) -> None:
    """Costs of past tasks as marks above ranges for new ones, on one log axis.

    `past`: cost_usd; `ranges`: name, least, low, middle, high, most in US dollars.
    """
    marks = [
        {
            "line": "past tasks",
            **amounts({"usd": row["cost_usd"]}, "usd"),
            "exact": figures.exact_money(row["cost_usd"]),
            **led(row, leads),
        }
        for row in past
    ]
    data = [{"line": row["name"], **amounts(row, *ENDS)} for row in ranges]
    order = ["past tasks", *(row["name"] for row in ranges)]
    y = alt.Y("line:N", sort=order, title=None, axis=names_axis(170))
    scale = alt.Scale(type="log", nice=False)
    lines = base(data, y=y, tooltip=told(line="", **{f"{end}_text": end for end in ENDS}))
    ticks = base(marks, y=y, tooltip=told(exact="past task"), **linked(leads)).mark_tick(
        thickness=1.5, opacity=0.45, color=GREY, size=22
    )
    chart = alt.layer(
        ticks.encode(x=alt.X("usd:Q", scale=scale, title=None, axis=money(5, grid=False))),
        lines.mark_rule(strokeWidth=2, color=BLUE).encode(x=alt.X("least:Q", scale=scale), x2=alt.X2("most:Q")),
        lines.mark_bar(height=14, color=BLUE, opacity=0.55).encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q")),
        lines.mark_tick(thickness=3, size=22, color=BLUE).encode(x=alt.X("middle:Q", scale=scale)),
    )
    show(chart, height)
