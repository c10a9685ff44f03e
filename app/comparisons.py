"""Which two periods the page "Why it changed" compares: a pair of the mart, or any days, kept in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from app import choices

COMPARED = {"last_28_days": "28 days", "last_7_days": "7 days", "month": "Month", "days": "Other days"}
DEFAULT = "last_28_days"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Two stretches of UTC days, both ends included. `is_whole`: the data reaches back to the first of them."""

    before_from: date
    before_to: date
    after_from: date
    after_to: date
    is_whole: bool

    def parameters(self) -> dict[str, date]:
        return {
            "before_from": self.before_from,
            "before_to": self.before_to,
            "after_from": self.after_from,
            "after_to": self.after_to,
        }

    def words(self) -> str:
        """`1 – 31 Oct 2026 against 1 – 30 Sep 2026`."""
        return f"{_span(self.after_from, self.after_to)} against {_span(self.before_from, self.before_to)}"


def _span(first: date, last: date) -> str:
    if first == last:
        return f"{last:%-d %b %Y}"
    start = f"{first:%-d}" if (first.year, first.month) == (last.year, last.month) else f"{first:%-d %b}"
    return f"{start if first.year == last.year else f'{first:%-d %b %Y}'} – {last:%-d %b %Y}"


def chosen(pairs: Sequence[Row], days: tuple[date, date]) -> Comparison | None:
    """Draw the choice and return what is compared; None while only one of two stretches of days is picked.

    `pairs` are those of the mart, newest first; `days` the first and last day of the data.
    """
    offered = {name: label for name, label in COMPARED.items() if name == "days" or _of(pairs, name)}
    default = DEFAULT if DEFAULT in offered else next(iter(offered))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        picked = choices.one_of("compare", "Compare", offered, default)
        if picked == "month":
            return _month(_of(pairs, "month"))
        if picked == "days":
            return _days(days)
    return _comparison(_of(pairs, picked)[0])


def _of(pairs: Sequence[Row], name: str) -> list[Row]:
    return [pair for pair in pairs if pair["comparison"] == name]


def _comparison(pair: Row) -> Comparison:
    return Comparison(
        pair["before_from"], pair["before_to"], pair["after_from"], pair["after_to"], bool(pair["is_whole"])
    )


def _month(pairs: Sequence[Row]) -> Comparison:
    months = {f"{pair['after_from']:%Y-%m}": pair for pair in pairs}
    named = {key: f"{pair['after_from']:%B %Y}" for key, pair in months.items()}
    return _comparison(months[choices.listed("month", "Month", named, width=190)])


def _days(days: tuple[date, date]) -> Comparison | None:
    """The data's second half against its first, until other days are picked."""
    first, last = days
    half = first + timedelta(days=(last - first).days // 2)
    defaults = {"before": (first, half), "after": (min(half + timedelta(days=1), last), last)}
    picked = {name: choices.days(name, f"{name.capitalize()} (UTC)", ends, days) for name, ends in defaults.items()}
    if any(ends is None for ends in picked.values()):
        return None
    before, after = picked["before"] or days, picked["after"] or days
    return Comparison(*before, *after, is_whole=min(before[0], after[0]) >= first)
