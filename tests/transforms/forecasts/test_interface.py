"""What others build on: one distribution, refusals that name the series, nothing of today or later looked at."""

from datetime import date, timedelta

import numpy as np
import pytest

from transforms.forecasts import Event, Forecast, PriceStep, Series, forecast

FIRST = date(2026, 1, 1)
TODAY = date(2026, 4, 11)
END = date(2026, 4, 30)


def weekly(days: int = 100, seed: int = 0) -> Series:
    """About 100 USD a day, half at the weekend."""
    rng = np.random.default_rng(seed)
    shape = np.where(np.arange(days) % 7 < 5, 100.0, 50.0)
    return Series("organization:acme", FIRST, shape * np.exp(0.1 * rng.standard_normal(days)))


@pytest.fixture(scope="module")
def made() -> Forecast:
    return forecast(weekly(), TODAY, END)


def test_total_is_the_sum_of_the_paths(made: Forecast) -> None:
    whole = made.total(TODAY, END)
    assert np.allclose(whole.usd, made.samples.sum(axis=1))
    middle = date(2026, 4, 20)
    assert np.allclose(whole.usd, made.total(TODAY, middle).usd + made.total(middle + timedelta(days=1), END).usd)
    assert whole.mean == pytest.approx(float(made.mean.sum()))
    assert whole.quantile(0.1) < whole.quantile(0.5) < whole.quantile(0.9)
    assert whole.quantile(0.9) < float(made.quantile(0.9).sum())  # the bad days do not all come together


def test_probability_and_exhaustion_are_of_the_same_paths(made: Forecast) -> None:
    limit = made.total(TODAY, END).quantile(0.7)
    assert made.probability_over(limit, 0.0, END) == pytest.approx(0.3, abs=0.01)
    assert made.probability_over(limit + 50, 50.0, END) == pytest.approx(0.3, abs=0.01)
    early, middle, late = made.exhausted_on(limit, 0.0)
    assert early is not None
    assert early <= END
    assert (middle, late) == (None, None)  # fewer than half of the paths get there
    assert (made.probability_over(1e9, 0.0, END), made.probability_over(0.0, 0.0, END)) == (0.05, 0.95)
    assert made.probability_over(1.0, 2.0, END) == 1.0


def test_same_day_same_paths(made: Forecast) -> None:
    assert np.array_equal(forecast(weekly(), TODAY, END).samples, made.samples)


@pytest.mark.parametrize("days", [101, 140])
def test_what_comes_later_changes_no_forecast(made: Forecast, days: int) -> None:
    longer = weekly()
    later = np.concatenate([longer.usd, np.full(days - 100, 1e6)])
    again = forecast(Series(longer.key, FIRST, later), TODAY, END)
    assert np.array_equal(again.samples, made.samples)


def test_a_known_price_is_in_the_forecast_at_once(made: Forecast) -> None:
    cheaper = forecast(weekly(), TODAY, END, steps=[PriceStep(TODAY + timedelta(days=5), 0.4)])
    ratio = cheaper.mean / made.mean
    assert np.allclose(ratio[:5], 1)
    assert np.allclose(ratio[5:], 0.4)


def test_an_event_is_in_the_forecast_while_it_lasts(made: Forecast) -> None:
    freeze = Event("freeze", date(2026, 4, 20), date(2026, 4, 22), 0.0, "organization:acme")
    frozen = forecast(weekly(), TODAY, END, events=[freeze]).samples
    assert np.all(frozen[:, 9:12] == 0)
    assert np.array_equal(np.delete(frozen, [9, 10, 11], axis=1), np.delete(made.samples, [9, 10, 11], axis=1))


def test_one_day_is_enough_and_says_that_it_is_little() -> None:
    made = forecast(Series("team:new", TODAY - timedelta(days=1), np.array([10.0])), TODAY, END)
    whole = made.total(TODAY, END)
    assert made.is_short
    assert whole.quantile(0.1) < 100 < 200 < 300 < whole.quantile(0.9)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Series("team:a", FIRST, np.array([1.0, -2.0])), "team:a: spend of day 1 is -2.0"),
        (lambda: Series("team:a", FIRST, np.array([1.0, np.nan])), "team:a: spend of day 1 is nan"),
        (lambda: Series("team:a", FIRST, np.ones(2), np.ones(3)), "team:a: 3 days of volume for 2 days of spend"),
        (lambda: PriceStep(FIRST, 0.0), "factor 0; expected more"),
        (lambda: Event("launch", FIRST, FIRST, -1.0, "team:a"), "event launch: factor -1.0"),
        (lambda: Event("launch", TODAY, FIRST, 1.0, "team:a"), "event launch ends on 2026-01-01, before"),
        (lambda: forecast(weekly(), FIRST, END), "organization:acme: no full day before 2026-01-01"),
        (lambda: forecast(weekly(50), TODAY, END), "organization:acme: known up to 2026-02-20"),
        (lambda: forecast(weekly(), TODAY, FIRST), "cannot end on 2026-01-01"),
        (lambda: forecast(weekly(), TODAY, END).total(FIRST, END), "outside of the forecast of 2026-04-11"),
    ],
)
def test_refusals_name_what_is_wrong(make: object, said: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=said):
        make()
