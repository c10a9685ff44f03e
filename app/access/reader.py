"""Who reads now. Asked anew for every question, so that nobody sees on by what was true a moment ago."""

import os
import time
import tomllib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from app.access.login_file import RefusedError, Rules, read_rules
from app.access.scopes import EVERYTHING, Scope

FILE = "SPANLEDGER_LOGIN_FILE"
"""Variable that names the login file; without it nobody is asked, and the explorer is for this machine alone."""


T = TypeVar("T")

_FOR: ContextVar[Mapping[str, Any] | None] = ContextVar("claims of whom a download is made for", default=None)


class NotLoggedInError(RefusedError):
    """Nobody has logged in yet."""


class UnreadableError(RefusedError):
    """The login file cannot be used, so nobody is let in."""


def scope() -> Scope:
    """What the reader of this run may see.

    Raises RefusedError where it is nothing: before the login, after the session, out of the file; and outside of a
    reader's run (in a thread of its own, say), where nobody is logged in.
    """
    path = os.environ.get(FILE)
    if not path:
        return EVERYTHING
    try:
        rules = _rules(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise UnreadableError(
            "The login file cannot be read. Whoever runs this finds the reason with `spanledger doctor`."
        ) from error
    user = claims()
    if user is None:
        raise NotLoggedInError("Log in to see what the calls cost.")
    return rules.scope(user, time.time())


def sees_everything() -> bool:
    """Whether pages of the whole installation (settings, health, SQL of one's own) are for this reader."""
    try:
        return scope().is_everything
    except RefusedError:
        return False


def kept(made: Callable[[], T]) -> Callable[[], T]:
    """``made``, to be called outside of the reader's run (a download, once it is pressed) and for that reader still.

    Who they are is kept, not what they may see: who has been taken out of the login file meanwhile is refused.
    """
    user = claims()

    def make() -> T:
        before = _FOR.set(user)
        try:
            return made()
        finally:
            _FOR.reset(before)

    return make


def claims() -> Mapping[str, Any] | None:
    """What the provider said of the reader when they logged in; None before."""
    if (of_download := _FOR.get()) is not None:
        return of_download
    return st.user.to_dict() if st.user.get("is_logged_in") is True else None


@lru_cache(maxsize=4)
def _rules(text: str) -> Rules:
    return read_rules(tomllib.loads(text))
