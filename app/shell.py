"""What stands around each page: the build it reads, the filters, the footer, errors that say what to do."""

import os
from pathlib import Path

import streamlit as st

from app import access, choices, currency, evidence, states, warehouse
from app.context import Context
from app.filter_bar import filter_bar
from app.footer import footer
from app.pages import PageEntry
from app.times import utc_days, zones
from app.times.extents import Extent
from app.views import first_run
from app.warehouse import Build, ClosedError, NoBuildError, NotTheirsError, WarehouseError
from transforms.published_build import current_build

POLL_SECONDS = 3


def draw(entry: PageEntry) -> None:
    """Draw one page on the published build, and again by itself once another build is published."""
    evidence.begin(entry.url)
    data = warehouse.data_directory()
    seen = current_build(data)
    try:
        if entry.is_of_whole and not access.sees_everything():
            raise NotTheirsError(access.scope())
        _page_of(entry, data)
    except NoBuildError:
        if access.sees_everything():
            first_run.render(data)
        else:
            st.info("There is nothing to see yet: no span has been counted.", icon=":material/hourglass:")
    except NotTheirsError as problem:
        _not_theirs(problem)
    except access.RefusedError as refusal:
        st.warning(str(refusal), icon=":material/lock:")
    except WarehouseError as problem:
        st.error(f"**{problem.what}**\n\n{problem.cure}", icon=":material/error:")
    _follow(str(data), seen)


def _page_of(entry: PageEntry, data: Path) -> None:
    """A page that needs no build is drawn alone where there is none, or none that can be read."""
    if entry.alone is None:
        _page(entry, warehouse.current(data))
        return
    try:
        build = warehouse.current(data)
        has_calls = bool(warehouse.rows(build.path, "extent_in_zone", {"tz": zones.USUAL})[0]["calls"])
    except WarehouseError:
        has_calls = False
    if has_calls:
        _page(entry, build)
    else:
        entry.alone(data)
        choices.tell()


def _not_theirs(problem: NotTheirsError) -> None:
    st.info(f"{problem.what} {problem.cure}", icon=":material/visibility_off:")


def _page(entry: PageEntry, build: Build) -> None:
    calls = warehouse.rows(build.path, "extent_in_zone", {"tz": zones.USUAL})[0]["calls"]
    if not calls and not access.sees_everything():
        st.info(f"There is no call of {access.scope().title} yet.", icon=":material/hourglass:")
        return
    if not calls:
        first_run.render(warehouse.data_directory(), spans=build.lake_rows)
        return
    options: dict[str, list[str]] = {}
    for row in warehouse.rows(build.path, "options", {}):
        options.setdefault(row["name"], []).append(row["value"])
    options["tz"] = list(zones.known())

    def extent_in(zone: str) -> Extent:
        return Extent.of(warehouse.rows(build.path, "extent_in_zone", {"tz": zone})[0])

    is_drawn = entry.is_filtered and not (entry.subject and st.query_params.get(entry.subject))
    filters = filter_bar(options, extent_in, page=entry.url, drills=entry.drills, is_drawn=is_drawn)
    display, problem = currency.chosen(os.environ, build.built_at.date())
    currency.show(display)
    if problem:
        st.warning(problem, icon=":material/currency_exchange:")
    extent = extent_in(filters.tz)
    context = Context(build, filters, extent.window(filters), extent.until_at)
    first_run.welcome(context, entry.url)
    states.show(warehouse.data_directory(), build.built_at)
    notices = st.container()
    with st.spinner("Asking the warehouse …", show_time=True):
        try:
            entry.render(context)
        except NotTheirsError as problem:  # what the page shows before stays, and so does the footer
            _not_theirs(problem)
        except ClosedError as problem:
            st.info(f"**{problem.what}** {problem.cure}", icon=":material/inventory_2:")
        evidence.end()
    with notices:
        choices.tell()
        if told := utc_days.told(context.asked, context.zone):
            st.caption(told)
    footer(context)


@st.fragment(run_every=POLL_SECONDS)
def _follow(data: str, seen: str | None) -> None:
    if current_build(Path(data)) != seen:
        st.rerun()
