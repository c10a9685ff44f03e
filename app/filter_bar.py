"""The filters' widgets: one bar above each page, in step with the address."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from app.filters import DEFAULT_PERIOD, DRILL, LABELS, PERIODS, SHARED, Filters, parse

_WRITTEN, _TOUCHED, _OF_PAGE, _PAGE = "filters_in_address", "filters_touched", "filters_of_page", "page"
_KEYS = ("period", *SHARED, *DRILL)
_TITLES = {name: LABELS.get(name, name).capitalize() for name in (*SHARED, *DRILL)}


def filter_bar(
    options: Mapping[str, Sequence[str]], days: tuple[date, date], *, page: str, drills: bool, is_drawn: bool
) -> Filters:
    """Draw the bar and return the filters. A changed address (a link, a reload, the way back) wins over the widgets.

    Another `page` that is opened without any filter in its address keeps those that there are. `days` are the first
    and last day of the data; `drills` keeps the filters that only links set; with `is_drawn` false the filters are
    kept for the next page, but no widget is drawn.
    """
    address = {name: st.query_params.get_all(name) for name in _KEYS if name in st.query_params}
    if _is_new(address, page):
        filters, notices = parse(address, options)
        _set_widgets(filters)
        st.session_state["filter_notices"] = notices
        st.session_state["drill"] = {name: filters.chosen[name] for name in DRILL if name in filters.chosen}
    if not drills:
        st.session_state["drill"] = {}
    filters = _widgets(options, days) if is_drawn else _remembered(days)
    for notice in st.session_state.pop("filter_notices", []):
        st.warning(notice, icon=":material/filter_alt_off:")
    _write_address(filters)
    return filters


def _is_new(address: Mapping[str, Sequence[str]], page: str) -> bool:
    """Whether the address says something that the widgets do not. What its own change has not reached yet does not."""
    is_touched, before = st.session_state.pop(_TOUCHED, False), st.session_state.get(_OF_PAGE)
    st.session_state[_OF_PAGE] = page
    if _WRITTEN not in st.session_state:
        return True
    return not is_touched and address != st.session_state[_WRITTEN] and (bool(address) or before == page)


def _touched() -> None:
    st.session_state[_TOUCHED] = True


def _set_widgets(filters: Filters) -> None:
    st.session_state["filter_period"] = filters.period if filters.period in PERIODS else "custom"
    if filters.period not in PERIODS:
        st.session_state["filter_days"] = tuple(date.fromisoformat(end) for end in filters.period.split(".."))
    for name in SHARED:
        st.session_state[f"filter_{name}"] = list(filters.chosen.get(name, ()))


def _remembered(days: tuple[date, date]) -> Filters:
    _keep_widgets()
    period = st.session_state.get("filter_period", DEFAULT_PERIOD)
    if period == "custom":
        first, last = st.session_state.get("filter_days", days)
        period = f"{first}..{last}"
    chosen = {name: tuple(st.session_state.get(f"filter_{name}", ())) for name in SHARED}
    return Filters(period, {name: values for name, values in chosen.items() if values})


def _keep_widgets() -> None:
    """Streamlit forgets the value of a widget that a page did not draw, unless it is set anew."""
    for name in ("period", "days", *SHARED):
        if f"filter_{name}" in st.session_state:
            st.session_state[f"filter_{name}"] = st.session_state[f"filter_{name}"]


def _widgets(options: Mapping[str, Sequence[str]], days: tuple[date, date]) -> Filters:
    _keep_widgets()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_bar"):
        period = st.segmented_control(
            "Period",
            [*PERIODS, "custom"],
            format_func=lambda key: PERIODS.get(key, "Custom"),
            key="filter_period",
            on_change=_touched,
            label_visibility="collapsed",
            required=True,
        )
        if period == "custom":
            period = _custom_days(days)
        chosen_now = [name for name in SHARED if st.session_state.get(f"filter_{name}")]
        label = f"Filters · {len(chosen_now)}" if chosen_now else "Filters"
        with st.popover(label, icon=":material/filter_list:"):
            chosen = {name: _choice(name, options.get(name, ())) for name in SHARED}
        _chips({name: values for name, values in chosen.items() if values})
    drill = st.session_state.get("drill", {})
    return Filters(period or DEFAULT_PERIOD, {name: values for name, values in {**chosen, **drill}.items() if values})


def _choice(name: str, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(st.multiselect(_TITLES[name], values, key=f"filter_{name}", placeholder="all", on_change=_touched))


def _custom_days(days: tuple[date, date]) -> str:
    st.session_state.setdefault("filter_days", days)
    picked = st.date_input(
        "Days (UTC)",
        key="filter_days",
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        width=230,
        on_change=_touched,
    )
    ends = picked if isinstance(picked, tuple) and len(picked) == 2 else days
    return f"{ends[0]}..{ends[1]}"


def _chips(chosen: Mapping[str, Sequence[str]]) -> None:
    drill: dict[str, tuple[str, ...]] = st.session_state.get("drill", {})
    for name, values in {**chosen, **drill}.items():
        label = f"{_TITLES[name]}: {', '.join(values)} ✕"
        # A chip is text from the data: keep Markdown out of it.
        label = re.sub(r"([\\`*_\[\]:$~<>])", r"\\\1", label)
        st.button(label, key=f"chip_{name}", on_click=_drop, args=(name,), type="tertiary", help="Remove this filter")


def _drop(name: str) -> None:
    _touched()
    st.session_state.get("drill", {}).pop(name, None)
    if name in SHARED:
        st.session_state[f"filter_{name}"] = []


def _write_address(filters: Filters) -> None:
    params = filters.to_params()
    before = {name: st.query_params.get_all(name) for name in st.query_params if name in _KEYS}
    is_narrowed = before == st.session_state.get(_WRITTEN) and before != params
    left = (_PAGE,) if is_narrowed else ()  # a list that is another one begins at its beginning
    own = {name: st.query_params.get_all(name) for name in st.query_params if name not in (*_KEYS, *left)}
    wanted = params | own
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = params
