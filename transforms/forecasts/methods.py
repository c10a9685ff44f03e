"""The list of forecast methods. Each takes what it may see and a number of days: questions × days of US dollars.

A question's answer rests on its own row alone, and its first days are the same however many are asked.

To add one, write a function of `Method`'s signature and register it under a name: replays, the choice per series and
the scores find it through `METHODS`.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from transforms.forecasts.series import Floats
from transforms.forecasts.weekdays import WEEK, fading_mean
from transforms.forecasts.window import Window, mean_of_last

Method: TypeAlias = Callable[[Window, int], Floats]

METHODS: dict[str, Method] = {}
PLAIN = "burn_rate_7"
"""What everyone does, what every other method has to beat, and what is taken where little is known."""
USUAL = "median"
"""Taken unless another was clearly better on the series' own past."""
DAMPING = 0.9


def method(name: str) -> Callable[[Method], Method]:
    """Register a method under the name that tables and pages show."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


@method(PLAIN)
def burn_rate(window: Window, days: int) -> Floats:
    """The mean of the last 7 days, every day."""
    return np.repeat(mean_of_last(window.usd, WEEK)[:, None], days, axis=1)


@method("seasonal_naive_7")
def seasonal_naive(window: Window, days: int) -> Floats:
    """What the same weekday cost last week; a day that is not known then counts as the week's mean."""
    last = window.usd[:, -WEEK:]
    filled = np.where(np.isfinite(last), last, mean_of_last(last, WEEK)[:, None])
    return filled[:, np.arange(days) % WEEK]


@method("month_to_date")
def month_to_date(window: Window, days: int) -> Floats:
    """The mean of this month's days so far; the last 7 days where fewer than 3 of the month have passed."""
    length = np.where(window.month_days >= 3, window.month_days, WEEK)
    recent = np.arange(window.usd.shape[1] - 1, -1, -1) < length[:, None]
    rate = mean_of_last(np.where(recent, window.usd, np.nan), window.usd.shape[1])
    return np.repeat(rate[:, None], days, axis=1)


@method("four_weeks")
def four_weeks(window: Window, days: int) -> Floats:
    """The mean of the last 28 days, every day."""
    return np.repeat(mean_of_last(window.usd, 28)[:, None], days, axis=1)


@method("weekday")
def weekday(window: Window, days: int) -> Floats:
    """The shape of the week × a level in which the last two weeks count most."""
    return fading_mean(window.shape.level)[:, None] * window.shape.days(days)


@method("weekday_calm")
def weekday_calm(window: Window, days: int) -> Floats:
    """The same, no day counted at more than three times the median of the last four weeks."""
    return weekday(window.calm, days)


@method("smoothed")
def smoothed(window: Window, days: int) -> Floats:
    """The shape of the week × an exponentially smoothed level."""
    return np.maximum(window.smoothed.level, 0.0)[:, None] * window.shape.days(days)


@method("theta")
def theta(window: Window, days: int) -> Floats:
    """The smoothed level with half of the straight line's slope, fading with the days."""
    found = window.smoothed
    steps = np.cumsum(DAMPING ** np.arange(1, days + 1))
    return np.maximum(found.level[:, None] + found.slope[:, None] / 2 * steps, 0.0) * window.shape.days(days)


@method("calls_times_cost")
def calls_times_cost(window: Window, days: int) -> Floats:
    """Calls by the shape of their week × what a call cost in the last 7 days; the weekday method without calls."""
    if window.volume is None:
        return weekday(window, days)
    calls = mean_of_last(np.where(np.isfinite(window.usd), window.volume, np.nan), WEEK)
    each = mean_of_last(window.usd, WEEK) / np.where(calls > 0, calls, 1.0)
    return weekday(Window(window.volume, window.month_days), days) * each[:, None]


@method(USUAL)
def median(window: Window, days: int) -> Floats:
    """Of each day the median of five: weekday, calm weekday, smoothed, theta and burn rate."""
    of = (weekday, weekday_calm, smoothed, theta, burn_rate)
    middle: Floats = np.median([one(window, days) for one in of], axis=0)
    return middle
