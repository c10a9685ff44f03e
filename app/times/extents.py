"""The days that the data spans by a zone's calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.filters import Filters, Window, window


@dataclass(frozen=True)
class Extent:
    """First and last day with a call; the first that the data holds wholly; the start of the newest call."""

    first_day: date
    last_day: date
    covered_from: date
    until_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Extent":
        """From the row of `queries/extent_in_zone.sql`."""
        return cls(row["first_day"], row["last_day"], row["covered_from"], row["until_at"])

    @property
    def days(self) -> tuple[date, date]:
        return self.first_day, self.last_day

    def window(self, filters: Filters) -> Window:
        """The days of the filters' period and of what it is compared with."""
        return window(filters.period, self.first_day, self.last_day, filters.compare, self.covered_from)
