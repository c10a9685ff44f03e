"""What is typed on a page of decisions, kept in the address."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from app import choices
from transforms.decisions.checks import DecisionError
from transforms.decisions.rates import Rate
from transforms.decisions.written import figure, rate, share

T = TypeVar("T")


def typed(
    name: str, label: str, default: str, read: Callable[[str], T], hint: str | None = None, width: int = 150
) -> T:
    """A text that ``read`` understands. Raises DecisionError naming ``label``."""
    try:
        return read(choices.typed(name, label, default, hint, width))
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
    return choices.one_of(name, label, options, default)


def slid(name: str, label: str, default: int, hint: str | None = None, width: int = 150) -> Decimal:
    """A share on a slider of whole percents. An address that says something else is told, and left out."""
    return Decimal(choices.percent(name, label, default, hint, width)) / 100


def several(name: str, label: str, options: dict[str, str], default: list[str], hint: str | None = None) -> list[str]:
    """Some of ``options`` by their keys, in the order chosen; unknown ones in the address are told and left out."""
    return choices.several(name, label, options, default, hint)
