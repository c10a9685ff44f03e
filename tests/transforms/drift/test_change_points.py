"""Drift: a step is found on its day with its size, one dear day is none, and nothing is found where nothing changed."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from transforms.drift.change_points import LIMIT, Day, best_cut, changes, level
from transforms.drift.versions import Arrival, Share, arrival

FIRST = date(2026, 8, 1)


def stream(rng: np.random.Generator, days: int = 90, runs: int = 40, step: float = 1.0, at: int = 60) -> list[Day]:
    """Log-normal costs per run (spread .87, as measured on real tasks), fewer on weekends, a step on day ``at``."""
    found = []
    for number in range(days):
        count = int(rng.poisson(runs * (0.35 if number % 7 >= 5 else 1.0)))
        costs = rng.lognormal(-3 + (math.log(step) if number >= at else 0), 0.87, count)
        logs = np.log(costs)
        found.append(
            Day(FIRST + timedelta(number), count, float(costs.sum()), float(logs.sum()), float((logs**2).sum()))
        )
    return found


def test_a_step_is_found_near_its_day_with_its_size() -> None:
    [change] = changes(stream(np.random.default_rng(1), step=1.5))
    assert abs((change.at - FIRST).days - 60) <= 2
    assert change.ratio == pytest.approx(1.5, rel=0.1)
    assert change.before.low_usd < change.before.mean_usd < change.before.high_usd < change.after.mean_usd


def test_runs_that_become_cheaper_change_too() -> None:
    [change] = changes(stream(np.random.default_rng(2), step=0.5))
    assert change.score < -LIMIT
    assert change.ratio == pytest.approx(0.5, rel=0.1)


def test_one_dear_day_is_no_drift() -> None:
    days = stream(np.random.default_rng(3))
    dear = days[50]
    days[50] = Day(dear.date, dear.runs, dear.usd * 10, dear.log_sum + math.log(10) * dear.runs, dear.log_squares)
    assert changes(days) == []


def test_of_200_streams_without_a_change_at_most_2_percent_show_one() -> None:
    rng = np.random.default_rng(5)
    false = [bool(changes(stream(rng))) for _ in range(200)]
    assert np.mean(false) <= 0.02


def test_too_few_days_or_runs_say_nothing() -> None:
    assert best_cut(stream(np.random.default_rng(1), days=9, step=9, at=4)) is None
    assert changes(stream(np.random.default_rng(1), runs=1, days=20, step=9, at=10)) == []
    assert changes([]) == []


def test_the_interval_of_a_level_holds_the_true_mean() -> None:
    rng, true = np.random.default_rng(7), math.exp(-3 + 0.87**2 / 2)
    held = [level(stream(rng, days=28)) for _ in range(300)]
    assert 0.9 < np.mean([one.low_usd < true < one.high_usd for one in held]) < 0.99


def test_the_version_that_took_over_is_named() -> None:
    shares = [
        Share("model", "m", 1.0, 1.0),
        Share("prompt_version", "v3", 1.0, 0.1),
        Share("prompt_version", "v4", 0.0, 0.9),
        Share("code_version", None, 1.0, 1.0),
    ]
    assert arrival(shares) == Arrival("prompt_version", "v3", "v4", 0.0, 0.9)
    assert arrival(shares[:1]) is None
    assert arrival([Share("model", "m", None, 1.0)]) is None
