"""What figures of a decision may be: complaints name the figure, what stands there and what was expected."""

from decimal import Decimal

MILLION = Decimal(10**6)
HOUR_SECONDS = 3600
LEAST_KNOWN = Decimal("0.8")
"""Share of calls with a known cost below which there is no verdict that the rest could overturn."""


def known_share(calls: int, unknown: int) -> Decimal:
    """Of so many calls, those not among the ``unknown`` ones, whose cost nobody knows; 1 where there is none."""
    return 1 - Decimal(unknown) / calls if calls else Decimal(1)


class DecisionError(ValueError):
    """A figure that cannot be meant; the message names it, what was expected and what was given."""


def positive(name: str, value: Decimal | int) -> None:
    """Raises DecisionError unless ``value`` is above zero."""
    if not value > 0:
        raise DecisionError(f"{name} is {value}, expected more than 0")


def not_negative(name: str, value: Decimal | int) -> None:
    """Raises DecisionError where ``value`` is below zero."""
    if not value >= 0:
        raise DecisionError(f"{name} is {value}, expected 0 or more")


def part(name: str, value: Decimal) -> None:
    """Raises DecisionError unless ``value`` is a share above 0 and up to 1."""
    if not 0 < value <= 1:
        raise DecisionError(f"{name} is {value}, expected a share above 0 and up to 1")
