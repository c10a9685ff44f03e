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


RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
"""Names that browsers still say, and those that stand in the list for them."""


@cache
def known() -> tuple[str, ...]:
    """The IANA names that both the warehouse's tables of zones and this machine's have; UTC first."""
    with duckdb.connect() as connection:
        told = {name for (name,) in connection.execute("select name from pg_timezone_names()").fetchall()}
    return (USUAL, *sorted((told & available_timezones()) - {USUAL}))


@cache
def listed() -> tuple[str, ...]:
    """Those that a list offers: places, without old spellings of offsets and abbreviations."""
    return tuple(name for name in known() if name == USUAL or (_is_place(name) and name not in RENAMED))


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "US/"))


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
