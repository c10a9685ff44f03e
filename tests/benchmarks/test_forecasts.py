"""What docs/forecasts.md says, again and smaller: a simulated company, a third of its series, three months."""

import numpy as np
import pytest

from benchmarks import daily_panels, forecast_scores
from benchmarks.forecast_backtest import Held, backtest, stepped, thinned
from benchmarks.forecasts import speed


@pytest.fixture(scope="module")
def panel() -> daily_panels.Panel:
    return thinned(daily_panels.company(), 18)


@pytest.fixture(scope="module")
def held(panel: daily_panels.Panel) -> list[Held]:
    return backtest(panel, 3)


def test_forecasts_of_the_company_beat_the_burn_rate(held: list[Held]) -> None:
    assert len(held) > 200
    assert forecast_scores.wape(held).value < 0.92
    assert forecast_scores.interval_score(held).value < 0.9
    assert forecast_scores.brier(held).value < 0.95
    assert 0.7 < forecast_scores.coverage(held).value < 0.92


def test_a_known_price_step_is_no_surprise(panel: daily_panels.Panel) -> None:
    steps = stepped(panel, 2, 0.4, -5)
    assert sum(ours for _, ours, _ in steps) < 0.6 * sum(burn for *_, burn in steps)


def test_intervals_come_from_whole_blocks() -> None:
    same = forecast_scores.ratio(["a", "a", "b", "b"], [1.0, 1.0, 0.0, 0.0], np.ones(4))
    assert same.value == 0.5
    assert set(np.unique(same.drawn)) == {0.0, 0.5, 1.0}  # two blocks, four rows: never a quarter
    assert 1 < forecast_scores.independent(same, 4) < 2.5


def test_a_hundred_series_take_a_tenth_of_what_a_thousand_may() -> None:
    assert speed(100) < 3
