"""The shape of a week, and what is left of a series without it."""

from dataclasses import dataclass

import numpy as np

from transforms.forecasts.series import Floats

WEEK = 7
SHRINK_WEEKS = 2.0
"""A weekday's share counts as if this many weeks without any shape had been seen besides: two weeks tell little."""
HALF_LIFE_DAYS = 14.0


@dataclass(frozen=True, eq=False)
class Weeks:
    """``ahead``: questions × 7, factors of weekdays, today's first. ``level``: questions × days without the shape."""

    ahead: Floats
    level: Floats

    def days(self, number: int) -> Floats:
        """The factors of the next days, questions × number."""
        return self.ahead[:, np.arange(number) % WEEK]


def weeks(amounts: Floats) -> Weeks:
    """Of questions × days (whole weeks, the last column is yesterday): a factor is a day's share of its week's mean."""
    count, days = amounts.shape
    by_week = amounts.reshape(count, days // WEEK, WEEK)
    known = np.isfinite(by_week)
    each = known.sum(axis=2, keepdims=True)
    mean = np.where(known, by_week, 0.0).sum(axis=2, keepdims=True) / np.maximum(each, 1)
    share = np.where(known & (mean > 0), by_week / np.where(mean > 0, mean, 1.0), 0.0)
    counted = (known & (mean > 0)).sum(axis=1)
    factor = (share.sum(axis=1) + SHRINK_WEEKS) / (counted + SHRINK_WEEKS)
    factor /= factor.mean(axis=1, keepdims=True)
    level = np.divide(by_week, factor[:, None, :]).reshape(count, days)
    return Weeks(factor, level)


def fading_mean(level: Floats, half_life: float = HALF_LIFE_DAYS) -> Floats:
    """Mean of each row in which a day counts half as much as one ``half_life`` days later; 0 where nothing is known."""
    days = level.shape[1]
    weight = np.where(np.isfinite(level), 0.5 ** (np.arange(days - 1, -1, -1) / half_life), 0.0)
    total = weight.sum(axis=1)
    mean: Floats = (np.where(np.isfinite(level), level, 0.0) * weight).sum(axis=1) / np.where(total > 0, total, 1.0)
    return mean
