"""Paths of daily spend whose sums over any number of days from today have the calibrated quantiles."""

import hashlib
from datetime import date

import numpy as np

from transforms.forecasts.calibration import RANKS
from transforms.forecasts.series import Floats

PATHS = 500


def generator(key: str, today: date) -> np.random.Generator:
    """The same series on the same day gives the same paths, on any machine."""
    digest = hashlib.sha256(f"{key}\n{today.isoformat()}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def paths(point: Floats, errors: Floats, scale: Floats, rng: np.random.Generator) -> Floats:
    """PATHS × days of US dollars. ``point``: days; ``errors``: days × RANKS, in units of ``scale`` (days).

    A walk of a lasting and a daily part gives the order of the paths on each day, the calibrated quantiles their sums.
    Spend is never negative: money already spent does not come back.
    """
    days = len(point)
    half = (errors[:, -5] - errors[:, 4]) / 2
    daily = max(half[0] ** 2 - half[-1] ** 2, 0.0) * days / max(days - 1, 1)
    lasting = max(half[0] ** 2 - daily, 0.0)
    walk = np.sqrt(lasting) * rng.standard_normal((PATHS, 1)) + np.sqrt(daily) * rng.standard_normal((PATHS, days))
    order = np.cumsum(walk, axis=1).argsort(axis=0).argsort(axis=0)
    ranks = (np.arange(PATHS) + 0.5) / PATHS
    by_rank = np.column_stack([np.interp(ranks, RANKS, column) for column in errors])
    sums = np.cumsum(point) + scale * np.take_along_axis(by_rank, order, axis=0)
    rising = np.maximum.accumulate(np.maximum(sums, 0.0), axis=1)
    samples: Floats = np.diff(rising, axis=1, prepend=0.0)
    return samples
