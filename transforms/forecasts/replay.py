"""Every method, asked on earlier days of the same history, each time seeing only the days before it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from transforms.forecasts.methods import METHODS
from transforms.forecasts.series import Floats
from transforms.forecasts.window import WINDOW_DAYS, Window, mean_of_last

Days: TypeAlias = NDArray[np.int64]

FEWEST_DAYS = 7
REPLAY_DAYS = 182
"""Replays reach back this far: half a year says enough, and keeps a long history as cheap as a short one."""
YOUNG_DAYS = 28
"""An older series is not judged by what was forecast of it in its first four weeks, when little was known."""
HORIZONS = (1, 3, 7, 14, 21, 30, 60, 92)
"""Days ahead whose sums are compared with what came; what lies between is interpolated."""


@dataclass(frozen=True, eq=False)
class Replays:
    """``origins``: day numbers from the series' first day on; ``level``: usual US dollars a day, seen from there.

    ``error``: of each method origins × horizons, actual − expected US dollars of the sums; nan where not over.
    ``now``: of the day after the history the level, ``points`` what each method expects of each of the days ahead.
    """

    origins: Days
    level: Floats
    error: dict[str, Floats]
    now: float
    points: dict[str, Floats]


def windows(first: date, usd: Floats, volume: Floats | None, origins: Days) -> Window:
    """What could be seen on each origin: the days before it, nothing of it."""
    dates = [first + timedelta(days=int(origin)) for origin in origins]
    month_days = np.array([day.day - 1 for day in dates], dtype=np.int64)
    return Window(_before(usd, origins), month_days, None if volume is None else _before(volume, origins))


def _before(amounts: Floats, origins: Days) -> Floats:
    padded = np.concatenate([np.full(WINDOW_DAYS, np.nan), amounts])
    seen: Floats = sliding_window_view(padded, WINDOW_DAYS)[origins]
    return seen


def levels(usd: Floats, origins: Days, window: Window) -> Floats:
    """Mean daily spend of four weeks, not far below that of longer times: a pause makes no error endless."""
    known = np.isfinite(usd)
    so_far = np.cumsum(np.where(known, usd, 0.0))[origins - 1] / np.maximum(np.cumsum(known)[origins - 1], 1)
    recent, longer = mean_of_last(window.usd, 28), mean_of_last(window.usd, WINDOW_DAYS)
    level: Floats = np.maximum(np.maximum(recent, longer / 4), np.maximum(so_far / 10, 1e-9))
    return level


def replay(first: date, usd: Floats, volume: Floats | None, days: int) -> Replays:
    """Ask every method on the earlier days of a history, and on the day after it, ``days`` ahead.

    ``usd`` may hold nan: a day that says nothing; a sum over one is not known either. What is over within so many days
    is compared up to the first of `HORIZONS` that covers them.
    """
    begin = max(FEWEST_DAYS, min(YOUNG_DAYS, len(usd) // 3), len(usd) - REPLAY_DAYS)
    origins = np.append(np.arange(min(begin, len(usd)), len(usd), dtype=np.int64), len(usd))
    asked = np.array(asked_horizons(days), dtype=np.int64)
    window = windows(first, usd, volume, origins)
    daily = {name: function(window, max(days, int(asked[-1]))) for name, function in METHODS.items()}
    actual = np.column_stack([_sums(usd, origins[:-1], int(horizon)) for horizon in asked])
    error = {name: actual - np.cumsum(one[:-1], axis=1)[:, asked - 1] for name, one in daily.items()}
    level = levels(usd, origins, window)
    points = {name: one[-1, :days] for name, one in daily.items()}
    return Replays(origins[:-1], level[:-1], error, float(level[-1]), points)


def asked_horizons(days: int) -> tuple[int, ...]:
    """Those that replays are asked for: up to the first one that covers the days, or all there are."""
    reach = next((horizon for horizon in HORIZONS if horizon >= days), HORIZONS[-1])
    return tuple(horizon for horizon in HORIZONS if horizon <= reach)


def _sums(usd: Floats, origins: Days, horizon: int) -> Floats:
    padded = np.concatenate([usd, np.full(horizon, np.nan)])
    sums: Floats = sliding_window_view(padded, horizon)[origins].sum(axis=1)
    return sums
