"""What is promised of forecasts, as ratios of sums, with intervals from drawing whole blocks anew."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.forecast_backtest import Held, ratios
from transforms.forecasts.series import Floats

DRAWS = 1000
MISS_WEIGHT = 10.0  # 2 ÷ 0.2: the interval score of an 80 % range
FEWEST_EARLIER = 30


@dataclass(frozen=True, eq=False)
class Score:
    """A ratio of two sums, and the same of `DRAWS` draws of blocks."""

    value: float
    drawn: Floats

    @property
    def range(self) -> tuple[float, float]:
        """95 % of the draws; nan where there is one block alone."""
        low, high = np.quantile(self.drawn, (0.025, 0.975))
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.range
        return f"{self.value:.3f} ({low:.2f} – {high:.2f})"


def ratio(blocks: Sequence[str], above: Sequence[float] | Floats, below: Sequence[float] | Floats) -> Score:
    """Σ above ÷ Σ below. The same blocks give the same draws."""
    names, number = np.unique(np.array(blocks), return_inverse=True)
    up, down = np.bincount(number, weights=above), np.bincount(number, weights=below)
    counts = np.random.default_rng(7).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    drawn = counts @ up / np.maximum(counts @ down, 1e-300)
    return Score(float(up.sum() / down.sum()), np.asarray(drawn, dtype=np.float64))


def geometric(scores: Sequence[Score]) -> Score:
    """The geometric mean over panels; panels are drawn independently of each other."""
    shuffled = [np.random.default_rng(number).permutation(one.drawn) for number, one in enumerate(scores)]
    drawn = np.exp(np.mean(np.log(np.maximum(np.array(shuffled), 1e-300)), axis=0))
    return Score(float(np.exp(np.mean([np.log(one.value) for one in scores]))), drawn)


def independent(coverage: Score, forecasts: int) -> float:
    """How many independent forecasts would have so wide an interval of their coverage: the panel's effective number."""
    spread = float(coverage.drawn.var())
    share = min(max(coverage.value, 0.5 / forecasts), 1 - 0.5 / forecasts)
    return min(share * (1 - share) / spread, float(forecasts)) if spread > 0 else float(forecasts)


def wape(held: Sequence[Held], against: str = "burn") -> Score:
    """Σ |error| of the median ÷ Σ |error| of the plain rule, each in units of its series' level."""
    mine = [abs(one.median - one.actual) / one.level for one in held]
    theirs = [abs(getattr(one, against) - one.actual) / one.level for one in held]
    return ratio(_blocks(held), mine, theirs)


def coverage(held: Sequence[Held], low: str = "low", high: str = "high") -> Score:
    inside = [float(getattr(one, low) <= one.actual <= getattr(one, high)) for one in held]
    return ratio(_blocks(held), inside, np.ones(len(held)))


def daily_coverage(held: Sequence[Held]) -> Score:
    return ratio(
        _blocks(held), [float((one.daily <= 1).sum()) for one in held], [float(len(one.daily)) for one in held]
    )


def interval_score(held: Sequence[Held]) -> Score:
    """Of the 80 % range ÷ that of burn rate with a normal error (the spread of the last 28 days × √days)."""
    mine = [_score(one.actual, one.low, one.high) / one.level for one in held]
    theirs = [_score(one.actual, one.burn - one.burn_half, one.burn + one.burn_half) / one.level for one in held]
    return ratio(_blocks(held), mine, theirs)


def brier(held: Sequence[Held]) -> Score:
    """Of the chance to pass a budget ÷ that of burn rate with a normal error, clamped alike."""
    asked = [(one.block, *one.over) for one in held if one.over is not None]
    mine = [(ours - float(over)) ** 2 for _, ours, _, over in asked]
    theirs = [(normal - float(over)) ** 2 for _, _, normal, over in asked]
    return ratio([block for block, *_ in asked], mine, theirs)


def widths(held: Sequence[Held], until: str) -> Score | None:
    """Width of the range of the sum ÷ width of the sum of daily bounds, both stretched to 80 % on earlier forecasts.

    ``until``: the daily bounds are stretched until they hold 80 % of the "days", or their sum 80 % of the "sums";
    "plain": of the sums too, but the burn rate's daily bounds, ± 1.28 × the spread of the last 28 days. Earlier: made
    for a month that was over when the next was made. None where nothing is early enough.
    """
    over = np.array([(one.made - held[0].made).days + one.days for one in held])  # the day after the last one forecast
    own = np.array([_own(one) for one in held])
    stretch: dict[int, tuple[float, float]] = {}
    rows = []
    for one in held:
        day = (one.made - held[0].made).days
        past = np.flatnonzero(over <= day)
        if len(past) < FEWEST_EARLIER:
            continue
        if day not in stretch:
            bounds = np.concatenate([STRETCHED[until](held[int(number)]) for number in past])
            stretch[day] = (_quantile(own[past]), _quantile(bounds))
        mine = stretch[day][0] * (one.high - one.low)
        added = 2 * _plain_half(one) if until == "plain" else float((one.daily_high - one.daily_low).sum())
        summed = stretch[day][1] * added
        if np.isfinite(mine) and np.isfinite(summed):
            rows.append((one.block, mine / one.level, summed / one.level))
    if not rows:
        return None
    return ratio([block for block, *_ in rows], [mine for _, mine, _ in rows], [summed for *_, summed in rows])


def _own(one: Held) -> float:
    return float(ratios(*(np.array([x]) for x in (one.actual, one.median, one.low, one.high)))[0])


def _summed(one: Held) -> Floats:
    bounds = (one.daily_middle.sum(), one.daily_low.sum(), one.daily_high.sum())
    return ratios(*(np.array([x]) for x in (one.actual, *bounds)))


def _plain(one: Held) -> Floats:
    half = _plain_half(one)
    return ratios(*(np.array([x]) for x in (one.actual, one.burn, one.burn - half, one.burn + half)))


def _plain_half(one: Held) -> float:
    return one.burn_half * math.sqrt(one.days)


STRETCHED: dict[str, Callable[[Held], Floats]] = {"days": lambda one: one.daily, "sums": _summed, "plain": _plain}
"""What daily bounds are stretched by: how far what came lay from the middle, in units of the bound."""


def _quantile(found: Floats) -> float:
    return float(np.quantile(found, 0.8, method="higher"))


def _score(actual: float, low: float, high: float) -> float:
    return high - low + MISS_WEIGHT * (max(low - actual, 0.0) + max(actual - high, 0.0))


def _blocks(held: Sequence[Held]) -> list[str]:
    return [one.block for one in held]
