"""Intervals that rounded amounts leave for a price, and the shortest number inside one."""

from decimal import Decimal
from typing import NamedTuple

MILLION = Decimal(1_000_000)


class Interval(NamedTuple):
    """Numbers from ``low`` to ``high``, both included."""

    low: Decimal
    high: Decimal

    def __contains__(self, number: object) -> bool:
        return isinstance(number, Decimal) and self.low <= number <= self.high

    def meet(self, other: "Interval") -> "Interval | None":
        """What both hold, None where that is nothing."""
        both = Interval(max(self.low, other.low), min(self.high, other.high))
        return both if both.low <= both.high else None

    def shortest(self) -> Decimal:
        """The number with the fewest digits inside: prices are written short, so this is the one most likely meant."""
        middle = (self.low + self.high) / 2
        for digits in range(-6, 24):
            nearest = middle.quantize(Decimal(1).scaleb(-digits))
            if nearest in self:
                return nearest
        return middle


def per_unit(amount: Decimal, quantity: Decimal, slack: Decimal) -> Interval:
    """Unit prices that a rounded amount allows; quantity above 0."""
    return Interval((amount - slack) / quantity, (amount + slack) / quantity)


def shortest_price(interval: Interval) -> Decimal:
    """The shortest price per million units, as a price per unit."""
    return Interval(interval.low * MILLION, interval.high * MILLION).shortest() / MILLION
