"""What is known to multiply a series' spend, day by day: prices that change, launches and freezes."""

from collections.abc import Iterable
from datetime import date

import numpy as np

from transforms.forecasts.series import Event, Floats, PriceStep, Series


def factors(series: Series, days: int, events: Iterable[Event], steps: Iterable[PriceStep]) -> Floats:
    """Of ``days`` days from the series' first on: what multiplies each day's spend at the first price without events.

    An event speaks of the series it names and of all its parts.
    """
    known = np.ones(days)
    for event in events:
        if event.key in (series.key, *series.parents):
            known[_span(series.first, event.first, days) : _span(series.first, event.last, days, 1)] *= event.factor
    for step in steps:
        known[_span(series.first, step.at, days) :] *= step.factor
    return known


def plain(amounts: Floats, known: Floats) -> Floats:
    """What would have been spent without what is known; nan on a day whose factor is 0, which says nothing."""
    freed: Floats = np.divide(amounts, known, out=np.full(len(amounts), np.nan), where=known > 0)
    return freed


def _span(first: date, day: date, days: int, after: int = 0) -> int:
    return min(max((day - first).days + after, 0), days)
