"""The times in which a budget counts: cut by the calendar of a zone, rolling, or never cut."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RUN, HOUR, DAY, WEEK, MONTH, QUARTER, ROLLING, TOTAL = (
    *("run", "hour", "day", "week", "month", "quarter", "rolling", "total"),
)
KINDS = (RUN, HOUR, DAY, WEEK, MONTH, QUARTER, ROLLING, TOTAL)
OF_DAYS = (DAY, WEEK, MONTH, QUARTER)
"""Windows that begin at a midnight, so that a time zone makes a difference."""

BUCKET_S = 900
"""Rolling windows are counted in whole quarters of an hour: one counts until all of it is outside."""

_MONTHS = {MONTH: 1, QUARTER: 3}
_DAYS = {DAY: 1, WEEK: 7}


@dataclass(frozen=True)
class Window:
    """What of time counts together. Weeks are ISO weeks, from Monday; hours are of UTC."""

    kind: str
    seconds: int | None = None  # of a rolling one; whole quarters of an hour
    time_zone: str = "UTC"  # of those that begin at a midnight

    @property
    def is_cut(self) -> bool:
        """Whether the calendar cuts it, so that it has a start and begins again."""
        return self.kind not in (RUN, ROLLING, TOTAL)

    def bounds(self, at: datetime) -> tuple[datetime | None, datetime | None]:
        """The window (UTC; end exclusive) that `at` lies in; None where it has no such side.

        A rolling one ends with the quarter of an hour that `at` lies in and reaches back `seconds` from its start.
        """
        if at.tzinfo is None:
            raise ValueError(f"expected a time with a zone, got {at.isoformat()}")
        if self.kind == ROLLING:
            quarter = datetime.fromtimestamp(at.timestamp() // BUCKET_S * BUCKET_S, UTC)
            return quarter - timedelta(seconds=self.seconds or 0), quarter + timedelta(seconds=BUCKET_S)
        if not self.is_cut:
            return None, None
        if self.kind == HOUR:
            hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            return hour, hour + timedelta(hours=1)
        first = self._first_day(at.astimezone(ZoneInfo(self.time_zone)).date())
        return self._midnight(first), self._midnight(self._day_after(first))

    def start(self, at: datetime) -> datetime | None:
        """What tells the counters of one window from those of the next; None where time does not cut."""
        return self.bounds(at)[0] if self.is_cut else None

    def _first_day(self, day: date) -> date:
        if self.kind == WEEK:
            return day - timedelta(days=day.weekday())
        months = _MONTHS.get(self.kind)
        return day.replace(day=1, month=(day.month - 1) // months * months + 1) if months else day

    def _day_after(self, first: date) -> date:
        if self.kind in _DAYS:
            return first + timedelta(days=_DAYS[self.kind])
        years, month = divmod(first.month - 1 + _MONTHS[self.kind], 12)
        return date(first.year + years, month + 1, 1)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.time_zone)).astimezone(UTC)
