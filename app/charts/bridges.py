"""From one amount of money to another, step by step."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from app import figures
from app.charts.axes import money
from app.charts.drawing import Rows, amounts_axis, base, coloured, names_axis, show, shown, told
from app.palette import BLUE, GREEN, GREY, VERMILLION

Ends = tuple[Decimal, Decimal, Decimal]
"""A figure with its range: low, expected, high."""
ZERO = Decimal(0)


def waterfall(steps: Sequence[tuple[str, Decimal, str]]) -> None:
    """A change of money step by step, from nothing to all of it; `steps`: name, USD, meaning, in the order shown."""
    data: list[dict[str, Any]] = []
    at = ZERO
    for name, usd, meaning in steps:
        data.append(_step(name, at, usd, meaning, "rise" if usd > 0 else "fall"))
        at += usd
    data.append(_step("All together", ZERO, at, "Cost after less cost before.", "change"))
    colours = {"rise": VERMILLION, "fall": GREEN, "change": BLUE}
    rows = base(data, tooltip=told(name="cause", exact="change", meaning="what it is"))
    zero = base([{"zero": 0}]).mark_rule(color=GREY).encode(x=alt.X("zero:Q"))
    _show(data, [zero, _bars(rows, data, colours)], rows)


def _step(name: str, start: Decimal, usd: Decimal, meaning: str, kind: str) -> dict[str, Any]:
    ends = {"start": shown(start), "end": shown(start + usd)}
    return ends | {"name": name, "exact": figures.signed_money(usd), "meaning": meaning, "kind": kind}


def savings_bridge(spend: Decimal, savings: Sequence[tuple[str, Decimal, Decimal, Decimal]], left: Ends) -> None:
    """From what was spent to what is left, saving by saving; a thin line is the range of where one ends.

    `savings`: name, low, expected and high in USD, in the order shown; `left`: low, expected and high.
    """
    data, at = [_bar("Spent", ZERO, (spend, spend, spend), figures.money(spend), "spend")], spend
    for name, low, usd, high in savings:
        saved = figures.signed_money(-usd)
        data.append(_bar(name, at, (at - high, at - usd, at - low), saved, "saved" if usd >= 0 else "added"))
        at -= usd
    data.append(_bar("Left", ZERO, left, figures.money(left[1]), "spend"))
    colours = {"spend": BLUE, "saved": GREEN, "added": VERMILLION}
    rows = base(data, tooltip=told(name="lever", exact="amount", range="leaves between"))
    ranges = rows.transform_filter("datum.low != datum.high").mark_rule(strokeWidth=2, color=GREY)
    lines = ranges.encode(y=_names(data), x=alt.X("low:Q", title=None), x2=alt.X2("high:Q"))
    _show(data, [alt.layer(_bars(rows, data, colours), lines)], rows)


def _bar(name: str, start: Decimal, ends: Ends, exact: str, kind: str) -> dict[str, Any]:
    low, end, high = sorted(ends)
    places = {"start": start, "end": end, "low": low, "high": high}
    between = f"{figures.money(low)} and {figures.money(high)}"
    named = {"name": name, "kind": kind, "exact": exact, "range": between}
    return named | {place: shown(usd) for place, usd in places.items()}


def _bars(rows: Any, data: Rows, colours: dict[str, str]) -> Any:
    bars = rows.mark_bar(height={"band": 0.65})
    return bars.encode(y=_names(data), x=_amounts(), x2=alt.X2("end:Q"), color=coloured("kind", list(colours), colours))


def _names(data: Rows) -> alt.Y:
    return alt.Y("name:N", sort=[row["name"] for row in data], title=None, axis=names_axis(130))


def _amounts() -> alt.X:
    return alt.X("start:Q", title=None, axis=money(4, signed=True))


def _show(data: Rows, drawn: list[Any], rows: Any) -> None:
    """Draw it with each row's amount on an axis of its own at the right."""
    order = [row["name"] for row in data]
    y = alt.Y("name:N", sort=order, title=None, axis=amounts_axis(data))
    said = rows.mark_point(opacity=0).encode(y=y, x=_amounts())
    show(alt.layer(*drawn, said).resolve_scale(y="independent"), 30 + 27 * len(data))
