"""Every registered method keeps the signature; the choice goes to what was better, and looks at nothing later."""

from datetime import date, timedelta

import numpy as np
import pytest

from transforms.forecasts import METHODS, PLAIN, USUAL, Event, Forecast, Past, Pasts, Series, forecast, forecast_all
from transforms.forecasts.calibration import scales
from transforms.forecasts.replay import HORIZONS, replay, windows
from transforms.forecasts.series import Floats

FIRST = date(2026, 1, 1)
DAYS = 150


def asked(usd: Floats, origin: int, volume: Floats | None = None) -> dict[str, Floats]:
    window = windows(FIRST, usd, volume, np.array([origin], dtype=np.int64))
    return {name: method(window, 20)[0] for name, method in METHODS.items()}


def uneven(seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.exp(rng.standard_normal(DAYS)) * np.where(np.arange(DAYS) % 7 < 5, 10.0, 2.0)


@pytest.mark.parametrize("days", [1, 3, 8, 30, 149])
def test_methods_answer_every_history_and_see_nothing_later(days: int) -> None:
    usd = uneven()
    changed = np.concatenate([usd[:days], np.full(DAYS - days, 1e9)])
    for name, point in asked(usd, days).items():
        assert point.shape == (20,), name
        assert np.isfinite(point).all(), name
        assert (point >= 0).all(), name
        assert np.array_equal(point, asked(changed, days)[name]), name


@pytest.mark.parametrize("amount", [0.0, 10.0])
def test_what_never_changes_is_forecast_as_it_is(amount: float) -> None:
    for name, point in asked(np.full(DAYS, amount), DAYS).items():
        assert np.allclose(point, amount), name


def test_a_day_that_says_nothing_changes_little() -> None:
    usd = np.full(DAYS, 10.0)
    usd[140:145] = np.nan
    for name, point in asked(usd, DAYS).items():
        assert np.allclose(point, 10), name


def test_calls_times_cost_follows_a_dearer_call_at_once() -> None:
    calls = np.full(DAYS, 100.0)
    usd = np.where(np.arange(DAYS) < DAYS - 7, 0.1, 0.3) * calls
    assert np.allclose(asked(usd, DAYS, calls)["calls_times_cost"], 30)


def test_the_choice_goes_to_what_was_clearly_better() -> None:
    fortnight = np.tile(np.repeat([10.0, 30.0], 7), 20)[:DAYS]  # a mean of four weeks knows it, one of seven days never
    made = forecast(Series("team:a", FIRST, fortnight), FIRST + timedelta(days=DAYS), FIRST + timedelta(days=DAYS + 27))
    assert made.method == "four_weeks"
    assert made.total(made.first, made.last).quantile(0.5) == pytest.approx(20 * 28, rel=0.05)


def test_without_evidence_the_usual_one_and_in_the_first_week_the_plain_one() -> None:
    methods = {}
    for days in (3, 20, DAYS):
        today = FIRST + timedelta(days=days)
        methods[days] = forecast(Series("team:a", FIRST, uneven()), today, today + timedelta(days=20)).method
    assert methods == {3: PLAIN, 20: USUAL, DAYS: USUAL}


def test_no_forecast_of_any_series_changes_with_later_rows() -> None:
    keys = [f"team:{number}" for number in range(4)]
    usd = {key: uneven(number) for number, key in enumerate(keys)}
    for day in (10, 45, 100):
        today, until = FIRST + timedelta(days=day), FIRST + timedelta(days=day + 25)
        known = forecast_all([Series(key, FIRST, usd[key][:day], usd[key][:day]) for key in keys], today, until)
        later = [Series(key, FIRST, usd[key], usd[key]) for key in keys]
        young = Past(FIRST, day + 1, USUAL, 1.0, 1e6, 1.0, keys[0])  # over a day after today
        again = forecast_all(later, today, until, [young])
        for key in keys:
            assert_same(again[key], known[key])


def assert_same(one: Forecast, other: Forecast) -> None:
    """Paths, scales, and the points of every method, also of those not chosen."""
    assert one.method == other.method
    assert np.array_equal(one.samples, other.samples), one.key
    assert np.array_equal(one.scales, other.scales), one.key
    for name in METHODS:
        assert np.array_equal(one.points[name], other.points[name]), (one.key, name)


def test_no_forecast_of_parts_changes_with_later_rows() -> None:
    """Not even where later rows would make parts that no longer add up."""
    usd = {key: uneven(number) for number, key in enumerate(("team:a", "team:b"))}
    usd["organization:o"] = usd["team:a"] + usd["team:b"]
    made = []
    for seen, later in ((100, 0.0), (DAYS, 1.0), (DAYS, 50.0)):
        series = [
            Series(
                key,
                FIRST,
                np.concatenate([usd[key][:100], later * place * usd[key][100:seen]]),
                parents=("organization:o",) if key.startswith("team") else (),
            )
            for place, key in enumerate(usd, 1)
        ]
        today = FIRST + timedelta(days=100)
        launch = Event("launch", today, today + timedelta(days=9), 2.0, "team:a")
        made.append(forecast_all(series, today, today + timedelta(days=25), events=[launch]))
    for key in usd:
        assert_same(made[1][key], made[0][key])
        assert_same(made[2][key], made[0][key])


def test_what_was_forecast_of_an_earlier_day_stays_as_the_days_go_on() -> None:
    """Replays of one origin are the same from any later day: none sees its own day or what came after. Two months
    without spend are among them, where the level rests on all that was before."""
    usd = uneven()
    usd[40:105] = 0
    long, short = (replay(FIRST, amounts, None, 30) for amounts in (usd, usd[:110]))
    both = [int(origin) for origin in short.origins if origin in long.origins]
    assert len(both) > 70
    here, there = ([list(of.origins).index(origin) for origin in both] for of in (short, long))
    assert np.array_equal(short.level[here], long.level[there])
    for name in METHODS:
        mine, whole = short.error[name][here], long.error[name][there]
        over = np.isfinite(mine)
        assert np.array_equal(mine[over], whole[over]), name


@pytest.mark.parametrize("day", [0, 20, 60])
def test_an_error_is_measured_by_those_that_were_over_before_it(day: int) -> None:
    """The error made on a day is over so many days later: no scale before that knows of it, the next one does."""
    rng = np.random.default_rng(1)
    errors, level, relative = rng.standard_normal((100, 4)), np.ones(100), np.full(4, 0.3)
    before = scales(errors, level, relative, 1.0)
    errors[day] = 1e6
    changed = scales(errors, level, relative, 1.0) != before
    for column, horizon in enumerate(HORIZONS[:4]):
        assert np.flatnonzero(changed[:, column])[0] == day + horizon


def test_kept_forecasts_take_the_place_of_replays() -> None:
    series, today = Series("team:a", FIRST, uneven()), FIRST + timedelta(days=DAYS)
    until = today + timedelta(days=20)
    plain = forecast(series, today, until)
    origins = [FIRST + timedelta(days=day) for day in range(30, DAYS - 21)]
    calm = [Past(origin, 21, plain.method, 100.0, 100.0, 50.0, series.key) for origin in origins]
    wild = [
        Past(one.origin, 21, one.method, 100.0, 100.0 + 500.0 * (-1) ** place, 50.0, one.key)
        for place, one in enumerate(calm)
    ]
    width = {}
    for name, past in {"none": [], "calm": calm, "wild": wild}.items():
        whole = forecast(series, today, until, past).total(today, until)
        width[name] = whole.quantile(0.9) - whole.quantile(0.1)
    assert width["calm"] < width["none"] < width["wild"]


def test_scales_are_what_past_forecasts_are_measured_in() -> None:
    series, today = Series("team:a", FIRST, uneven()), FIRST + timedelta(days=DAYS)
    made = forecast(series, today, today + timedelta(days=29))
    sizes = [made.scale_usd(today + timedelta(days=day)) for day in (0, 6, 29)]
    assert 0 < sizes[0] < sizes[1] < sizes[2]


def test_kept_forecasts_say_the_same_as_columns() -> None:
    series, today = Series("team:a", FIRST, uneven()), FIRST + timedelta(days=DAYS)
    until, usual = today + timedelta(days=20), forecast(series, today, today + timedelta(days=20)).method
    past = [
        Past(FIRST + timedelta(days=day), days, method, 100.0, 100.0 + 3.0 * day, 50.0, key)
        for day in range(30, DAYS - 3)
        for days, method, key in ((1, usual, "team:a"), (7, PLAIN, "team:a"), (21, usual, "team:b"), (30, PLAIN, ""))
    ]
    rows, columns = (forecast(series, today, until, of) for of in (past, Pasts.of(past)))
    assert np.array_equal(rows.samples, columns.samples)
    over = Pasts.of(past).over_by(today)
    assert len(over) == sum(one.known_on <= today for one in past) < len(past)
    assert Pasts.of(past).digest != over.digest != Pasts.of(past[1:]).digest
    none = forecast(series, today, until)
    assert not np.array_equal(none.samples, rows.samples), "and they are looked at"
