"""Ranges hold what they say on made-up series whose errors are exchangeable."""

from datetime import date, timedelta

import numpy as np
import pytest

from transforms.forecasts import Forecast, Series, forecast_all

FIRST = date(2026, 1, 1)
KNOWN_DAYS, AHEAD_DAYS = 240, 20  # so long that every replay saw as much as today does
TODAY = FIRST + timedelta(days=KNOWN_DAYS)


def made_up(seed: int, series: int) -> list[Series]:
    """Each of its own level and spread, every day drawn anew: nothing is to be known but the range."""
    rng = np.random.default_rng(seed)
    level, spread = rng.lognormal(3, 1, (series, 1)), rng.uniform(0.05, 0.6, (series, 1))
    usd = level * np.exp(spread * rng.standard_normal((series, KNOWN_DAYS + AHEAD_DAYS)))
    return [Series(f"team:{number}", FIRST, amounts) for number, amounts in enumerate(usd)]


@pytest.fixture(scope="module")
def drawn() -> list[tuple[Series, Forecast]]:
    """One forecast of each of 25 series of 24 organizations."""
    found = []
    for seed in range(24):
        series = made_up(seed, 25)
        made = forecast_all(series, TODAY, TODAY + timedelta(days=AHEAD_DAYS - 1))
        found += [(one, made[one.key]) for one in series]
    return found


@pytest.mark.parametrize("days", [1, 7, 20])
def test_eight_sums_in_ten_fall_into_their_range(drawn: list[tuple[Series, Forecast]], days: int) -> None:
    inside = []
    for one, made in drawn:
        whole = made.total(TODAY, TODAY + timedelta(days=days - 1))
        came = one.usd[KNOWN_DAYS : KNOWN_DAYS + days].sum()
        inside.append(whole.quantile(0.1) <= came <= whole.quantile(0.9))
    assert len(inside) == 600
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def test_eight_days_in_ten_fall_into_theirs(drawn: list[tuple[Series, Forecast]]) -> None:
    days = [(one.usd[KNOWN_DAYS:], made.quantile(0.1), made.quantile(0.9)) for one, made in drawn]
    assert np.mean([(low <= came) & (came <= high) for came, low, high in days]) == pytest.approx(0.8, abs=0.03)
