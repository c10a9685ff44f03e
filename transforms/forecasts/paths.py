"""Paths of daily spend whose sums over any number of days from today have the calibrated quantiles."""

import hashlib
from datetime import date

import numpy as np

from transforms.forecasts.calibration import RANKS
from transforms.forecasts.series import Floats

PATHS = 500
LOW, HIGH = 4, -5
"""Of `RANKS`, those near 10 % and 90 %."""
_PLACES: Floats = np.interp((np.arange(PATHS) + 0.5) / PATHS, RANKS, np.arange(len(RANKS)))
_LOWER = np.minimum(_PLACES.astype(np.int64), len(RANKS) - 2)
_UPPER: Floats = _PLACES - _LOWER
"""Between which two of `RANKS` each path lies, and how near to the upper one."""


def generator(key: str, today: date) -> np.random.Generator:
    """The same series on the same day gives the same paths, on any machine."""
    digest = hashlib.sha256(f"{key}\n{today.isoformat()}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def paths(point: Floats, errors: Floats, rng: np.random.Generator) -> Floats:
    """PATHS × days of US dollars. ``point``: days; ``errors``: days × RANKS, US dollars of the sum up to that day.

    A walk with a lasting and a daily part orders the paths on each day; the calibrated quantiles are then laid over
    that order. Spend is never negative: money already spent does not come back.
    """
    days = len(point)
    share = _share(point)
    grown = errors * (np.cumsum(share) / np.arange(1, days + 1))[:, None]
    by_rank = np.take(grown, _LOWER, axis=1) * (1 - _UPPER) + np.take(grown, _LOWER + 1, axis=1) * _UPPER
    laid = np.empty((days, PATHS))
    np.put_along_axis(laid, _walk(errors, share, rng).argsort(axis=1), by_rank, axis=1)
    sums = (np.cumsum(point)[:, None] + laid).T
    rising = np.maximum.accumulate(np.maximum(sums, 0.0), axis=1)
    samples: Floats = np.diff(rising, axis=1, prepend=0.0)
    return samples


def _share(point: Floats) -> Floats:
    """Each day ÷ the mean day: a weekend that costs little is not off by much."""
    mean = point.mean()
    return point / mean if mean > 0 else np.ones(len(point))


def _walk(errors: Floats, share: Floats, rng: np.random.Generator) -> Floats:
    """Days × PATHS: sums of an error that stays, one that grows like a random walk, and one of each day, as the ranges
    tell."""
    days = len(share)
    stays, grows, daily = np.sqrt(_parts((errors[:, HIGH] - errors[:, LOW]) / 2 / np.arange(1, days + 1)))
    drift = np.cumsum(rng.standard_normal((PATHS, days)), axis=1)
    steps = stays * rng.standard_normal((PATHS, 1)) + grows * drift + daily * rng.standard_normal((PATHS, days))
    walk: Floats = np.ascontiguousarray(np.cumsum(steps * share, axis=1).T)
    return walk


def _parts(half: Floats) -> Floats:
    """Variances of the three parts, none negative, that come nearest to the squared half ranges of the mean day."""
    number = np.arange(1.0, len(half) + 1)
    basis = np.column_stack([np.ones(len(half)), number / 3, 1 / number])
    best, least = np.array([half[0] ** 2, 0.0, 0.0]), np.inf
    for kept in _CHOICES[: 1 if len(half) < len(_CHOICES) else None]:
        found = np.zeros(3)
        found[list(kept)] = np.linalg.lstsq(basis[:, kept], half**2, rcond=None)[0]
        error = float(((basis @ found - half**2) ** 2).sum())
        if (found >= 0).all() and error < least:
            best, least = found, error
    return best


_CHOICES = ([0], [2], [0, 2], [1, 2], [0, 1], [0, 1, 2])
