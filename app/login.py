"""The explorer's login: with a login file nobody sees anything before they have logged in and are allowed to.

The login itself is Streamlit's (OpenID Connect). Whom it lets in, and to what (`app.access`), is read on every run, so
that who is removed from the file sees nothing more.
"""

import streamlit as st

from app import access


def is_admitted() -> bool:
    """Whether to go on; draws the login page where not."""
    try:
        access.scope()
    except access.UnreadableError as error:
        st.error(str(error))
    except access.NotLoggedInError as error:
        _ask(str(error))
    except access.RefusedError as error:
        _ask(str(error))
        st.button("Log out", on_click=st.logout)
    else:
        return True
    return False


def _ask(words: str) -> None:
    st.title("SpanLedger")
    st.write(words)
    st.button("Log in", on_click=st.login, type="primary")
