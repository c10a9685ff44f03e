"""Comparing versions: the boundary, the wait, the false verdicts of repeated reading, and SQL beside Python."""

import math
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics_macros import statements
from transforms import cost_ratio, version_compare
from transforms.version_compare import BETTER, UNCLEAR, WORSE, Arm, compare, half_width, variance_needed

STREAMS, READINGS = 200, 1000
ALLOWED = 0.05


@given(variance=st.floats(1e-8, 4))
def test_the_variance_needed_is_the_boundary_s_inverse(variance: float) -> None:
    assert variance_needed(float(half_width(variance))) == pytest.approx(variance, rel=1e-4)


def test_sql_and_python_agree() -> None:
    variances, distances = np.geomspace(1e-8, 4, 200), np.geomspace(0.01, 3, 200)
    with duckdb.connect() as connection:
        connection.execute(statements())
        found = connection.execute(
            "select half_width(unnest($1::double[])), variance_needed(unnest($2::double[]))", [variances, distances]
        ).fetchnumpy()
    widths, needed = found.values()
    assert list(widths) == pytest.approx(list(half_width(variances)), rel=1e-9)
    assert list(needed) == pytest.approx([variance_needed(float(one)) for one in distances], rel=1e-9)


def arm(tasks: int, per_task: float = 1.0, rate: float = 0.5, spread: float | None = 2.0) -> Arm:
    return Arm(tasks, round(tasks * rate), tasks * per_task, spread)


def test_twice_the_cost_is_worse_half_of_it_better() -> None:
    assert compare(arm(1000), arm(1000, 2.0)).verdict == WORSE
    assert compare(arm(1000), arm(1000, 0.5)).verdict == BETTER
    assert compare(arm(1000), arm(1000, 1.02)).verdict == UNCLEAR


def test_a_limit_must_be_excluded() -> None:
    """× 1.5 with an interval of × 1.3 to × 1.7: a rise for certain, a rise beyond 40 % is not."""
    assert compare(arm(2000), arm(2000, 1.5)).verdict == WORSE
    assert compare(arm(2000), arm(2000, 1.5), limit=1.4).verdict == UNCLEAR


def test_reading_once_is_narrower() -> None:
    often, once = (compare(arm(300), arm(300, 1.2), is_read_once=is_once) for is_once in (False, True))
    assert often.low is not None
    assert once.low is not None
    assert often.low < once.low < 1.2


def test_the_wait_ends_in_a_verdict() -> None:
    before, now = arm(2000), arm(200, 1.3)
    waiting = compare(before, now)
    assert waiting.verdict == UNCLEAR
    assert waiting.more_tasks is not None
    assert compare(before, arm(200 + waiting.more_tasks, 1.3)).verdict == WORSE
    assert compare(before, arm(200 + waiting.more_tasks * 9 // 10, 1.3)).verdict == UNCLEAR


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (arm(1000), arm(10, 9.0), 40),  # 5 successes of 10 so far: 40 tasks until 20 of 50
        (arm(1000), arm(60, 9.0, rate=0.2), 40),  # 12 successes of 60: 100 tasks until 20
        (arm(1000), arm(10, rate=0.0), None),
        (arm(10), arm(1000, 9.0), None),  # the earlier version has too few, and gets no more
        (arm(60), arm(60, 1.1), None),  # nor does this one: its own doubt is too large for so small a difference
        (arm(1000), arm(1000), None),
    ],
)
def test_too_little_is_said_with_what_is_missing(before: Arm, after: Arm, more: int | None) -> None:
    found = compare(before, after)
    assert (found.verdict, found.more_tasks) == (UNCLEAR, more)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (arm(1000, rate=0.1), arm(100, rate=0.0), WORSE),  # 0.9 to the 100th: 1 in 38,000
        (arm(1000, rate=0.1), arm(60, rate=0.0), UNCLEAR),  # 1 in 556
        (arm(1000), arm(49, rate=0.0), UNCLEAR),  # nothing is read below 50 tasks
        (arm(38), arm(1000, rate=0.0), UNCLEAR),  # nor of 19 successes
        (arm(1000, rate=0.0), arm(1000, rate=0.0), UNCLEAR),
        (arm(1000, rate=1.0), arm(50, rate=0.0), WORSE),
    ],
)
def test_a_version_that_never_succeeds_is_worse_unless_by_chance(before: Arm, after: Arm, verdict: str) -> None:
    found = compare(before, after, limit=1000.0)
    assert (found.ratio, found.low, found.verdict) == (None, None, verdict)


def test_equal_costs_without_any_spread_are_told_at_once() -> None:
    assert compare(arm(50, spread=0.0), arm(50, 1.01, spread=0.0)).verdict == WORSE
    same = compare(arm(50, spread=0.0), arm(50, spread=0.0))
    assert (same.ratio, same.low, same.high, same.verdict) == (1.0, 1.0, 1.0, UNCLEAR)


def test_streams_without_a_change_read_after_every_task_seldom_get_a_verdict() -> None:
    """Log-normal costs (σ = 1.5: one task in a hundred costs 33 times the median), 65 % successes. Real costs:
    benchmarks/version_verdicts.py."""
    rng = np.random.default_rng(5)
    costs = rng.lognormal(0, 1.5, (2, STREAMS, READINGS))
    successes = (rng.random(costs.shape) < 0.65).astype(float)
    found = version_compare.read_after_every_task((costs[0], successes[0]), (costs[1], successes[1]))
    assert found.any(axis=1).mean() <= ALLOWED
    doubled = version_compare.read_after_every_task((costs[0], successes[0]), (costs[1] * 2, successes[1]))
    assert doubled.any(axis=1).mean() > 0.9, "and a doubling is seen in 1,000 tasks"


def test_the_reading_of_streams_is_the_comparison() -> None:
    rng = np.random.default_rng(6)
    costs, successes = rng.lognormal(0, 1, (2, 1, 400)), (rng.random((2, 1, 400)) < 0.7).astype(float)
    costs[1] *= 1.6
    said = version_compare.read_after_every_task((costs[0], successes[0]), (costs[1], successes[1]))[0]
    assert 0 < said.sum() < 400
    for reading in (30, 60, 100, 200, 400):
        before, after = (_arm(costs[k, 0, :reading], successes[k, 0, :reading]) for k in (0, 1))
        assert said[reading - 1] == (compare(before, after).verdict != UNCLEAR)
    complete = version_compare.read_after_every_task(
        (costs[0, :, :300], successes[0, :, :300]), (costs[1], successes[1])
    )
    for reading in (60, 150, 400):
        before, after = (
            _arm(costs[0, 0, :300], successes[0, 0, :300]),
            _arm(costs[1, 0, :reading], successes[1, 0, :reading]),
        )
        assert complete[0, reading - 1] == (compare(before, after).verdict != UNCLEAR)


def _arm(costs: Any, successes: Any) -> Arm:
    spread = float(cost_ratio.relative_variance(cost_ratio.sums(costs, successes))) * len(costs)
    return Arm(len(costs), int(successes.sum()), float(costs.sum()), None if math.isnan(spread) else spread)
