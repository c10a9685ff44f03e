"""Changes a month, with how sure they are."""

from dataclasses import dataclass
from decimal import Decimal

from transforms.decisions.checks import DecisionError


@dataclass(frozen=True)
class Rate:
    """A change a month: 0.05 is 5 % more. One time in ten it is below ``low``, one in ten above ``high``."""

    expected: Decimal
    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        if not -1 < self.low <= self.expected <= self.high:
            raise DecisionError(
                f"rate {self.expected} with range {self.low} to {self.high}: expected low ≤ expected ≤ high, above -1"
            )


def surely(rate: Decimal) -> Rate:
    """A rate without a range."""
    return Rate(rate, rate, rate)
