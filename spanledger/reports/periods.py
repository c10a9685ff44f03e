"""Which days a report is about: a UTC day, a week from Monday to Sunday, a calendar month or quarter."""

from dataclasses import dataclass
from datetime import date, timedelta

DAILY, WEEKLY, MONTHLY, QUARTERLY = KINDS = ("daily", "weekly", "monthly", "quarterly")
NOUNS = {DAILY: "day", WEEKLY: "week", MONTHLY: "month", QUARTERLY: "quarter"}


@dataclass(frozen=True)
class Period:
    """UTC days from ``first`` to ``last``, both included, of which the report has those to ``until``."""

    kind: str
    first: date
    last: date
    until: date

    @property
    def is_whole(self) -> bool:
        """Whether all its days are over."""
        return self.until == self.last

    @property
    def days(self) -> int:
        """Days that the report has."""
        return (self.until - self.first).days + 1

    @property
    def name(self) -> str:
        """`Saturday 21 November 2026`, `week to 15 November 2026`, `October 2026`, `third quarter of 2026`."""
        if self.kind == DAILY:
            return f"{self.first:%A %-d %B %Y}"
        if self.kind == WEEKLY:
            return f"week to {self.last:%-d %B %Y}"
        if self.kind == MONTHLY:
            return f"{self.first:%B %Y}"
        return f"{('first', 'second', 'third', 'fourth')[(self.first.month - 1) // 3]} quarter of {self.first:%Y}"

    @property
    def key(self) -> str:
        """`2026-11-21`, `2026-W46`, `2026-10`, `2026-Q3`: for names of files."""
        if self.kind == WEEKLY:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        if self.kind == QUARTERLY:
            return f"{self.first:%Y}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m-%d}" if self.kind == DAILY else f"{self.first:%Y-%m}"

    @property
    def before(self) -> "Period":
        """The period before it; of one that is still running, as many days."""
        first, last = bounds(self.kind, self.first - timedelta(days=1))
        until = last if self.is_whole else min(last, first + timedelta(days=self.days - 1))
        return Period(self.kind, first, last, until)


def bounds(kind: str, day: date) -> tuple[date, date]:
    """First and last day of the period of a kind that a day lies in."""
    if kind == DAILY:
        return day, day
    if kind == WEEKLY:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = 1 if kind == MONTHLY else 3
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    following = first.month - 1 + months
    return first, date(first.year + following // 12, following % 12 + 1, 1) - timedelta(days=1)


def latest(kind: str, today: date) -> Period:
    """The last one that was over when ``today`` began."""
    first, last = bounds(kind, bounds(kind, today)[0] - timedelta(days=1))
    return Period(kind, first, last, last)


def holding(kind: str, day: date, today: date) -> Period:
    """The one that a day lies in, up to yesterday. Raises ValueError for one without a day that is over."""
    first, last = bounds(kind, day)
    if first >= today:
        raise ValueError(f"no day of the {NOUNS[kind]} of {day} is over; expected a day before {today} (UTC)")
    return Period(kind, first, last, min(last, today - timedelta(days=1)))
