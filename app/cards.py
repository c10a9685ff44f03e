"""Number cards and small pieces of HTML: each number with its change, range, sparkline and definition.

Text from data is escaped here; callers pass it as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import streamlit as st

from app import evidence
from app.palette import BLUE


@dataclass(frozen=True)
class Card:
    """One number. `change` reads like `+12 %`; `good` is its judgement (None: neither); `href` leads to its parts."""

    label: str
    value: str
    definition: str
    beside: str = ""
    range: str = ""
    change: str | None = None
    before: str = ""
    is_good: bool | None = None
    spark: Sequence[float | None] = ()
    href: str | None = None


def cards(row: Iterable[Card]) -> None:
    row = list(row)
    evidence.cards(row)
    st.html(f'<div class="sl sl-cards">{"".join(_card(card) for card in row)}</div>')


def headline(text: str, sub: str = "", more: tuple[str, str] | None = None) -> None:
    """The page's finding in a sentence, with one line below; `more` ends that line: words, and where they lead."""
    said = [escape(sub)] if sub else []
    if more is not None:
        said.append(f'<a href="{escape(more[1])}" target="_self"><u>{escape(more[0])}</u></a>')
    below = f'<p class="sl-sub sl-muted">{" ".join(said)}</p>' if said else ""
    evidence.heading(
        f'<div class="sl"><h1 class="sl-headline" style="padding:0">{escape(text)}</h1>{below}</div>', text
    )


def finding(text: str, note: str = "") -> None:
    """A chart's or table's title: what it shows, not what it is."""
    below = f'<p class="sl-note sl-muted">{escape(note)}</p>' if note else ""
    evidence.heading(f'<div class="sl"><h2 class="sl-finding" style="padding:0">{escape(text)}</h2>{below}</div>', text)


def legend(colours: Mapping[str, str]) -> None:
    """Names with their colours, in one wrapping line above a chart."""
    items = "".join(
        f'<span><i class="sl-swatch" style="background:{colour}"></i>{escape(name.replace("_", " "))}</span>'
        for name, colour in colours.items()
    )
    st.html(f'<div class="sl sl-legend">{items}</div>')


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Labelled values in a row, for what a page is about."""
    body = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in pairs)
    st.html(f'<dl class="sl sl-facts">{body}</dl>')


def tip(definition: str) -> str:
    """A question mark that says the definition on hover and on focus."""
    text = escape(definition, quote=True)
    return f'<span class="sl-tip" tabindex="0" role="note" aria-label="{text}">?<span>{text}</span></span>'


def _card(card: Card) -> str:
    beside = f'<small class="sl-muted">{escape(card.beside)}</small>' if card.beside else ""
    tag, href = ("a", f' href="{escape(card.href)}" target="_self"') if card.href else ("div", "")
    return (
        f'<{tag} class="sl-card"{href}><div class="label"><span>{escape(card.label)}</span>{tip(card.definition)}</div>'
        f'<div class="value">{escape(card.value)}{beside}</div>'
        f'<div class="range sl-muted">{escape(card.range)}</div>{_change(card)}{sparkline(card.spark)}</{tag}>'
    )


def _change(card: Card) -> str:
    if card.change is None:
        return '<div class="change sl-muted">nothing to compare with</div>'
    tone = {True: "sl-good", False: "sl-bad", None: ""}[card.is_good]
    before = f' <span class="sl-muted">from {escape(card.before)}</span>' if card.before else ""
    return f'<div class="change"><span class="{tone}">{escape(card.change)}</span>{before}</div>'


def sparkline(values: Sequence[float | None], colour: str = BLUE) -> str:
    """A small line from zero to the maximum; days without a value leave a gap."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    top, last = max(*known, 1e-30), max(len(values) - 1, 1)
    path, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{100 * index / last:.2f},{23 - 21 * value / top:.2f}")
        pen = "L"
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 24" preserveAspectRatio="none">'
        f'<path d="{" ".join(path)}" fill="none" stroke="{colour}" stroke-width="1.6" '
        'vector-effect="non-scaling-stroke" stroke-linejoin="round"/></svg>'
    )
    # As an image: the page's sanitizer keeps those, and drops drawings that stand in the text.
    return f'<img class="spark" alt="" src="data:image/svg+xml,{quote(drawing)}">'
