"""Tables of a page: right-aligned figures, bars inside cells, links to what a row is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from app import evidence, figures
from app.cards import tip
from app.filters import text as text
from app.palette import BLUE

Row = Mapping[str, Any]


def explained(title: str, meaning: str, href: str = "") -> str:
    """A cell's HTML: a title, which may lead somewhere, with its meaning below, small."""
    below = f'<p class="sl-muted">{escape(meaning)}</p>' if meaning else ""
    above = f'<a href="{escape(href)}" target="_self">{escape(title)}</a>' if href else escape(title)
    return f'<div class="sl-two">{above}{below}</div>'


def outside(label: str, url: str | None) -> str:
    """A cell's HTML: a link that leaves the explorer, in a new tab; only where the address is one of the web."""
    if not url or not url.startswith(("https://", "http://")):
        return escape(label)
    return f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'


@dataclass(frozen=True)
class Column:
    """How one key of the rows is shown.

    `write` turns the value into text; `bar` draws it against the largest of the column; `colour` gives a swatch (or
    the bar's colour); `href` makes it a link; `is_minor` hides it on narrow screens; `exact` is the hover text.
    """

    key: str
    label: str
    write: Callable[[Any], str] = text
    definition: str = ""
    is_number: bool = False
    bar: bool = False
    colour: Callable[[Row], str] | None = None
    href: Callable[[Row], str] | None = None
    is_minor: bool = False
    exact: Callable[[Any], str] | None = None
    html: Callable[[Row], str] | None = None


def money(key: str, label: str, **more: Any) -> Column:
    """A money column: sensible digits shown, the exact amount on hover."""
    return Column(key, label, figures.money, is_number=True, exact=figures.exact_money, **more)


def number(key: str, label: str, write: Callable[[Any], str] = figures.count, **more: Any) -> Column:
    return Column(key, label, write, is_number=True, **more)


def grid(rows: Sequence[Row], columns: Sequence[Column], total: Row | None = None, grey: str | None = None) -> None:
    """Draw a table. `total` is a last row in bold; rows whose first cell equals `grey` are set apart."""
    evidence.table(rows, columns)
    st.html(html(rows, columns, total, grey))


def html(rows: Sequence[Row], columns: Sequence[Column], total: Row | None = None, grey: str | None = None) -> str:
    """The table as HTML, for what has evidence of its own."""
    tops = {
        c.key: max((float(row[c.key]) for row in rows if row[c.key] is not None), default=0) for c in columns if c.bar
    }
    head = "".join(_head(column) for column in columns)
    body = "".join(_line(row, columns, tops, "grey" if text(row[columns[0].key]) == grey else "") for row in rows)
    if total is not None:
        body += _line(total, [_plain(column) for column in columns], {}, "total")
    table = f'<table class="sl-grid"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="sl sl-grid-wrap">{table}</div>'


def _plain(column: Column) -> Column:
    return Column(column.key, column.label, column.write, is_number=column.is_number, is_minor=column.is_minor)


def _classes(column: Column) -> str:
    return " ".join(name for name, on in (("num", column.is_number), ("minor", column.is_minor)) if on)


def _head(column: Column) -> str:
    mark = f" {tip(column.definition)}" if column.definition else ""
    return f'<th class="{_classes(column)}" scope="col">{escape(column.label)}{mark}</th>'


def _line(row: Row, columns: Sequence[Column], tops: Mapping[str, float], kind: str) -> str:
    return f'<tr class="{kind}">{"".join(_cell(row, column, tops) for column in columns)}</tr>'


def _cell(row: Row, column: Column, tops: Mapping[str, float]) -> str:
    if column.html is not None:
        return f'<td class="{_classes(column)}">{column.html(row)}</td>'
    value = row.get(column.key)
    shown = escape(column.write(value)) if column.key in row else ""
    hover = escape(column.exact(value) if column.exact else shown, quote=True)
    if column.href is not None:
        shown = f'<a href="{escape(column.href(row))}" target="_self">{shown}</a>'
    if column.key in tops:
        shown = _bar(value, tops[column.key], column.colour(row) if column.colour else BLUE, shown)
    elif column.colour is not None:
        swatch = f'<i class="sl-swatch" style="background:{column.colour(row)}"></i>'
        shown = f'<span class="sl-named">{swatch}{shown}</span>'
    return f'<td class="{_classes(column)}" title="{hover}">{shown}</td>'


def _bar(value: Decimal | float | None, top: float, colour: str, shown: str) -> str:
    width = 0.0 if value is None or top <= 0 else max(float(value), 0) / top * 100
    track = f'<div class="track minor"><i style="width:{width:.1f}%;background:{colour}"></i></div>'
    return f'<div class="sl-bar">{track}<span class="amount">{shown}</span></div>'
