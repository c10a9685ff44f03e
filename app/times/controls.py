"""The filter bar's two small lists beside the period: what to compare with, and whose days and hours."""

from collections.abc import Callable
from datetime import date, timedelta
from html import escape

import streamlit as st

from app.filters import COMPARED, Window, days_words, short_days
from app.sentences import compared_words
from app.times import zones

COMPARE, COMPARE_DAYS, ZONE = "filter_compare", "filter_compare_days", "filter_tz"


def comparison(period: Window, on_change: Callable[[], None]) -> str:
    """Draw what to compare with: a key of COMPARED or days. `period` is the window as chosen before this run."""
    with st.popover(comparison_words(period), icon=":material/compare_arrows:", key="compare_popover"):
        options = {**COMPARED, "custom": "Chosen days"}
        picked = st.radio(
            "Compare with", list(options), format_func=options.__getitem__, key=COMPARE, on_change=on_change
        )  # fmt: skip
        if picked == "custom":
            picked = _days(period, on_change)
        _note(_explained(period))
    return str(picked)


def comparison_words(period: Window) -> str:
    """`against 24 Sep – 23 Oct`, or that nothing is compared."""
    if period.before_first is None or period.before_last is None:
        return "not compared"
    return f"against {short_days(period.before_first, period.before_last)}"


def _explained(period: Window) -> str:
    return f"{days_words(period.first, period.last)}. {compared_words(period) or 'Compared with nothing.'}"


def _days(period: Window, on_change: Callable[[], None]) -> str:
    ends = kept_days(period)
    picked = st.date_input("Days to compare with", key=COMPARE_DAYS, format="YYYY-MM-DD", on_change=on_change)
    ends = picked if isinstance(picked, tuple) and len(picked) == 2 else ends
    return f"{ends[0]}..{ends[1]}"


def kept_days(period: Window) -> tuple[date, date]:
    """The chosen days; as many as the period just before it, until some are chosen."""
    back = timedelta(days=period.days)
    st.session_state.setdefault(COMPARE_DAYS, (period.first - back, period.last - back))
    kept = st.session_state[COMPARE_DAYS]
    return kept if len(kept) == 2 else (period.first - back, period.last - back)


def zone(on_change: Callable[[], None]) -> str:
    """Draw whose days and hours; the browser's own zone is offered first."""
    chosen = st.session_state[ZONE]
    with st.popover(zones.place(chosen), icon=":material/schedule:", key="zone_popover"):
        picked = st.selectbox("Days and hours of", _offered(chosen), key=ZONE, on_change=on_change, width=300)
        _suggestion(chosen, on_change)
        _note("A day begins at midnight there. Figures kept by UTC day say so.")
    return str(picked)


def _offered(chosen: str) -> list[str]:
    own = _of_browser()
    first = [zones.USUAL, *([own] if own else []), chosen]
    return list(dict.fromkeys([*first, *zones.listed()]))


def _note(words: str) -> None:
    st.html(f'<div class="sl"><p class="sl-note sl-muted">{escape(words)}</p></div>')


def _of_browser() -> str | None:
    own = st.context.timezone or ""
    own = zones.RENAMED.get(own, own)
    return own if own in zones.known() else None


def _suggestion(chosen: str, on_change: Callable[[], None]) -> None:
    own = _of_browser()
    if own is None or own == chosen:
        return

    def take() -> None:
        on_change()
        st.session_state[ZONE] = own

    st.button(f"Use {own}, this browser’s", on_click=take, type="tertiary", icon=":material/my_location:")
