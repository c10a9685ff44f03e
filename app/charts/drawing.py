"""What all charts share: axes, scales and tooltips; money as the page's currency counts it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import streamlit as st
from altair.utils import schemapi

from app import evidence, figures
from app.cards import legend
from app.palette import GREY

Rows = Sequence[Mapping[str, Any]]
Leads = Callable[[Mapping[str, Any]], str]
"""Where a row of a chart leads: a relative address, usually of the calls it is made of."""

schemapi.disable_debug_mode()
"""Holding each part of a chart against Vega-Lite's schema takes longer than drawing it. Tests of pages switch it on."""

_EMBEDDED = {"embedOptions": {"loader": {"target": "_self"}}}
"""A mark with an address is a link, opened in this tab as those of tables are."""


def show(chart: Any, height: int) -> None:
    """Draw it on the page, as wide as there is room, in pixels high.

    Read aloud it is one picture, named by the heading above it; its marks alone would be a list of bare numbers.
    """
    evidence.chart()
    named = chart.properties(height=height, description=evidence.title(), usermeta=_EMBEDDED).configure_mark(aria=False)
    st.altair_chart(_Settled(named), width="stretch")  # it is asked for its dict alone


class _Settled:
    """A chart whose dict is held against the schema where its parts are."""

    def __init__(self, chart: Any) -> None:
        self._chart = chart

    def to_dict(self) -> dict[str, Any]:
        return self._chart.to_dict(validate=schemapi.DEBUG_MODE)  # type: ignore[no-any-return]


def base(data: Rows, **encodings: Any) -> Any:
    """A chart of rows that share these encodings.

    Encodings are channels (`alt.Y("usd:Q")`), not short words: Altair looks for each of those in the whole schema.
    Rows are a tuple: a list would be copied, row by row, whenever charts are laid over each other.
    """
    return alt.Chart(alt.Data(values=tuple(data))).encode(**encodings)


def led(row: Mapping[str, Any], leads: Leads | None) -> dict[str, str]:
    """What a row needs to be a link."""
    return {} if leads is None else {"href": leads(row)}


def linked(leads: Leads | None) -> dict[str, alt.Href]:
    """The encoding that makes marks links, where they lead somewhere."""
    return {} if leads is None else {"href": alt.Href("href:N")}


def told(**titles: str) -> list[alt.Tooltip]:
    """The tooltip: texts of a row, each under its title; without one under its name."""
    return [alt.Tooltip(f"{name}:N", **({"title": title} if title else {})) for name, title in titles.items()]


def shown(usd: Any) -> float:
    """US dollars as the axis counts them: in the page's currency."""
    return float(figures.converted(usd))


def amounts(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Each as a number for the axis and as text for the tooltip."""
    numbers = {name: shown(row[name]) for name in names}
    return numbers | {f"{name}_text": figures.money(row[name]) for name in names}


def dated(day: date) -> dict[str, str]:
    """A UTC day for the axis and in words."""
    return {"date": day.isoformat(), "day": f"{day:%a %-d %b %Y}"}


def day() -> alt.X:
    """The UTC day: wherever the browser stands, the days and their labels do not move."""
    axis = alt.Axis(format="%d %b", tickCount=8, grid=False, labelOverlap=True)
    return alt.X("utcyearmonthdate(date):T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def names_axis(width: int) -> alt.Axis:
    """An axis of names, cut after so many pixels."""
    return alt.Axis(labelLimit=width, ticks=False, domain=False)


def amounts_axis(data: Rows) -> alt.Axis:
    """Amounts at the right, where names would stand: an axis follows the theme, text in a chart does not."""
    said = json.dumps({row["name"]: row["exact"] for row in data}, ensure_ascii=False)
    return alt.Axis(orient="right", ticks=False, domain=False, grid=False, labelExpr=f"{said}[datum.label]")


def named(rows: Rows, key: str, colours: Mapping[str, str]) -> list[str]:
    """The parts that occur, in the palette's order, with their legend drawn; a part it does not know is grey."""
    found = {row[key] for row in rows}
    names = [name for name in colours if name in found] + sorted(found - set(colours))
    legend({name: colours.get(name, GREY) for name in names})
    return names


def coloured(by: str, names: Sequence[str], colours: Mapping[str, str]) -> alt.Color:
    """Colours of parts; the legend stands above the chart."""
    scale = alt.Scale(domain=list(names), range=[colours.get(name, GREY) for name in names])
    return alt.Color(f"{by}:N", scale=scale, legend=None)
