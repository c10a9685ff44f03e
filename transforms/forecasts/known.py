"""What is known to multiply a series' spend, day by day: prices that change, launches and freezes.

An event speaks of the series it names and of all its parts. A whole takes over what is known of its parts, each by its
share of the last four weeks: the launch of one team is in the organization's forecast too. A price step is told for
each series it concerns; a whole for which none is told takes over its parts'. Where a whole is split in several ways,
the split that knows most is followed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from transforms.forecasts.series import Event, Floats, PriceStep, Series
from transforms.forecasts.tree import Split, aligned

SHARE_DAYS = 28


def known_factors(
    series: Sequence[Series],
    today: date,
    until: date,
    events: Sequence[Event],
    steps: Mapping[str, Sequence[PriceStep]],
    splits: Sequence[Split],
) -> dict[str, Floats]:
    """Of each series, from its first day to ``until``: what multiplies a day's spend at the first price, no events."""
    by_key = {one.key: one for one in series}
    first = min(one.first for one in series)
    days = (until - first).days + 1
    of_events = {key: _of_events(first, days, [one for one in events if one.key == key]) for key in by_key}
    of_steps = {key: _of_steps(first, days, steps.get(key, ())) for key in by_key}
    lasting = dict(of_events)
    for parent in dict.fromkeys(split.parent for split in reversed(splits)):
        mine = [[by_key[part] for part in split.parts] for split in splits if split.parent == parent]
        of_events[parent] = of_events[parent] * _most_told([_mixed(parts, of_events, first, today) for parts in mine])
        if not steps.get(parent):
            of_steps[parent] = _most_told([_mixed(parts, of_steps, first, today) for parts in mine])
    named = {event.key for event in events}
    for one in series:
        above = [key for key in one.parents if key in named]
        inherited = [lasting[key] if key in lasting else _of_events(first, days, _of(events, key)) for key in above]
        of_events[one.key] = np.prod([of_events[one.key], *inherited], axis=0)
    return {one.key: (of_events[one.key] * of_steps[one.key])[(one.first - first).days :] for one in series}


def plain(amounts: Floats, known: Floats) -> Floats:
    """What would have been spent without what is known; nan on a day whose factor is 0, which says nothing."""
    freed: Floats = np.divide(amounts, known, out=np.full(len(amounts), np.nan), where=known > 0)
    return freed


def _of(events: Iterable[Event], key: str) -> list[Event]:
    return [one for one in events if one.key == key]


def _of_events(first: date, days: int, events: Iterable[Event]) -> Floats:
    factors = np.ones(days)
    for event in events:
        factors[_day(first, event.first, days) : _day(first, event.last, days, 1)] *= event.factor
    return factors


def _of_steps(first: date, days: int, steps: Iterable[PriceStep]) -> Floats:
    factors = np.ones(days)
    for step in steps:
        factors[_day(first, step.at, days) :] *= step.factor
    return factors


def _day(first: date, day: date, days: int, after: int = 0) -> int:
    return min(max((day - first).days + after, 0), days)


def _most_told(factors: Sequence[Floats]) -> Floats:
    return max(factors, key=lambda one: float(np.abs(one - 1).max()))


def _mixed(parts: Sequence[Series], factors: Mapping[str, Floats], first: date, today: date) -> Floats:
    """The parts' factors, each by the share of the last four weeks that it would have had without them."""
    end = (today - first).days
    begin = max(end - SHARE_DAYS, 0)
    recent = [np.nansum(plain(aligned(one, first, end)[begin:], factors[one.key][begin:end])) for one in parts]
    weights = np.array(recent) if sum(recent) > 0 else np.ones(len(parts))
    mixed: Floats = np.average([factors[one.key] for one in parts], axis=0, weights=weights)
    return mixed
