"""Intervals of a cost per success: worked by hand, by property, and equal in Python and SQL."""

import math

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics_macros import statements
from transforms import cost_ratio
from transforms.cost_ratio import Floats, Sums

STUDENT = {4: 2.7764, 5: 2.5706, 9: 2.2622, 30: 2.0423, 120: 1.9799, 10**6: 1.95997}
"""97.5 % quantiles from a printed table."""


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(statements())
    return connection


def of(costs: list[float], successes: list[int]) -> Sums:
    return cost_ratio.sums(np.array(costs, dtype=np.float64), np.array(successes, dtype=np.float64))


@pytest.mark.parametrize(("degrees", "quantile"), STUDENT.items())
def test_student_s_quantile(degrees: int, quantile: float) -> None:
    assert float(cost_ratio.student_quantile(np.float64(degrees))) == pytest.approx(quantile, abs=1e-3)  # type: ignore[arg-type]


def test_an_interval_worked_by_hand() -> None:
    """Five tasks, costs 1, 1, 1, 1, 4, of which the first two succeed: ratio 4; residuals -3, -3, 1, 1, 4; squares 36;
    relative variance 36 / 8² × 5 / 4 = 0.703125; t with 4 degrees 2.7756 (expansion)."""
    low, high = cost_ratio.interval(of([1, 1, 1, 1, 4], [1, 1, 0, 0, 0]))
    reach = float(cost_ratio.student_quantile(np.float64(4))) * math.sqrt(0.703125)  # type: ignore[arg-type]
    assert (float(low), float(high)) == pytest.approx((4 * math.exp(-reach), 4 * math.exp(reach)))


def test_equal_tasks_leave_no_doubt() -> None:
    assert [float(end) for end in cost_ratio.interval(of([0.1] * 7, [1] * 7))] == pytest.approx([0.1, 0.1], rel=1e-6)


@pytest.mark.parametrize(("costs", "successes"), [([1, 1, 1, 1], [1, 1, 1, 1]), ([1] * 9, [0] * 9), ([0] * 9, [1] * 9)])
def test_no_interval_from_too_little(costs: list[float], successes: list[int]) -> None:
    assert all(np.isnan(end) for end in cost_ratio.interval(of(costs, successes)))


TASKS = st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 1), st.integers(0, 30)), min_size=1, max_size=60)


def clustered(tasks: list[tuple[float, int, int]]) -> tuple[Floats, Floats]:
    """Costs and successes by unit, as the docstring of the module says."""
    clusters = sorted({cluster for _, _, cluster in tasks})
    if len(clusters) < cost_ratio.LEAST_UNITS:
        return np.array([float(c) for c, _, _ in tasks]), np.array([float(s) for _, s, _ in tasks])
    groups = [[task for task in tasks if task[2] == cluster] for cluster in clusters]
    return (
        np.array([float(sum(c for c, _, _ in group)) for group in groups]),
        np.array([float(sum(s for _, s, _ in group)) for group in groups]),
    )


QUESTION = """
with placed as (
    select
        cost, success, cluster,
        sum(cost) over (partition by cluster) as cluster_cost,
        sum(success) over (partition by cluster) as cluster_successes
    from (
        select cost, success, cluster_of(case when is_customer then n::varchar end, n::varchar, 'x') as cluster
        from tasks
    )
),

summed as (
    select
        unit_count(cluster) as units,
        sum(cost) as c,
        sum(success) as s,
        unit_sum(cost, cost, cluster_cost, cluster) as cc,
        unit_sum(cost, success, cluster_successes, cluster) as cs,
        unit_sum(success, success, cluster_successes, cluster) as ss,
        count(*) as tasks,
        max(cost) as largest
    from placed
)

select
    interval_end(-1, units, c, s, relative_variance(units, c, s, cc, cs, ss)),
    interval_end(1, units, c, s, relative_variance(units, c, s, cc, cs, ss)),
    is_heavy_tailed(tasks, c, largest)
from summed
"""


@given(tasks=TASKS, is_customer=st.booleans())
def test_sql_and_python_agree(warehouse: duckdb.DuckDBPyConnection, tasks: list[tuple[float, int, int]],
                              is_customer: bool) -> None:  # fmt: skip
    cost, success, number = (list(column) for column in zip(*tasks, strict=True))
    warehouse.execute(
        "create or replace table tasks as select unnest($1::double[]) as cost, unnest($2::integer[]) as success, "
        "unnest($3::integer[]) as n, $4::boolean as is_customer",
        [cost, success, number, is_customer],
    )
    found = warehouse.execute(QUESTION).fetchone()
    assert found is not None
    costs, successes = clustered(tasks)
    ends = [float(end) for end in cost_ratio.interval(cost_ratio.sums(costs, successes))]
    if any(math.isnan(end) for end in ends):
        assert found[:2] == (None, None)
    else:
        # equal tasks: rounding is all the variance there is, and its root is large beside it
        assert found[:2] == pytest.approx(ends, rel=1e-6, abs=1e-9)
    single = np.array([task[0] for task in tasks])
    is_heavy = cost_ratio.is_heavy_tailed(np.float64(len(tasks)), single.sum(), single.max())  # type: ignore[arg-type]
    assert found[2] == bool(is_heavy)


@given(scale=st.floats(0.01, 100), tasks=st.lists(st.tuples(st.floats(0.1, 100), st.integers(0, 1)), min_size=6))
def test_another_currency_scales_the_interval(scale: float, tasks: list[tuple[float, int]]) -> None:
    costs, successes = [cost for cost, _ in tasks], [success for _, success in tasks]
    low, high = cost_ratio.interval(of(costs, successes))
    other = cost_ratio.interval(of([cost * scale for cost in costs], successes))
    assert [float(end) for end in other] == pytest.approx(
        [float(low) * scale, float(high) * scale], rel=1e-5, nan_ok=True
    )


@pytest.mark.parametrize(
    ("tasks", "cost", "largest", "is_heavy"),
    [
        (1000, 1000.0, 49.0, False),
        (1000, 1000.0, 50.0, True),
        (100_000, 100_000.0, 60.0, False),  # 60 times the mean, and nobody would notice
        (100_000, 100_000.0, 500.0, True),
        (10, 10.0, 2.0, True),
        (9, 9.0, 8.0, False),
        (10, 0.0, 0.0, False),
    ],
)
def test_one_task_far_above_the_rest(tasks: int, cost: float, largest: float, is_heavy: bool) -> None:
    assert bool(cost_ratio.is_heavy_tailed(np.float64(tasks), np.float64(cost), np.float64(largest))) is is_heavy  # type: ignore[arg-type]
