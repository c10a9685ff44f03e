"""The errors of all series of an organization, by horizon: replays, and in their place forecasts that were kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from transforms.forecasts.calibration import quantiles
from transforms.forecasts.choosing import nearest
from transforms.forecasts.replay import HORIZONS, Replays
from transforms.forecasts.series import Floats, Past


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


def pool(replayed: Sequence[Replayed], past: Sequence[Past], columns: int) -> Pool:
    """``past`` holds forecasts that are over; one of a series and day takes the place of the replay of that day.

    Of a series in ``replayed`` only forecasts by its method count: those of another say nothing of its errors.
    """
    methods = {one.key: one.method for one in replayed}
    kept = [one for one in past if methods.get(one.key, one.method) == one.method]
    rows, independent = [], []
    for column in range(columns):
        mine = [one for one in kept if nearest(one.horizon_days) == column]
        told = {(one.key, one.origin) for one in mine}
        quotients = [np.array([one.error for one in mine])]
        weights = [1.0 / np.array([float(one.horizon_days) for one in mine])]
        for one in replayed:
            found = _quotients(one, column, told)
            quotients.append(found)
            weights.append(np.full(len(found), 1 / HORIZONS[column]))
        weight = np.concatenate(weights)
        rows.append(quantiles(np.concatenate(quotients), weight))
        independent.append(float(weight.sum()))
    return Pool(np.array(rows), np.array(independent))


def _quotients(one: Replayed, column: int, told: set[tuple[str, date]]) -> Floats:
    found: Floats = one.replays.error[one.method][:, column] / one.scales[:, column]
    if told:
        days = [one.first + timedelta(days=int(origin)) for origin in one.replays.origins]
        found = np.where([(one.key, day) in told for day in days], np.nan, found)
    return found[np.isfinite(found)]
