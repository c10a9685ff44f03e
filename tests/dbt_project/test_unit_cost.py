"""The trend of unit cost: equal to the same regression in matrices, covered by its intervals, silent where needed."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.dbt_project.change_sql import rendered

TRENDS = rendered("with days as (from daily), {{ unit_cost_trends() }} select * from trends order by workflow_id")
ELASTICITY_ERRORS, TREND_ERRORS = 2.71, 3.25
FIRST = date(2026, 8, 1)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    yield connection
    connection.close()


def series(rng: np.random.Generator, days: int, *, elasticity: float, trend: float, memory: float) -> np.ndarray:
    """Day, runs and cost of a workflow: weekends are quiet, volume and unit cost wander with the same memory."""
    day = np.arange(days)
    volume = 5 + wandering(rng, days, 0.3, memory) - 0.4 * (day % 7 >= 5)
    runs = np.maximum(np.round(np.exp(volume)), 1)
    unit = np.exp(-3 + elasticity * np.log(runs) + trend * day + wandering(rng, days, 0.1, memory))
    return np.column_stack([day, runs, runs * unit])


def wandering(rng: np.random.Generator, days: int, spread: float, memory: float) -> np.ndarray:
    """AR(1) noise after a run-in."""
    noise, value = rng.normal(scale=spread, size=days + 50), 0.0
    path = [value := memory * value + shock for shock in noise]
    return np.array(path[50:])


def judged(database: duckdb.DuckDBPyConnection, workflows: list[np.ndarray]) -> list[dict[str, object]]:
    """The SQL's row for each workflow, in order."""
    rows = [
        ("", None, f"{number:06}", FIRST + timedelta(days=int(day)), int(runs), float(cost))
        for number, values in enumerate(workflows)
        for day, runs, cost in values
    ]
    names = ["organization", "environment", "workflow_id", "date", "runs", "cost_usd"]
    database.register("daily", pl.DataFrame(rows, schema=names, orient="row").to_arrow())
    found = database.execute(TRENDS).pl().to_dicts()
    database.unregister("daily")
    return found


def by_matrices(values: np.ndarray) -> dict[str, float]:
    """The same regression and Newey-West sandwich, all coefficients at once."""
    day, runs, cost = values.T
    design = np.column_stack([np.ones(len(day)), np.log(runs), day])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ np.log(cost / runs)
    scores = design * (np.log(cost / runs) - design @ beta)[:, None]
    bandwidth = np.ceil((day.max() - day.min() + 1) / 4)
    weights = np.maximum(1 - np.abs(np.subtract.outer(day, day)) / bandwidth, 0)
    spread = bread @ (scores.T @ weights @ scores) @ bread * len(day) / (len(day) - 3)
    reach = np.sqrt(np.diag(spread)) * [0, ELASTICITY_ERRORS, TREND_ERRORS]
    return {
        "elasticity": beta[1],
        "elasticity_low": beta[1] - reach[1],
        "elasticity_high": beta[1] + reach[1],
        "trend_30_days": np.expm1(30 * beta[2]),
        "trend_30_days_low": np.expm1(30 * (beta[2] - reach[2])),
        "trend_30_days_high": np.expm1(30 * (beta[2] + reach[2])),
    }


@pytest.mark.parametrize("days", [28, 45, 90])
def test_it_equals_the_regression_in_matrices(days: int, database: duckdb.DuckDBPyConnection) -> None:
    rng = np.random.default_rng(days)
    whole = [series(rng, days + 12, elasticity=0.3, trend=0.002, memory=0.5) for _ in range(5)]
    gapped = [values[np.sort(rng.choice(days + 12, days, replace=False))] for values in whole]
    for row, values in zip(judged(database, gapped), gapped, strict=True):
        for name, expected in by_matrices(values).items():
            assert row[name] == pytest.approx(expected, abs=2e-8), name


@pytest.mark.parametrize(("memory", "least"), [(0.0, 0.93), (0.3, 0.92), (0.6, 0.89)])
def test_the_interval_covers(memory: float, least: float, database: duckdb.DuckDBPyConnection) -> None:
    """At 90 days; the shares over 3,000 series are in docs/cost-change.md. 600 series: standard error 0.01."""
    rng = np.random.default_rng(11)
    rows = judged(database, [series(rng, 90, elasticity=0.2, trend=0.001, memory=memory) for _ in range(600)])
    truth = {"elasticity": 0.2, "trend_30_days": np.expm1(0.03)}
    for name, true in truth.items():
        covered = np.mean([row[f"{name}_low"] <= true <= row[f"{name}_high"] for row in rows])
        assert least <= covered <= 0.99, name


def test_the_verdict(database: duckdb.DuckDBPyConnection) -> None:
    rng = np.random.default_rng(3)
    rising = series(rng, 90, elasticity=0.4, trend=0, memory=0.2)
    falling = series(rng, 90, elasticity=-0.4, trend=0, memory=0.2)
    still = series(rng, 90, elasticity=0, trend=0, memory=0.2)
    in_step = np.column_stack([still[:, 0], still[:, 1], 0.01 * still[:, 1]])
    even = np.column_stack([still[:, 0], np.full(90, 200), still[:, 2]])
    few = np.column_stack([still[:, 0], np.ceil(still[:, 1] / 60), still[:, 2]])
    rows = judged(database, [rising, falling, in_step, rising[:27], even, few, rising[:2], rising[:1]])
    assert [row["verdict"] for row in rows] == [
        "unit cost rises with volume",
        "unit cost falls with volume",
        "no sign",
        "too few days",
        "volume hardly varies",
        "too few runs",
        "too few days",
        "too few days",
    ]
    assert rows[4]["elasticity"] is None
    assert rows[6]["elasticity_low"] is None
