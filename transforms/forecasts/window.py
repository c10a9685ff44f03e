"""What a method may see: the days before it is asked, of one or many questions at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.forecasts.series import Floats
from transforms.forecasts.smoothing import Smoothed, smooth
from transforms.forecasts.weekdays import Weeks, weeks

WINDOW_DAYS = 56
"""A method sees the last eight weeks: what was before tells little of next month's spend."""
LARGEST_TIMES = 3.0


@dataclass(frozen=True, eq=False)
class Window:
    """``usd``: questions × WINDOW_DAYS, the last column is yesterday; nan is not known. ``volume``: the same of calls.

    ``month_days``: of each question, the full days of the month that have passed. What several methods ask for is
    worked out once.
    """

    usd: Floats
    month_days: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    volume: Floats | None = None

    @cached_property
    def shape(self) -> Weeks:
        """The shape of its weeks."""
        return weeks(self.usd)

    @cached_property
    def smoothed(self) -> Smoothed:
        """The level without that shape, smoothed."""
        return smooth(self.shape.level)

    @cached_property
    def calm(self) -> "Window":
        """The same, no day counted at more than three times the median of the last four weeks."""
        recent = self.usd[:, -28:]
        is_known = np.isfinite(recent).any(axis=1, keepdims=True)
        recent = np.where(is_known, recent, 0.0)
        most = LARGEST_TIMES * middle_of(recent)
        return Window(np.where((most > 0)[:, None], np.minimum(self.usd, most[:, None]), self.usd), self.month_days)


def mean_of_last(amounts: Floats, days: int) -> Floats:
    """Mean of the known ones of the last days of each row; 0 where none is known."""
    recent = amounts[:, -days:]
    known = np.isfinite(recent)
    mean: Floats = np.where(known, recent, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def middle_of(rows: Floats) -> Floats:
    """The median of the known ones of each row, which has one at least."""
    ordered = np.sort(rows, axis=1)  # nan comes last
    known = np.isfinite(rows).sum(axis=1)
    each = np.arange(len(rows))
    middle: Floats = (ordered[each, (known - 1) // 2] + ordered[each, known // 2]) / 2
    return middle
