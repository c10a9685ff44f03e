"""The errors of all series of an organization, by horizon: replays, and in their place forecasts that were kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms.forecasts.calibration import quantiles
from transforms.forecasts.choosing import nearest
from transforms.forecasts.pasts import Numbers, Pasts
from transforms.forecasts.replay import HORIZONS, Replays
from transforms.forecasts.series import Floats


@dataclass(frozen=True, eq=False)
class Replayed:
    """A series' replays by the method chosen for it; ``scales``: origins × horizons (`calibration.scales`)."""

    key: str
    first: date
    method: str
    replays: Replays
    scales: Floats


@dataclass(frozen=True, eq=False)
class Pool:
    """``table``: horizons × RANKS of errors ÷ scale; ``independent``: how many separate forecasts each rests on."""

    table: Floats
    independent: Floats


def pool(replayed: Sequence[Replayed], past: Pasts, columns: int) -> Pool:
    """``past`` holds forecasts that are over; one of a series and day takes the place of the replay of that day.

    Of a series in ``replayed`` only forecasts by its method count: those of another say nothing of its errors.
    """
    kept = past.by_methods({one.key: one.method for one in replayed})
    at = _columns(kept.days)
    rows_of = [kept.rows_of(one.key) for one in replayed]
    rows, independent = [], []
    for column in range(columns):
        is_here = at == column
        quotients, weights = [kept.error[is_here]], [1.0 / kept.days[is_here]]
        for one, mine in zip(replayed, rows_of, strict=True):
            found = _quotients(one, column, kept.origin[mine[is_here[mine]]])
            quotients.append(found)
            weights.append(np.full(len(found), 1 / HORIZONS[column]))
        weight = np.concatenate(weights)
        rows.append(quantiles(np.concatenate(quotients), weight))
        independent.append(float(weight.sum()))
    return Pool(np.array(rows), np.array(independent))


def _columns(days: Numbers) -> Numbers:
    """The column of each number of days."""
    known, place = np.unique(days, return_inverse=True)
    columns: Numbers = np.array([nearest(int(one)) for one in known], dtype=np.int64)[place]
    return columns


def _quotients(one: Replayed, column: int, told: Numbers) -> Floats:
    """``told``: ordinals of the days of which a forecast that was kept says it."""
    found: Floats = one.replays.error[one.method][:, column] / one.scales[:, column]
    if len(told):
        found = np.where(np.isin(one.replays.origins + one.first.toordinal(), told), np.nan, found)
    return found[np.isfinite(found)]
