"""How far forecasts were off, by how many days they looked ahead: the ranges of the next ones.

Conformal, and strictly in time order. Each error of the past is divided by its scale: the mean absolute error of the
series' own forecasts that were over by then, mixed with the mean relative error of the organization's series × the
series' level. The ranges are the quantiles of these quotients over all series of the organization × today's scale.

Forecasts of overlapping days are not independent: h of them, of h days each, weigh as one. A prior, wider than what is
usually seen, weighs as `PRIOR_FORECASTS` of them, so that a short past gives wide ranges.
"""

from collections.abc import Sequence

import numpy as np

from transforms.forecasts.replay import HORIZONS, Replays
from transforms.forecasts.series import Floats

RANKS: Floats = (np.arange(41) + 0.5) / 41
PRIOR: Floats = 2.5 * np.log(RANKS / (1 - RANKS)) / np.log(9)
"""Quotients nobody has seen yet, at `RANKS`: logistic, 2.5 at the 90th percentile (a normal error has 1.6)."""
PRIOR_FORECASTS = 4.0
PRIOR_ERROR = 0.35
"""Mean absolute error ÷ what was spent, before anything is known."""
PRIOR_ERRORS = 2.0
GROWTH = 1.3
LARGEST_RELATIVE = 2.0
OWN_DAYS = 91
SHARED_FORECASTS = 3.0
"""The organization's relative error weighs as this many of the series' own independent forecasts."""


def relative_errors(replays: Sequence[Replays], methods: Sequence[str], columns: int) -> Floats:
    """Mean absolute error ÷ (level × days) of each horizon over all series.

    Drawn towards `PRIOR_ERROR`, and from the second horizon on towards `GROWTH` times that of the shorter one.
    """
    days = np.array(HORIZONS[:columns], dtype=np.float64)
    total, weight = np.zeros(columns), np.zeros(columns)
    for one, name in zip(replays, methods, strict=True):
        relative = np.minimum(np.abs(one.error[name]) / (one.level[:, None] * days), LARGEST_RELATIVE)
        known = np.isfinite(relative)
        total += np.where(known, relative, 0.0).sum(axis=0) / days
        weight += known.sum(axis=0) / days
    mean, expected = np.empty(columns), PRIOR_ERROR
    for column in range(columns):
        mean[column] = (total[column] + PRIOR_ERRORS * expected) / (weight[column] + PRIOR_ERRORS)
        expected = GROWTH * mean[column]
    return mean


def scales(errors: Floats, level: Floats, relative: Floats, now: float) -> Floats:
    """Of each origin and of now, origins + 1 × horizons: what an error is measured in, US dollars of the whole sum.

    On each origin only errors of forecasts that were over by then are used. ``now``: today's level.
    """
    columns = errors.shape[1]
    levels = np.append(level, now)
    found = np.empty((len(errors) + 1, columns))
    for column, days in enumerate(HORIZONS[:columns]):
        size = np.abs(errors[:, column])
        known = np.isfinite(size)
        total = np.concatenate([[0.0], np.cumsum(np.where(known, size, 0.0))])
        count = np.concatenate([[0.0], np.cumsum(known)])
        until = np.maximum(np.arange(len(errors) + 1) - days + 1, 0)
        since = np.maximum(until - OWN_DAYS, 0)
        own, seen = (total[until] - total[since]) / days, (count[until] - count[since]) / days
        shared = relative[column] * levels * days
        found[:, column] = (own + SHARED_FORECASTS * shared) / (seen + SHARED_FORECASTS)
    return found


def quantiles(quotients: Floats, weights: Floats) -> Floats:
    """Quantiles at `RANKS` of the weighted quotients of one horizon, the prior among them."""
    values = np.concatenate([quotients, PRIOR])
    weight = np.concatenate([weights, np.full(len(RANKS), PRIOR_FORECASTS / len(RANKS))])
    order = np.argsort(values, kind="stable")
    values, weight = values[order], weight[order]
    ranks = (np.cumsum(weight) - weight / 2) / weight.sum()
    found: Floats = np.interp(RANKS, ranks, values)
    return found


def between(table: Floats, days: int) -> Floats:
    """From horizons × anything to days × anything: interpolated in the logarithm of the number of days."""
    if len(table) == 1:
        return np.repeat(table, days, axis=0)
    at = np.log(np.arange(1, days + 1))
    known = np.log(np.array(HORIZONS[: len(table)], dtype=np.float64))
    place = np.interp(at, known, np.arange(len(known)))
    lower = np.minimum(place.astype(np.int64), len(known) - 2)
    upper = (place - lower)[:, None]
    found: Floats = table[lower] * (1 - upper) + table[lower + 1] * upper
    return found
