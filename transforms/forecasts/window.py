"""What a method may see: the days before it is asked, of one or many questions at once."""

from dataclasses import dataclass

import numpy as np

from transforms.forecasts.series import Floats

WINDOW_DAYS = 56
"""A method sees the last eight weeks: what was before tells little of next month's spend."""


@dataclass(frozen=True, eq=False)
class Window:
    """``usd``: questions × WINDOW_DAYS, the last column is yesterday; nan is not known. ``volume``: the same of calls.

    ``month_days``: of each question, the full days of the month that have passed.
    """

    usd: Floats
    month_days: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    volume: Floats | None = None


def mean_of_last(amounts: Floats, days: int) -> Floats:
    """Mean of the known ones of the last days of each row; 0 where none is known."""
    recent = amounts[:, -days:]
    known = np.isfinite(recent)
    mean: Floats = np.where(known, recent, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean
