"""The month's end from the recent daily rate, with a range from the rule's own past errors. Pure: no clock.

The rule: spent so far this month + mean daily spend of the last `RATE_DAYS` full days × days left. Its errors are
found by applying it on every earlier day of the same history, each time seeing only the days before it. A simple
rule is hard to beat at month-end totals; what most forecasts lack is an honest range.
"""

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

RATE_DAYS = 7
SCALE_DAYS = 28
COVERAGE = 0.8
FEWEST_TRIALS = 14
"""With fewer trials than this the history is short: the range is at least `SHORT_SPREAD` of the scale either way."""
SHORT_SPREAD = 0.75


@dataclass(frozen=True)
class Trial:
    """The rule applied on an earlier day `on`: US dollars it expected for the next days, and what they then cost.

    `error` is (actual − expected) ÷ (scale × days), where scale is the mean daily spend of the `SCALE_DAYS` before.
    """

    on: date
    expected_usd: float
    actual_usd: float
    error: float


@dataclass(frozen=True)
class MonthEnd:
    """US dollars for the calendar month of `today` (UTC); `low_usd` to `high_usd` aims to hold 8 months in 10.

    `spent_usd` covers the full days before `today`; `days_left` counts today. `is_short` says that the range rests
    on fewer than `FEWEST_TRIALS` trials and was kept wide for it.
    """

    spent_usd: float
    rate_usd: float
    days_left: int
    expected_usd: float
    low_usd: float
    high_usd: float
    trials: tuple[Trial, ...]
    is_short: bool


def month_end(daily: Sequence[tuple[date, float]], today: date) -> MonthEnd:
    """Forecast the month of `today`. `daily` is (UTC day, USD), at most one entry a day, in any order.

    Entries on or after `today` are not looked at. A day without an entry after the first one cost nothing.
    Raises ValueError for a repeated day, a negative or infinite amount, or no full day before `today`.
    """
    first, costs = _full_days(daily, today)
    days_left = calendar.monthrange(today.year, today.month)[1] - today.day + 1
    spent = sum(costs[max((today.replace(day=1) - first).days, 0) :])
    rate, scale = _mean(costs[-RATE_DAYS:]), _mean(costs[-SCALE_DAYS:])
    trials = backtest(first, costs, days_left)
    low, high = _spread([trial.error for trial in trials], days_left)
    ahead, unit = rate * days_left, scale * days_left
    return MonthEnd(
        spent,
        rate,
        days_left,
        spent + ahead,
        spent + max(ahead + low * unit, 0.0),  # money already spent does not come back
        spent + max(ahead + high * unit, 0.0),
        tuple(trials),
        len(trials) < FEWEST_TRIALS,
    )


def backtest(first: date, costs: Sequence[float], horizon: int) -> list[Trial]:
    """Apply the rule on every day with a full week before it and `horizon` known days from it on.

    `costs` are USD of consecutive days from `first`. A day before which nothing was spent gives no trial.
    """
    trials = []
    for index in range(RATE_DAYS, len(costs) - horizon + 1):
        seen, scale = costs[:index], _mean(costs[max(index - SCALE_DAYS, 0) : index])
        if scale > 0:
            expected, actual = _mean(seen[-RATE_DAYS:]) * horizon, sum(costs[index : index + horizon])
            trials.append(
                Trial(first + timedelta(days=index), expected, actual, (actual - expected) / (scale * horizon))
            )
    return trials


def _full_days(daily: Sequence[tuple[date, float]], today: date) -> tuple[date, list[float]]:
    known: dict[date, float] = {}
    for day, usd in daily:
        if day >= today:
            continue
        if day in known:
            raise ValueError(
                f"{day} stands twice in the daily spend, with {known[day]} and {usd} USD; give one sum a day"
            )
        if not (math.isfinite(usd) and usd >= 0):
            raise ValueError(f"the spend of {day} is {usd} USD; expected a finite amount of zero or more")
        known[day] = usd
    if not known:
        raise ValueError(f"no full day before {today}: the rate needs at least one")
    first = min(known)
    return first, [known.get(first + timedelta(days=number), 0.0) for number in range((today - first).days)]


def _spread(errors: Sequence[float], horizon: int) -> tuple[float, float]:
    """Low and high error. Trials overlap by `horizon` days, so they count as that many fewer when ranks are taken."""
    ordered = sorted(errors)
    separate = len(ordered) / horizon
    rank = math.floor((separate + 1) * (1 - COVERAGE) / 2) / separate if ordered else 0.0
    index = min(math.floor(rank * len(ordered)), max((len(ordered) - 1) // 2, 0))
    low, high = (ordered[index], ordered[-1 - index]) if ordered else (0.0, 0.0)
    if len(ordered) < FEWEST_TRIALS:
        return min(low, -SHORT_SPREAD), max(high, SHORT_SPREAD)
    return min(low, 0.0), max(high, 0.0)


def _mean(costs: Sequence[float]) -> float:
    return sum(costs) / len(costs) if costs else 0.0
