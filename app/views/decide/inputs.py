"""What is typed on a page of decisions, kept in the address."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import streamlit as st

from app.filter_bar import remember
from transforms.decisions.checks import DecisionError
from transforms.decisions.rates import Rate
from transforms.decisions.written import figure, rate, share

T = TypeVar("T")


def typed(
    name: str, label: str, default: str, read: Callable[[str], T], hint: str | None = None, width: int = 150
) -> T:
    """A text that ``read`` understands. Raises DecisionError naming ``label``."""
    text = str(st.text_input(label, st.query_params.get(name, default), help=hint, width=width)).strip() or default
    remember(name, text, default)
    try:
        return read(text)
    except DecisionError as error:
        raise DecisionError(f"{label}: {error}") from error


def number(name: str, label: str, default: str, hint: str | None = None, width: int = 150) -> Decimal:
    """A number such as 0.85 or 10M."""
    return typed(name, label, default, figure, hint, width)


def whole(name: str, label: str, default: str, width: int = 150) -> int:
    """A whole number."""
    value = number(name, label, default, width=width)
    if value != int(value):
        raise DecisionError(f"{label}: {value} is no whole number")
    return int(value)


def percent(name: str, label: str, default: str, hint: str | None = None) -> Decimal:
    """A share in percent."""
    return typed(name, label, default, share, hint)


def change(name: str, label: str, default: str, hint: str | None = None) -> Rate:
    """A change a month, with its range."""
    return typed(name, label, default, rate, hint)


def choice(name: str, label: str, options: dict[str, str], default: str) -> str:
    """One of ``options``, by its key."""
    asked = st.query_params.get(name, default)
    picked = st.segmented_control(
        label, list(options), default=asked if asked in options else default, format_func=options.__getitem__,
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    remember(name, str(picked or default), default)
    return str(picked or default)
