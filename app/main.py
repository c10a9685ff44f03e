"""The explorer's entry: `python -m streamlit run app/main.py`, or `spanledger app`. Reads the published build only."""

from pathlib import Path

import streamlit as st

from app import access, login
from app.pages import PAGES
from app.shell import draw

HERE = Path(__file__).parent
SIDEBAR = 240  # pixels: what the longest page's name needs; on a narrow window it is folded


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(
        page_title="SpanLedger", page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state=SIDEBAR
    )
    st.html(HERE / "style.css")
    st.logo(str(HERE / "icon.png"), size="large")
    if not login.is_admitted():
        return
    is_whole = access.sees_everything()
    pages = {
        group: [entry for entry in entries if is_whole or not entry.is_of_whole] for group, entries in PAGES.items()
    }
    entries = {entry.url: entry for group in pages.values() for entry in group}
    listed = {
        group: [
            st.Page(_nothing, title=entry.title, icon=entry.icon, url_path=entry.url or None, default=not entry.url)
            for entry in entries_of_group
        ]
        for group, entries_of_group in pages.items()
        if entries_of_group
    }
    draw(entries[st.navigation(listed).url_path])


def _nothing() -> None:
    """Pages are drawn by `draw`, inside its error handling; Streamlit only lists them."""


main()
