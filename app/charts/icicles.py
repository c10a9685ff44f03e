"""What a sum is divided into, level by level: each rectangle as high as its part, those it is made of to its right."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from app import figures
from app.charts.drawing import base, show, shown, told
from app.charts.partition import Path, Rectangle, partition
from app.filters import UNTAGGED
from app.palette import GREY

LEAST_SHARE, LABELLED_PX = Decimal("0.01"), 15
INK = "#1B2430"
_PALE = 0.5
"""How far a colour is mixed with white, so that dark words on it can be read in both themes."""


def icicle(
    leaves: Sequence[tuple[Path, Decimal]],
    levels: Sequence[str],
    colours: Mapping[str | None, str],
    leads: Callable[[Rectangle], str],
    *,
    height: int = 380,
) -> None:
    """Draw it. ``leaves``: names of all ``levels`` from the top down, US dollars; ``colours`` of the first level's
    names; ``leads``: where a rectangle leads. Raises ValueError as `partition` does.
    """
    rectangles = partition(leaves, LEAST_SHARE)
    total = sum((one.usd for one in rectangles if not one.level), Decimal(0))
    data = [_row(one, levels, colours, leads, total, height) for one in rectangles]
    tooltip = told(name="", of="in", exact="spend", share="share")
    x = alt.X("start:Q", title=None, scale=alt.Scale(domain=[0, len(levels)], nice=False), axis=_levels(levels))
    y = alt.Y("low:Q", title=None, scale=alt.Scale(domain=[0, shown(total)], reverse=True, nice=False), axis=None)
    places = base(data, x=x, y=y, tooltip=tooltip, href=alt.Href("href:N"))
    boxes = places.mark_rect(x2Offset=-2, y2Offset=-1).encode(
        x2=alt.X2("end:Q"), y2=alt.Y2("high:Q"), color=alt.Color("colour:N", scale=None, legend=None)
    )
    words = places.transform_filter("datum.is_labelled").mark_text(
        align="left",
        baseline="top",
        dx=5,
        dy=3,
        color=INK,
        limit=alt.expr(f"width / {len(levels)} - 10"),
        cursor="pointer",
    )
    show(alt.layer(boxes, words.encode(text=alt.Text("label:N"))), height)


def _row(
    one: Rectangle,
    levels: Sequence[str],
    colours: Mapping[str | None, str],
    leads: Callable[[Rectangle], str],
    total: Decimal,
    height: int,
) -> dict[str, Any]:
    name, first = said(one, levels), (*one.path, *one.names)[0]
    is_alone = one.level or len(one.names) == 1
    return {
        "start": one.level,
        "end": one.level + one.levels,
        "low": shown(one.low),
        "high": shown(one.high),
        "name": name,
        "of": " / ".join(_name(above) for above in one.path) or "all",
        "exact": figures.exact_money(one.usd),
        "share": figures.share(one.usd, total),
        "label": f"{name}  {figures.money(one.usd)}",
        "is_labelled": float(one.usd / total) * height >= LABELLED_PX,
        "colour": pale(colours.get(first, GREY) if is_alone else GREY),
        "href": leads(one),
    }


def said(one: Rectangle, levels: Sequence[str]) -> str:
    """A rectangle's own name: `search`, `(untagged)`, `7 smaller teams`."""
    if len(one.names) == 1:
        return _name(one.names[0])
    return f"{len(one.names)} smaller {levels[one.level].lower()}s"


def _name(name: str | None) -> str:
    return UNTAGGED if name is None else name


def pale(colour: str) -> str:
    """A colour half way to white."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * _PALE):02X}" for part in parts)


def _levels(levels: Sequence[str]) -> alt.Axis:
    """The levels' names above their columns."""
    middles = [number + 0.5 for number in range(len(levels))]
    names = "[" + ", ".join(f"'{name}'" for name in levels) + "]"
    return alt.Axis(
        values=middles, labelExpr=f"{names}[floor(datum.value)]", orient="top", grid=False, ticks=False, domain=False
    )
