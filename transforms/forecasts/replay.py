"""Every method, asked on earlier days of the same history, each time seeing only the days before it."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from transforms.forecasts.methods import METHODS
from transforms.forecasts.series import Floats
from transforms.forecasts.window import WINDOW_DAYS, Window, mean_of_last

FEWEST_DAYS = 7
REPLAY_DAYS = 182
"""Replays reach back this far: half a year says enough, and keeps a long history as cheap as a short one."""
SCALE_DAYS = 28


@dataclass(frozen=True, eq=False)
class Replays:
    """``origins``: day numbers from the series' first day on. Of each method the sums expected, origins × days.

    ``actual`` holds the sums that came (nan where the days are not over), ``scale`` what errors are measured in.
    """

    origins: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    expected: dict[str, Floats]
    actual: Floats
    scale: Floats


def windows(
    first: date, usd: Floats, volume: Floats | None, origins: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Window:
    """What could be seen on each origin: the days before it, nothing of it."""
    dates = [first + timedelta(days=int(origin)) for origin in origins]
    month_days = np.array([day.day - 1 for day in dates], dtype=np.int64)
    return Window(_before(usd, origins), month_days, None if volume is None else _before(volume, origins))


def _before(amounts: Floats, origins: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    padded = np.concatenate([np.full(WINDOW_DAYS, np.nan), amounts])
    seen: Floats = sliding_window_view(padded, WINDOW_DAYS)[origins]
    return seen


def scales(window: Window, days: int) -> Floats:
    """Mean daily spend of the last four weeks × the number of days; questions × days; never 0."""
    level = np.maximum(mean_of_last(window.usd, SCALE_DAYS), 1e-9)
    scale: Floats = level[:, None] * np.arange(1.0, days + 1.0)
    return scale


def replay(first: date, usd: Floats, volume: Floats | None, days: int) -> Replays:
    """Ask every method on the earlier days of a history. ``usd`` may hold nan: a day that says nothing."""
    origins = np.arange(max(FEWEST_DAYS, len(usd) - REPLAY_DAYS), len(usd), dtype=np.int64)
    window = windows(first, usd, volume, origins)
    ahead = sliding_window_view(np.concatenate([usd, np.full(days, np.nan)]), days)[origins]
    expected = {name: np.cumsum(function(window, days), axis=1) for name, function in METHODS.items()}
    return Replays(origins, expected, np.cumsum(ahead, axis=1), scales(window, days))
