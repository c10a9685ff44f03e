"""How far forecasts were off, by how many days they looked ahead: the ranges of the next ones.

Conformal, and strictly in time order: the quantiles are those of errors of forecasts whose days had all passed before
today. They come from the series of one organization together, each error in units of its own scale. Forecasts of
overlapping days are not independent; a past of few independent ones is widened by a prior that is wider than what is
usually seen.
"""

from collections.abc import Sequence

import numpy as np

from transforms.forecasts.series import Floats

HORIZONS = (1, 3, 7, 14, 21, 30, 60, 92)
"""Days ahead whose errors are collected; between them the quantiles are interpolated."""
RANKS: Floats = (np.arange(41) + 0.5) / 41
PRIOR_FORECASTS = 4.0
"""The prior counts as much as this many independent forecasts."""
PRIOR_SPREAD = 0.6
FEWEST_INDEPENDENT = 8.0
"""With fewer independent past forecasts of a month's kind the past is short."""


def prior(days: int) -> Floats:
    """Errors of forecasts nobody has made yet, at `RANKS`: heavy tails, as wide for a month as for a day."""
    tail = np.log(RANKS / (1 - RANKS)) / np.log(9)  # logistic; 1 at the 90th percentile
    errors: Floats = PRIOR_SPREAD * tail
    return errors


def quantiles(errors: Sequence[Floats], spans: Sequence[float], days: int) -> Floats:
    """Quantiles at `RANKS` of the errors of one horizon: one array a series, each worth ``spans`` ÷ days forecasts."""
    weights = [
        np.full(len(one), max(span / days, 1e-9) / max(len(one), 1)) for one, span in zip(errors, spans, strict=True)
    ]
    values = np.concatenate([*errors, prior(days)])
    weight = np.concatenate([*weights, np.full(len(RANKS), PRIOR_FORECASTS / len(RANKS))])
    order = np.argsort(values, kind="stable")
    values, weight = values[order], weight[order]
    ranks = (np.cumsum(weight) - weight / 2) / weight.sum()
    found: Floats = np.interp(RANKS, ranks, values)
    return found


def between(table: Floats, days: int) -> Floats:
    """From horizons × ranks to days × ranks: interpolated in the logarithm of the number of days."""
    at = np.log(np.arange(1, days + 1))
    known = np.log(np.array(HORIZONS, dtype=np.float64))
    return np.column_stack([np.interp(at, known, column) for column in table.T])
