"""The explorer's entry: `python -m streamlit run app/main.py`, or `spanledger app`. Reads the published build only."""

from pathlib import Path

import streamlit as st

from app import warehouse
from app.context import Context
from app.filter_bar import filter_bar
from app.filters import window
from app.footer import footer
from app.pages import PAGES, PageEntry
from app.views import first_run
from app.warehouse import Build, NoBuildError, WarehouseError


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="SpanLedger", page_icon=str(Path(__file__).parent / "icon.png"), layout="wide")
    st.html(Path(__file__).parent / "style.css")
    entries = {entry.url: entry for group in PAGES.values() for entry in group}
    chosen = st.navigation(
        {
            group: [
                st.Page(_nothing, title=entry.title, icon=entry.icon, url_path=entry.url or None, default=not entry.url)
                for entry in listed
            ]
            for group, listed in PAGES.items()
        }
    )
    st.logo(str(Path(__file__).parent / "icon.png"), size="large")
    data, build_id = warehouse.data_directory(), None
    try:
        build = warehouse.current(data)
        build_id = build.build_id
        _page(entries[chosen.url_path], build)
    except NoBuildError:
        first_run.render(data)
    except WarehouseError as problem:
        st.error(f"**{problem.what}**\n\n{problem.cure}", icon=":material/error:")
    _follow(str(data), build_id or warehouse.current_id(data))


def _nothing() -> None:
    """Pages are drawn by `_page`, inside the error handling; Streamlit only lists them."""


def _page(entry: PageEntry, build: Build) -> None:
    extent = warehouse.rows(build.path, "extent", {})[0]
    if not extent["calls"]:
        first_run.render(warehouse.data_directory(), spans=build.lake_rows)
        return
    options: dict[str, list[str]] = {}
    for row in warehouse.rows(build.path, "options", {}):
        options.setdefault(row["name"], []).append(row["value"])
    first_day, last_day = extent["first_day"], extent["last_day"]
    filters = filter_bar(options, (first_day, last_day), drills=entry.drills)
    context = Context(build, filters, window(filters.period, first_day, last_day), extent["until_at"])
    with st.spinner("Asking the warehouse …", show_time=True):
        entry.render(context)
    footer(context)


@st.fragment(run_every=3)
def _follow(data: str, seen: str | None) -> None:
    """Draw the page again once another build is published."""
    if warehouse.current_id(Path(data)) != seen:
        st.rerun()


main()
