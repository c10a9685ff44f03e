"""Every way in which days are cut somewhere on earth, for a period: what `reconcile` tries an invoice's days with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from spanledger.exits import USAGE, Failure
from transforms.reconciliation.boundaries import Boundary

WELL_KNOWN = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Singapore",
    "Australia/Sydney",
    "America/Sao_Paulo",
)
"""Names that go first where zones cut the period alike: many places share an hour."""


def boundaries(first: date, last: date) -> list[Boundary]:
    """UTC, then every other cut of the days from ``first`` to ``last``, each once, under its best-known name."""
    names = ["UTC", *WELL_KNOWN, *sorted(name for name in available_timezones() if "/" in name)]
    found: dict[tuple[int, ...], Boundary] = {}
    for name in names:
        boundary = _boundary(name, first, last)
        found.setdefault(boundary.starts, boundary)
    return list(found.values())


def boundary(name: str, first: date, last: date) -> Boundary:
    """The days of one zone. Raises Failure where there is no such zone."""
    try:
        return _boundary(name, first, last)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"{name!r} is no time zone; expected a name such as America/Los_Angeles or UTC"
        raise Failure(message, USAGE) from error


def _boundary(name: str, first: date, last: date) -> Boundary:
    return Boundary(name, first, tuple(_starts(ZoneInfo(name), first, last)))


def _starts(zone: ZoneInfo, first: date, last: date) -> Iterator[int]:
    day = first
    while day <= last + timedelta(days=1):
        midnight = datetime.combine(day, time(), tzinfo=zone)
        yield int(midnight.astimezone(UTC).timestamp()) // 900
        day += timedelta(days=1)
