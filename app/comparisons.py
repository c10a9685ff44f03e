"""Which two stretches of UTC days the page "Why it changed" compares: the filters' period and what it is compared with.

Its sums are kept by UTC day, so that the day which is still running is left out of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.filters import Window, days_words


@dataclass(frozen=True)
class Comparison:
    """Two stretches of UTC days, both ends included, which need not be equally long."""

    before_from: date
    before_to: date
    after_from: date
    after_to: date

    def parameters(self) -> Mapping[str, date]:
        return {
            "before_from": self.before_from,
            "before_to": self.before_to,
            "after_from": self.after_from,
            "after_to": self.after_to,
        }

    @property
    def lengths(self) -> tuple[int, int]:
        """Days of the earlier stretch and of the later one."""
        return (self.before_to - self.before_from).days + 1, (self.after_to - self.after_from).days + 1

    def words(self) -> str:
        """`1 to 31 Oct 2026 against 1 to 30 Sep 2026`, and that these are not equally many days."""
        said = f"{days_words(self.after_from, self.after_to)} against {days_words(self.before_from, self.before_to)}"
        before, after = self.lengths
        return said if before == after else f"{said} ({after} days against {before}: part of the volume is that)"

    @property
    def is_any(self) -> bool:
        return min(self.lengths) > 0


def of_window(period: Window, today: date) -> Comparison | None:
    """What a page's days compare; None where there is nothing to compare with, or no day is over. `today` is UTC's."""
    if period.against is None:
        return None
    left_out = timedelta(days=running_days(period, today))
    before_first, before_last = period.against
    is_equal = period.before_first is not None
    compared = Comparison(before_first, before_last - left_out * is_equal, period.first, period.last - left_out)
    return compared if compared.is_any else None


def running_days(period: Window, today: date) -> int:
    """Days of the period that are not over."""
    return max((period.last - today).days + 1, 0)
