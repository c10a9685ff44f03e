"""The reader's time zone: which names can be chosen, and what a moment is called there.

Days and hours are told by the warehouse alone (`queries/scopes`), so that no call is in two of them or in none. Here a
moment only gets its wording, and a clock is set back by days.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import duckdb

USUAL = "UTC"
QUARTER = timedelta(minutes=15)
"""What all zones in use begin their days with: the grain of `rpt_usage_quarter_hourly`."""


@cache
def known() -> tuple[str, ...]:
    """The IANA names that both the warehouse's tables of zones and this machine's have; UTC first."""
    with duckdb.connect() as connection:
        told = {name for (name,) in connection.execute("select name from pg_timezone_names()").fetchall()}
    return (USUAL, *sorted((told & available_timezones()) - {USUAL}))


@cache
def listed() -> tuple[str, ...]:
    """Those that a list offers: places, without old spellings of offsets and abbreviations."""
    return tuple(name for name in known() if name == USUAL or ("/" in name and not name.startswith(("Etc/", "US/"))))


def local(at: datetime, zone: str) -> datetime:
    """A moment by the clock of a zone."""
    return at.astimezone(UTC if zone == USUAL else ZoneInfo(zone))


def days_earlier(at: datetime, days: int, zone: str) -> datetime:
    """The moment when the zone's clock showed the same, so many days before; days of 23 and 25 hours count as one."""
    return (local(at, zone) - timedelta(days=days)).astimezone(UTC)


def end_of_quarter(at: datetime) -> datetime:
    """The end of the quarter of an hour that a moment lies in."""
    seconds = QUARTER // timedelta(seconds=1)
    return datetime.fromtimestamp((at.timestamp() // seconds + 1) * seconds, UTC)


def place(zone: str) -> str:
    """A zone's name without its region, for a narrow place: `Kolkata`, `New York`."""
    return zone.rpartition("/")[2].replace("_", " ")
