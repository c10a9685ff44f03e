"""The filters' widgets: one bar above each page, in step with the address."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from app.filters import (
    COMPARED,
    DEFAULT_COMPARE,
    DEFAULT_PERIOD,
    DEFAULT_ZONE,
    DRILL,
    LABELS,
    NAMES,
    PERIODS,
    SHARED,
    Filters,
    parse,
)
from app.times import controls, old_links
from app.times.controls import COMPARE, COMPARE_DAYS, ZONE
from app.times.extents import Extent

_WRITTEN, _TOUCHED, _OF_PAGE, _PAGE = "filters_in_address", "filters_touched", "filters_of_page", "page"
_TITLES = {name: LABELS.get(name, name).capitalize() for name in (*SHARED, *DRILL)}


def filter_bar(
    options: Mapping[str, Sequence[str]],
    extent_in: Callable[[str], Extent],
    *,
    page: str,
    drills: bool,
    is_drawn: bool,
) -> Filters:
    """Draw the bar and return the filters. A changed address (a link, a reload, the way back) wins over the widgets.

    Another `page` that is opened without any filter in its address keeps those that there are. `extent_in` says the
    days of the data in a zone; `drills` keeps the filters that only links set; with `is_drawn` false the filters are
    kept for the next page, but no widget is drawn.
    """
    address = {name: st.query_params.get_all(name) for name in NAMES if name in st.query_params}
    if _is_new(address, page):
        said = _of_old_link(address, extent_in) if page == "changes" else address
        filters, notices = parse(said, options)
        _set_widgets(filters)
        st.session_state["filter_notices"] = notices
        st.session_state["drill"] = {name: filters.chosen[name] for name in DRILL if name in filters.chosen}
    if not drills:
        st.session_state["drill"] = {}
    filters = _widgets(options, extent_in) if is_drawn else _remembered(extent_in)
    for notice in st.session_state.pop("filter_notices", []):
        st.warning(notice, icon=":material/filter_alt_off:")
    _write_address(filters)
    return filters


def _of_old_link(
    address: Mapping[str, Sequence[str]], extent_in: Callable[[str], Extent]
) -> Mapping[str, Sequence[str]]:
    """What an old link of the page "Why it changed" says, in today's words; its own names leave the address."""
    own = {name: st.query_params.get_all(name) for name in old_links.NAMES if name in st.query_params}
    renewed = old_links.renewed({**address, **own}, extent_in(DEFAULT_ZONE).last_day)
    for name in own:
        del st.query_params[name]
    return address if renewed is None else {name: renewed[name] for name in NAMES if name in renewed}


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
        st.session_state["filter_days"] = _ends(filters.period)
    st.session_state[COMPARE] = filters.compare if filters.compare in COMPARED else "custom"
    if filters.compare not in COMPARED:
        st.session_state[COMPARE_DAYS] = _ends(filters.compare)
    st.session_state[ZONE] = filters.tz
    for name in SHARED:
        st.session_state[f"filter_{name}"] = list(filters.chosen.get(name, ()))


def _ends(days: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(end) for end in days.split(".."))


def _remembered(extent_in: Callable[[str], Extent]) -> Filters:
    _keep_widgets()
    zone = st.session_state.get(ZONE, DEFAULT_ZONE)
    period = _period_kept(extent_in(zone).days)
    chosen = {name: tuple(st.session_state.get(f"filter_{name}", ())) for name in SHARED}
    filters = Filters(period, {name: values for name, values in chosen.items() if values}, tz=zone)
    return replace(filters, compare=_compare_kept(filters, extent_in(zone)))


def _period_kept(days: tuple[date, date]) -> str:
    """The period as the widgets have it before they are drawn."""
    period = st.session_state.get("filter_period") or DEFAULT_PERIOD
    if period != "custom":
        return str(period)
    kept = st.session_state.get("filter_days", days)
    first, last = kept if len(kept) == 2 else days
    return f"{first}..{last}"


def _compare_kept(filters: Filters, extent: Extent) -> str:
    """The same for what it is compared with."""
    compare = st.session_state.get(COMPARE) or DEFAULT_COMPARE
    if compare != "custom":
        return str(compare)
    first, last = controls.kept_days(extent.window(filters))
    return f"{first}..{last}"


def _keep_widgets() -> None:
    """Streamlit forgets the value of a widget that a page did not draw, unless it is set anew."""
    for name in ("period", "days", "compare", "compare_days", "tz", *SHARED):
        if f"filter_{name}" in st.session_state:
            st.session_state[f"filter_{name}"] = st.session_state[f"filter_{name}"]


def _widgets(options: Mapping[str, Sequence[str]], extent_in: Callable[[str], Extent]) -> Filters:
    _keep_widgets()
    zone = st.session_state.setdefault(ZONE, DEFAULT_ZONE)
    extent = extent_in(zone)
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
        period = _custom_days(extent.days, zone) if period == "custom" else period or DEFAULT_PERIOD
        filters = Filters(period, tz=zone)
        filters = replace(filters, compare=_compare_kept(filters, extent))
        compare = controls.comparison(extent.window(filters), _touched)
        zone = controls.zone(_touched)
        chosen_now = [name for name in SHARED if st.session_state.get(f"filter_{name}")]
        label = f"Filters · {len(chosen_now)}" if chosen_now else "Filters"
        with st.popover(label, icon=":material/filter_list:"):
            chosen = {name: _choice(name, options.get(name, ())) for name in SHARED}
        _chips({name: values for name, values in chosen.items() if values})
    drill = st.session_state.get("drill", {})
    named = {name: values for name, values in {**chosen, **drill}.items() if values}
    return Filters(period, named, compare, zone)


def _choice(name: str, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(st.multiselect(_TITLES[name], values, key=f"filter_{name}", placeholder="all", on_change=_touched))


def _custom_days(days: tuple[date, date], zone: str) -> str:
    st.session_state.setdefault("filter_days", days)
    picked = st.date_input(
        f"Days ({zone})",
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
    before = {name: st.query_params.get_all(name) for name in st.query_params if name in NAMES}
    is_narrowed = before == st.session_state.get(_WRITTEN) and before != params
    left = (_PAGE,) if is_narrowed else ()  # a list that is another one begins at its beginning
    own = {name: st.query_params.get_all(name) for name in st.query_params if name not in (*NAMES, *left)}
    wanted = params | own
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = params
