"""The month-end rule: exact on a steady rate, blind to the future, and honest about a short history."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.forecast import FEWEST_TRIALS, month_end

TODAY = date(2026, 11, 16)
HISTORY = st.lists(st.floats(0, 1e6), min_size=1, max_size=120)


def _ending(costs: list[float], today: date = TODAY) -> list[tuple[date, float]]:
    return [(today - timedelta(days=len(costs) - number), usd) for number, usd in enumerate(costs)]


def test_a_steady_rate_is_exact() -> None:
    ahead = month_end(_ending([10.0] * 60), TODAY)
    assert (ahead.spent_usd, ahead.rate_usd, ahead.days_left) == (150.0, 10.0, 15)
    assert ahead.expected_usd == pytest.approx(300.0)
    assert (ahead.low_usd, ahead.high_usd) == (pytest.approx(300.0), pytest.approx(300.0))
    assert len(ahead.trials) == 60 - 7 - 15 + 1
    assert not ahead.is_short


def test_a_short_history_says_so_and_stays_wide() -> None:
    ahead = month_end(_ending([10.0] * 5), TODAY)
    assert ahead.is_short
    assert ahead.trials == ()
    assert ahead.low_usd < 0.8 * ahead.expected_usd
    assert ahead.high_usd > 1.2 * ahead.expected_usd


@given(HISTORY, st.lists(st.floats(0, 1e6), max_size=40))
def test_the_future_changes_nothing(costs: list[float], later: list[float]) -> None:
    past = _ending(costs)
    future = [(TODAY + timedelta(days=number), usd) for number, usd in enumerate(later)]
    assert month_end(future + past, TODAY) == month_end(past, TODAY)


@given(HISTORY)
def test_each_trial_equals_a_forecast_made_on_its_day(costs: list[float]) -> None:
    """Cutting the history at a trial's day gives the same expectation: it used nothing that came later."""
    for trial in month_end(_ending(costs), TODAY).trials[::7]:
        then = month_end([row for row in _ending(costs) if row[0] < trial.on], trial.on)
        days = (TODAY.replace(day=30) - TODAY).days + 1
        assert trial.expected_usd == pytest.approx(then.rate_usd * days)


@given(HISTORY, st.randoms())
def test_order_and_bounds(costs: list[float], rng: random.Random) -> None:
    rows = _ending(costs)
    ahead = month_end(rows, TODAY)
    rng.shuffle(rows)
    assert month_end(rows, TODAY) == ahead
    assert ahead.spent_usd <= ahead.low_usd <= ahead.expected_usd + 1e-6
    assert ahead.expected_usd <= ahead.high_usd + 1e-6
    assert ahead.is_short == (len(ahead.trials) < FEWEST_TRIALS)


def test_a_day_without_an_entry_cost_nothing() -> None:
    gaps = [(TODAY - timedelta(days=8), 5.0), (TODAY - timedelta(days=1), 7.0)]
    assert month_end(gaps, TODAY).rate_usd == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "no full day before 2026-11-16"),
        ([(TODAY, 3.0)], "no full day before 2026-11-16"),
        ([(date(2026, 11, 1), 1.0), (date(2026, 11, 1), 2.0)], "2026-11-01 stands twice"),
        ([(date(2026, 11, 1), -1.0)], "expected a finite amount of zero or more"),
        ([(date(2026, 11, 1), float("nan"))], "expected a finite amount of zero or more"),
    ],
)
def test_impossible_input_is_said(rows: list[tuple[date, float]], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        month_end(rows, TODAY)


def test_ranges_hold_about_as_often_as_they_promise() -> None:
    """200 simulated companies with a weekly rhythm, noise and drift; the range must hold well over half of the ends."""
    rng, held = random.Random(11), 0
    for _ in range(200):
        level, costs = rng.uniform(5, 500), []
        for number in range(105):
            level *= 1 + rng.gauss(0, 0.02)
            costs.append(level * (0.4 if number % 7 >= 5 else 1.0) * rng.lognormvariate(0, 0.25))
        rows, today = _ending(costs, date(2026, 12, 1)), TODAY
        actual = sum(usd for day, usd in rows if day.month == 11)
        ahead = month_end(rows, today)
        held += ahead.low_usd <= actual <= ahead.high_usd
    assert 140 <= held <= 190
