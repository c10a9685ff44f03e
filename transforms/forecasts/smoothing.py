"""Exponential smoothing of many rows at once, each with the constant that would have served it best."""

from dataclasses import dataclass

import numpy as np

from transforms.forecasts.series import Floats

CONSTANTS = (0.05, 0.1, 0.2, 0.35, 0.5)


@dataclass(frozen=True, eq=False)
class Smoothed:
    """``level`` after the last day; ``slope`` a day of a straight line through all known days."""

    level: Floats
    slope: Floats


def smooth(rows: Floats) -> Smoothed:
    """Rows × days; nan is skipped. The constant is the one of `CONSTANTS` with the least squared one-day error."""
    known = np.isfinite(rows)
    filled = np.where(known, rows, 0.0)
    start = filled.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    constant = np.array(CONSTANTS)[:, None]
    level, squares = np.repeat(start[None, :], len(CONSTANTS), axis=0), np.zeros((len(CONSTANTS), len(rows)))
    for day in range(rows.shape[1]):
        error = np.where(known[:, day], filled[:, day] - level, 0.0)
        squares += error**2
        level = level + constant * error
    best = squares.argmin(axis=0)
    return Smoothed(level[best, np.arange(len(rows))], _slope(filled, known))


def _slope(filled: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    at = np.arange(filled.shape[1], dtype=np.float64)
    count = np.maximum(known.sum(axis=1), 1)
    centred = np.where(known, at - (known @ at / count)[:, None], 0.0)
    spread = (centred**2).sum(axis=1)
    slope: Floats = (centred * filled).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    return slope
