"""What docs/forecasts.md says, again and smaller: a simulated company, a third of its series, three months."""

import numpy as np
import pytest

from benchmarks import daily_panels, forecast_scores
from benchmarks.forecast_backtest import Held, backtest, stepped, thinned
from benchmarks.forecasts import ENOUGH, Found, speed, targets


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


def score(value: float) -> forecast_scores.Score:
    return forecast_scores.Score(value, value + np.linspace(-0.1, 0.1, 9))


def found(*, covered: float = 0.8, independent: float = ENOUGH, **other: float) -> Found:
    ratios = {
        "WAPE": 0.9,
        "interval score": 0.8,
        "Brier": 0.8,
        "after the step": 0.2,
        "before the step": 0.2,
        "width": 0.6,
        "width of sums": 0.69,
        "width of plain sums": 0.69,
        **other,
    }
    return Found("panel", (), score(covered), independent, {name: score(value) for name, value in ratios.items()})


@pytest.mark.parametrize(
    ("one", "cpu_s", "missed"),
    [
        (found(), 1.0, []),
        (found(covered=0.7), 1.0, [("panel: 80 % ranges cover", True)]),
        (found(covered=0.7, independent=ENOUGH - 1), 1.0, [("panel: 80 % ranges cover", False)]),
        (found(covered=0.9), 1.0, [("panel: 80 % ranges cover", True)]),
        (found(**{"width of sums": 1.03}), 1.0, [("both held to 80 % of the sums", False)]),
        (found(**{"width of plain sums": 0.87}), 1.0, [("burn rate's daily bounds", False)]),
        (found(width=0.71), 1.0, [("hold 80 % of the days", True)]),
        (found(Brier=0.91), 1.0, [("Brier score", True)]),
        (found(**{"interval score": 0.91}), 1.0, [("interval score", True)]),
        (found(**{"after the step": 0.46}), 1.0, [("after a known price step", True)]),
        (found(WAPE=1.2), 1.0, [("geometric mean", True), ("panel: error", True)]),
        (found(), 31.0, [("1,000 series", True)]),
    ],
)
def test_each_target_can_be_missed_and_says_whether_it_was_promised(
    one: Found, cpu_s: float, missed: list[tuple[str, bool]]
) -> None:
    told = [target for target in targets([one], {"of a year": cpu_s}) if not target.is_met]
    assert len(told) == len(missed)
    for target, (name, is_promise) in zip(told, missed, strict=True):
        assert name in target.name
        assert target.is_promise == is_promise


def test_a_hundred_series_take_a_tenth_of_what_a_thousand_may() -> None:
    assert speed(100) < 3
