"""How unusual each hour or day of a series is, told by its past alone.

Two standard scores are taken: against the last week (28 days for days), and against the same hour of the last 14 days
(the same weekday of the last 8 weeks). Each is standardised once more by its own last 8 weeks (12 for days), because
a series that is wild every night has high scores every night; the larger counts, averaged over the last 3 hours.
Measured on labelled series beside other rules: docs/anomalies.md.

The judgement of a step depends on no more than `Rhythm.lead` steps before it and on nothing after it. Sums run from the
first row on, so that the same first row gives the same bits, however many rows follow.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

RELATIVE_SPREAD = 0.05
"""No spread below this share of the usual amount: a series that never moved is not alarmed by its first ripple."""
SCORE_SPREAD = 0.1
LARGEST_SCORE = 1000.0
"""Scores count at most this much in the past that later ones are standardised on: one huge hour blinds nobody."""
FEWEST_SEASONS = 3


@dataclass(frozen=True)
class Rhythm:
    """How the steps of one grain are judged; all but ``threshold`` count steps (hours or days)."""

    grain: str
    window: int  # the past that is the first comparison
    season: int  # from one step to the next of its kind
    seasons: int  # of its kind that are the second comparison
    memory: int  # past scores that scores are standardised on
    smooth: int  # scores that are averaged
    fewest: int  # known steps before the series is judged at all
    fewest_scores: int
    threshold: float

    @property
    def lead(self) -> int:
        """Steps before one that its judgement may depend on."""
        return max(self.window, self.season * self.seasons) + self.memory + self.smooth


HOURLY = Rhythm("hour", 168, 24, 14, 1344, 3, 24, 24, 5.0)
DAILY = Rhythm("day", 28, 7, 8, 84, 1, 14, 7, 5.0)


@dataclass(frozen=True)
class Judged:
    """Of each step and series, steps × series: the score, what was expected, and up to which amount nothing is said.

    Nan where the history is too short (fewer than `Rhythm.fewest` known steps) or the step itself is not known.
    """

    score: Floats
    expected: Floats
    high: Floats


def judge(amounts: Floats, rhythm: Rhythm, *, least_spread: float, is_two_sided: bool = False) -> Judged:
    """Judge each step of each series. ``amounts``: steps × series, nan where nothing is known; a known zero is 0.

    ``least_spread`` is a spread in the series' unit below which nothing is told apart. ``is_two_sided`` makes amounts
    below the expected ones unusual too; `Judged.high` then speaks of the upper side. Raises ValueError for amounts
    that are not steps × series.
    """
    if amounts.ndim != 2:
        raise ValueError(f"expected steps × series, got an array of {amounts.ndim} dimensions")
    recent, spread, known = past(amounts, rhythm.window)
    usual, seasonal_spread, seen = _by_season(amounts, rhythm)
    floor = np.fmax(RELATIVE_SPREAD * np.fmax(np.abs(recent), np.nan_to_num(np.abs(usual))), least_spread)
    is_recent, is_usual = known >= min(rhythm.fewest, rhythm.window), seen >= FEWEST_SEASONS
    recent, usual = np.where(is_recent, recent, np.nan), np.where(is_recent & is_usual, usual, np.nan)
    sides = [
        _side(amounts, mean, np.fmax(sd, floor), rhythm, is_two_sided)
        for mean, sd in ((recent, spread), (usual, seasonal_spread))
    ]
    largest = np.fmax(sides[0].score, sides[1].score)
    score, before, counted = _smoothed(largest, rhythm.smooth)
    needed = rhythm.threshold * counted - before
    high = np.fmin(sides[0].amount_of(needed), sides[1].amount_of(needed))
    expected = np.where(np.isnan(usual), recent, usual)
    return Judged(score, np.where(np.isnan(score), np.nan, expected), np.where(np.isnan(score), np.nan, high))


@dataclass(frozen=True)
class _Side:
    """One comparison: its score, standardised, and how to go back from a score to an amount."""

    score: Floats
    mean: Floats
    spread: Floats
    score_mean: Floats
    score_spread: Floats

    def amount_of(self, score: Floats) -> Floats:
        return self.mean + self.spread * (self.score_mean + self.score_spread * score)


def _side(amounts: Floats, mean: Floats, spread: Floats, rhythm: Rhythm, is_two_sided: bool) -> _Side:
    raw = (amounts - mean) / spread
    raw = np.abs(raw) if is_two_sided else raw
    usual, deviation, known = past(np.clip(raw, -LARGEST_SCORE, LARGEST_SCORE), rhythm.memory)
    usual = np.where(known >= rhythm.fewest_scores, usual, np.nan)
    deviation = np.fmax(deviation, SCORE_SPREAD)
    return _Side((raw - usual) / deviation, mean, spread, usual, deviation)


def _by_season(amounts: Floats, rhythm: Rhythm) -> tuple[Floats, Floats, Floats]:
    """Mean, spread and number of the steps of the same kind before each step."""
    steps, series = amounts.shape
    whole = -(-steps // rhythm.season)
    padded = np.full((whole * rhythm.season, series), np.nan)
    padded[:steps] = amounts
    found = past(padded.reshape(whole, rhythm.season * series), rhythm.seasons)
    mean, spread, seen = (part.reshape(-1, series)[:steps] for part in found)
    return mean, spread, seen


def past(values: Floats, width: int) -> tuple[Floats, Floats, Floats]:
    """Mean, standard deviation and number of the known values among the ``width`` rows before each row."""
    is_known = ~np.isnan(values)
    zeroed = np.where(is_known, values, 0.0)
    count, total, squares = (_before(part, width) for part in (is_known.astype(np.float64), zeroed, zeroed**2))
    some = np.where(count > 0, count, np.nan)
    mean = total / some
    # the difference of two large sums may come out a hair below zero
    return mean, np.sqrt(np.maximum(squares / some - mean**2, 0.0)), count


def _before(values: Floats, width: int) -> Floats:
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    starts = np.maximum(np.arange(len(values)) - width, 0)
    before: Floats = sums[:-1] - sums[starts]
    return before


def _smoothed(scores: Floats, steps: int) -> tuple[Floats, Floats, Floats]:
    """Mean of the known scores of the last ``steps``, the sum of those before the step, and how many count with it."""
    is_known = ~np.isnan(scores)
    zeroed = np.where(is_known, scores, 0.0)
    before = _before(zeroed, steps - 1)
    counted = _before(is_known.astype(np.float64), steps - 1) + 1
    return np.where(is_known, (before + zeroed) / counted, np.nan), before, counted
