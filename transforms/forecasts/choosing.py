"""Which method a series is forecast with: the usual one, unless its own past clearly speaks for another.

Clearly: the better one's absolute errors on the series' past sum to less than 1 − 1/(2√n) of the usual one's, where n
counts past forecasts that do not overlap. With four of them it must have been better by a quarter, with sixteen by an
eighth. A series younger than a week is forecast with the burn rate, like everything of which little is known.
"""

import numpy as np

from transforms.forecasts.methods import METHODS, PLAIN, USUAL
from transforms.forecasts.replay import FEWEST_DAYS, HORIZONS, Replays

MARGIN = 0.5
MOST = 1.0
"""No error counts for more than the series' usual spend of as many days: one spike chooses no method."""
LONGEST = 30
"""A forecast of a quarter is chosen by the errors of months: few quarters have passed."""


def choose(replays: Replays, full_days: int, days: int) -> str:
    """The name of the method to forecast ``days`` ahead with after ``full_days`` full days."""
    if full_days < FEWEST_DAYS:
        return PLAIN
    column = nearest(min(days, LONGEST))
    errors = {name: replays.error[name][:, column] for name in METHODS}
    known = np.isfinite(errors[USUAL])
    independent = float(known.sum()) / HORIZONS[column]
    if independent < 1:
        return USUAL
    usual = replays.level[known] * HORIZONS[column]
    losses = {name: float(np.minimum(np.abs(error[known]) / usual, MOST).sum()) for name, error in errors.items()}
    best = min(losses, key=lambda name: losses[name])
    return best if losses[best] < (1 - MARGIN / np.sqrt(independent)) * losses[USUAL] else USUAL


def nearest(days: int) -> int:
    """The number of the horizon in `HORIZONS` that is nearest in proportion."""
    return int(np.argmin([abs(np.log(days / horizon)) for horizon in HORIZONS]))
