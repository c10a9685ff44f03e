"""Small multiples: the same small picture for each group, all on one scale, so that they compare at a glance."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt

from app import figures
from app.charts.drawing import base, dated, day, show, shown, told
from app.palette import BLUE

ROW_PX = 46
_ROOM = 0.92
"""Of a row's height, what the highest bar of all takes."""


def group_days(
    groups: Mapping[str, Mapping[date, Decimal]], totals: Mapping[str, Decimal], leads: Callable[[str, date], str]
) -> None:
    """Spend per day of each group, one row a group in the order given, bars of one scale. US dollars by day."""
    names = list(groups)
    top = max((usd for days in groups.values() for usd in days.values()), default=Decimal(0))
    data = [
        _bar(number, name, at, usd, top, leads)
        for number, name in enumerate(names)
        for at, usd in groups[name].items()
        if top
    ]
    y = alt.Y("base:Q", title=None, scale=_rows(names), axis=_names(names, "left"))
    bars = base(data, x=day(), tooltip=told(day="", name="", exact="spend"), href=alt.Href("href:N")).mark_bar(
        color=BLUE
    )
    said = [{"base": number} for number in range(1, len(names) + 1)]
    sums = (
        base(said)
        .mark_point(opacity=0)
        .encode(y=alt.Y("base:Q", title=None, scale=_rows(names), axis=_sums(names, totals)))
    )
    chart = alt.layer(bars.encode(y=y, y2=alt.Y2("tip:Q")), sums).resolve_scale(y="independent")
    show(chart, 30 + ROW_PX * len(names))


def _bar(
    number: int, name: str, at: date, usd: Decimal, top: Decimal, leads: Callable[[str, date], str]
) -> dict[str, Any]:
    tip = number + 1 - _ROOM * shown(usd) / shown(top)
    return dated(at) | {
        "name": name, "base": number + 1, "tip": tip, "exact": figures.exact_money(usd), "href": leads(name, at),
    }  # fmt: skip


def _rows(names: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=[0, len(names)], reverse=True, nice=False)


def _names(names: Sequence[str], orient: str) -> alt.Axis:
    return _texts(names, orient=orient, labelLimit=110)


def _sums(names: Sequence[str], totals: Mapping[str, Decimal]) -> alt.Axis:
    return _texts([figures.money(totals[name]) for name in names], orient="right")


def _texts(texts: Sequence[str], **more: Any) -> alt.Axis:
    """One text a row, at its foot; a line below each row."""
    values = list(range(1, len(texts) + 1))
    expression = f"{json.dumps(list(texts), ensure_ascii=False)}[datum.value - 1]"
    return alt.Axis(
        values=values, labelExpr=expression, labelBaseline="bottom", ticks=False, domain=False, grid=True, **more
    )
