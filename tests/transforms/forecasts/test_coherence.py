"""Parts add up to their whole on every path, keep their ranges, and what is known of a part is known of the whole."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from transforms.forecasts import Event, Forecast, PriceStep, Series, forecast_all
from transforms.forecasts.coherence import coherent
from transforms.forecasts.series import Floats
from transforms.forecasts.tree import Split

FIRST = date(2026, 1, 1)
DAYS = 120
TODAY = FIRST + timedelta(days=DAYS)
END = TODAY + timedelta(days=19)
WHOLE = "organization:acme"
PARENTS = {"team:a": (WHOLE,), "team:b": (WHOLE,), "team:c": (WHOLE,), "model:x": (WHOLE,), "model:y": (WHOLE,)}
PROJECTS = {"project:a1": ("team:a", WHOLE), "project:a2": ("team:a", WHOLE)}


def company() -> list[Series]:
    rng = np.random.default_rng(3)
    a1, a2, b, c = np.array([[60.0], [30.0], [100.0], [10.0]]) * np.exp(0.2 * rng.standard_normal((4, DAYS)))
    total = a1 + a2 + b + c
    x = total * 0.75
    amounts = {"team:a": a1 + a2, "team:b": b, "team:c": c, "model:x": x, "model:y": total - x}
    parts = [Series(key, FIRST, amounts[key], parents=parents) for key, parents in PARENTS.items()]
    projects = [Series(key, FIRST, usd, parents=PROJECTS[key]) for key, usd in zip(PROJECTS, (a1, a2), strict=True)]
    return [*projects, *parts, Series(WHOLE, FIRST, total)]


@pytest.fixture(scope="module")
def made() -> dict[str, Forecast]:
    return forecast_all(company(), TODAY, END)


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        (WHOLE, ("team:a", "team:b", "team:c")),
        (WHOLE, ("model:x", "model:y")),
        ("team:a", ("project:a1", "project:a2")),
    ],
)
def test_parts_add_up_on_every_path_and_day(made: dict[str, Forecast], whole: str, parts: tuple[str, ...]) -> None:
    assert np.allclose(sum(made[part].samples for part in parts), made[whole].samples)
    assert sum(made[part].total(TODAY, END).mean for part in parts) == pytest.approx(made[whole].total(TODAY, END).mean)


def test_the_whole_is_what_it_is_alone(made: dict[str, Forecast]) -> None:
    series = [replace(one, parents=()) for one in company()]
    assert np.array_equal(forecast_all(series, TODAY, END)[WHOLE].samples, made[WHOLE].samples)


def test_parts_keep_their_ranges(made: dict[str, Forecast]) -> None:
    alone = forecast_all([replace(one, parents=()) for one in company()], TODAY, END)
    for key in PARENTS:
        mine, own = (forecast[key].total(TODAY, END) for forecast in (made, alone))
        ratio = (mine.quantile(0.9) - mine.quantile(0.1)) / (own.quantile(0.9) - own.quantile(0.1))
        assert 0.8 < ratio < 1.35, (key, ratio)


def paths(key: str, samples: Floats) -> Forecast:
    return Forecast(key, TODAY, "median", False, samples, {}, np.ones(samples.shape[1]))


def together(whole: Floats, *parts: Floats) -> list[Floats]:
    """The parts' paths after they were made to add up; that they do is asserted."""
    made = {f"team:{place}": paths(f"team:{place}", samples) for place, samples in enumerate(parts)}
    found = coherent({WHOLE: paths(WHOLE, whole), **made}, [Split(WHOLE, "team", tuple(made))])
    assert np.array_equal(found[WHOLE].samples, whole)
    after = [found[key].samples for key in made]
    assert np.allclose(np.sum(after, axis=0), whole)
    assert min(float(one.min()) for one in after) >= 0
    return after


@pytest.mark.parametrize("seed", range(8))
def test_parts_add_up_also_where_they_are_wild_or_nothing(seed: int) -> None:
    """Spikes, days of nothing, parts far beyond their whole and far below it."""
    rng = np.random.default_rng(seed)
    whole, *parts = np.exp(3 * rng.standard_normal((4, 50, 6))) * (rng.random((4, 50, 6)) < 0.5)
    together(whole, *parts)
    together(whole, *(100 * one for one in parts))
    together(whole, *np.zeros((3, 50, 6)))
    together(np.zeros((50, 6)), *parts)


def test_a_steady_part_is_not_moved_by_a_wild_one() -> None:
    rng = np.random.default_rng(0)
    wild, steady = rng.lognormal(3, 0.5, (200, 5)), np.full((200, 5), 10.0)
    _, after = together(1.5 * np.sort(wild, axis=0) + 10, wild, steady)
    assert np.allclose(after, 10)


def test_parts_that_move_with_their_whole_keep_their_paths() -> None:
    """The same paths in another order: nothing is missing, so none is changed."""
    rng = np.random.default_rng(0)
    day = rng.lognormal(3, 0.5, (200, 1))
    first, second = together(3 * day, rng.permutation(day), rng.permutation(2 * day))
    assert np.allclose(first, day)
    assert np.allclose(second, 2 * day)


def test_a_part_that_does_not_belong_is_named() -> None:
    series = [one for one in company() if one.key != "team:c"]
    with pytest.raises(ValueError, match=r"organization:acme: its parts by team spent .* on its day 0, itself"):
        forecast_all(series, TODAY, END)


def test_a_part_of_itself_is_named() -> None:
    ring = [
        Series("team:a", FIRST, np.ones(9), parents=("team:b",)),
        Series("team:b", FIRST, np.ones(9), parents=("team:a",)),
    ]
    with pytest.raises(ValueError, match="is a part of itself"):
        forecast_all(ring, FIRST + timedelta(days=9), END)


def test_a_launch_of_one_team_is_in_the_whole_and_in_no_other_team(made: dict[str, Forecast]) -> None:
    launch = Event("launch", TODAY + timedelta(days=5), END, 3.0, "team:b")
    told = forecast_all(company(), TODAY, END, events=[launch])
    ratio = {key: told[key].mean / made[key].mean for key in (WHOLE, "team:a", "team:b", "project:a1")}
    assert np.allclose(ratio[WHOLE][:5], 1)
    assert np.allclose(ratio[WHOLE][5:], 2, atol=0.05)  # half of the spend trebles
    assert np.allclose(ratio["team:b"][5:], 3, atol=0.25)
    assert np.allclose(ratio["team:a"][5:], 1, atol=0.15)
    assert np.allclose(ratio["project:a1"], ratio["team:a"], atol=0.1)


def test_an_event_of_the_whole_is_in_every_part(made: dict[str, Forecast]) -> None:
    told = forecast_all(company(), TODAY, END, events=[Event("freeze", TODAY, END, 0.5, WHOLE)])
    for key, before in made.items():
        assert np.allclose(told[key].samples, before.samples / 2), key


def test_a_price_told_for_one_model_is_in_the_whole(made: dict[str, Forecast]) -> None:
    told = forecast_all(company(), TODAY, END, steps={"model:x": [PriceStep(TODAY, 0.4)]})
    assert np.allclose(told[WHOLE].mean / made[WHOLE].mean, 0.25 + 0.75 * 0.4)
    assert np.allclose(told["model:x"].mean / made["model:x"].mean, 0.4, atol=0.05)
