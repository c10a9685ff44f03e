"""The days that own figures are taken from before they are brought to a month.

A window longer than the data would spread five days of calls over thirty, and the newest day is still running: so what
is divided by are the full days since the data begins.
"""

from dataclasses import dataclass
from datetime import date, timedelta

MONTH_DAYS = 30
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """UTC days, both ends included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def hours(self) -> int:
        """The hours in them."""
        return 24 * self.count

    @property
    def words(self) -> str:
        """`29 full days`."""
        return "1 full day" if self.count == 1 else f"{self.count} full days"


def full_days(wanted: Days, data: Days) -> Days:
    """The days of ``wanted`` that ``data`` holds whole: not before its first, and without its newest, which still runs.
    Where nothing else is left that one is taken as if it were whole."""
    found = Days(max(wanted.first, data.first), min(wanted.last, data.last - _DAY))
    if found.count > 0:
        return found
    newest = min(wanted.last, data.last)
    return Days(newest, newest)


def newest(days: int, data: Days) -> Days:
    """The last full days of ``data``, as many as asked for or there are."""
    return full_days(Days(data.last - days * _DAY, data.last), data)
