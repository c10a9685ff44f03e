"""Forecasts made afterwards, for chosen days before the first one that was kept: each from the days before it alone.

What one of them says rests on its own day only, not on the day that it is worked out on; so each stays as it is until
something changes in the days before it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from spanledger.forecasting import targets
from spanledger.forecasting.digests import digest
from spanledger.forecasting.prices import KnownStep, known_by
from spanledger.forecasting.reading import Spend
from spanledger.forecasting.records import KEPT_DAYS
from spanledger.forecasting.targets import Known, Row
from transforms.forecasts.events_file import PlannedEvents

DAYS = (1, 5, 10, 15, 20, 25)
"""Days of the month on which forecasts are made afterwards: early, middle and late ones."""
REACH, FEWEST_DAYS = 92, 14
SCOPES = 5
"""Of each kind: a first build makes up to eighteen days' forecasts afterwards."""


def reach(today: date, kept_since: date | None) -> int:
    """How many days before ``today`` the first of them may have been made; 0 where there are none."""
    first, end = _span(today, kept_since)
    return (today - first).days if first < end else 0


def origins(spend: Spend, kept_since: date | None) -> list[date]:
    """The days that they are made on, from two weeks into the spend on."""
    first, end = _span(spend.today, kept_since)
    days = (first + timedelta(days=number) for number in range((end - first).days))
    return [day for day in days if day.day in DAYS and _is_enough(spend, day)]


def _span(today: date, kept_since: date | None) -> tuple[date, date]:
    end = min(kept_since or today, today)
    return max(end - timedelta(days=REACH), today - timedelta(days=KEPT_DAYS - 1)), end


def _is_enough(spend: Spend, day: date) -> bool:
    known = spend.before(day) if day > spend.first else None
    return known is not None and known.is_known and known.days >= FEWEST_DAYS


def known_on(organization: str, day: date, events: PlannedEvents, steps: Sequence[KnownStep]) -> Known:
    """What can be said to have been known on a day: events that had begun, prices that were in force.

    A price announced by then and in force later is left out: what it changes is told by days that came after.
    """
    begun = [one for one in events.of(organization) if one.first < day]
    return Known(begun, known_by([one for one in steps if one.step.at <= day], organization, day))


def rows(spend: Spend, known: Known, said: str) -> list[Row]:
    """The forecasts of ``spend``'s day; ``said`` is what `digest_of` says of it."""
    made = targets.make(spend, known, SCOPES)
    return [row | {"digest": said} for row in targets.kept_rows(made, is_backfilled=True)]


def digest_of(spend: Spend, known: Known) -> str:
    """Of what `rows` are made of."""
    return digest(spend, known, SCOPES)
