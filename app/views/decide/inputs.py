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
    value = st.query_params.get(name, default)
    text = str(st.text_input(label, value, help=hint, width=width, key=_key(name, label, default))).strip() or default
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
        label_visibility="collapsed", required=True, key=_key(name, label, default),
    )  # fmt: skip
    remember(name, str(picked or default), default)
    return str(picked or default)


def slid(name: str, label: str, default: int, hint: str | None = None, width: int = 150) -> Decimal:
    """A share on a slider of whole percents. An address that says something else is told, and left out."""
    asked = st.query_params.get(name, str(default))
    if not (asked.isascii() and asked.isdecimal() and int(asked) <= 100):
        st.warning(
            f"{label}: “{asked}” in the address is no whole percentage from 0 to 100.", icon=":material/percent:"
        )
        asked = str(default)
    key = _key(name, label, str(default))
    percent = int(st.slider(label, 0, 100, int(asked), format="%d %%", help=hint, width=width, key=key))
    remember(name, str(percent), str(default))
    return Decimal(percent) / 100


def several(name: str, label: str, options: dict[str, str], default: list[str], hint: str | None = None) -> list[str]:
    """Some of ``options`` by their keys, in the order chosen; unknown ones in the address are told and left out."""
    asked = [key for key in st.query_params.get(name, ",".join(default)).split(",") if key]
    known = [key for key in dict.fromkeys(asked) if key in options]
    if unknown := [key for key in asked if key not in options]:
        said = f"{label}: “{', '.join(unknown)}” in the address is none of {', '.join(options)}."
        st.warning(said, icon=":material/filter_alt_off:")
    picked = st.multiselect(
        label, list(options), known, format_func=options.__getitem__, help=hint, placeholder="none",
        key=_key(name, label, ",".join(default)),
    )  # fmt: skip
    remember(name, ",".join(picked), ",".join(default))
    return list(picked)


def _key(name: str, label: str, default: str) -> str:
    """A widget stays the same one while its address changes: one that began anew would lose every second change."""
    return f"asked {name}: {label}, else {default}"
