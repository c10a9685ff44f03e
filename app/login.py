"""The explorer's login: with a login file nobody sees anything before they have logged in and are allowed to.

The login itself is Streamlit's (OpenID Connect). Whom it lets in (`app.allow`) is read on every run, so that who is
removed from the file sees nothing more.
"""

import os
import time
import tomllib
from pathlib import Path

import streamlit as st

from app.allow import FILE, read_allow


def is_admitted() -> bool:
    """Whether to go on; draws the login page where not."""
    path = os.environ.get(FILE)
    if not path:
        return True
    try:
        allow = read_allow(tomllib.loads(Path(path).read_text()))
    except (OSError, ValueError):
        st.error("The login file cannot be read. Whoever runs this finds the reason with `spanledger doctor`.")
        return False
    if not st.user.is_logged_in:
        _ask("Log in to see what the calls cost.")
        return False
    refusal = allow.refusal(st.user.to_dict(), time.time())
    if refusal is None:
        return True
    _ask(refusal)
    st.button("Log out", on_click=st.logout)
    return False


def _ask(words: str) -> None:
    st.title("SpanLedger")
    st.write(words)
    st.button("Log in", on_click=st.login, type="primary")
