"""What a success cost in a public set of 26,212 real runs: the published totals, ranges, marks and verdicts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from sample_traces import public
from sample_traces.public.files import public_file
from spanledger.building.build import Builder
from spanledger.cli import main
from tests.lake import land, open_warehouse
from transforms import cost_ratio
from transforms.version_compare import Arm, compare


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a build of openhands_index."""
    data: Path = tmp_path_factory.mktemp("openhands")
    try:
        bodies = list(public.LOADERS["openhands_index"]())
    except public.PublicSetMissingError as missing:
        pytest.skip(str(missing))
    land(bodies, data)
    Builder(data, data / "lake").build()
    return data


@pytest.fixture(scope="module")
def warehouse(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(data) as connection:
        yield connection


@pytest.fixture(scope="module")
def expected(data: Path) -> dict[str, Any]:
    """Totals computed from the set's files by its publisher's own columns."""
    path = public_file(None, "openhands_index", "instance_outcomes.parquet").parents[1] / "expected_totals.json"
    totals: dict[str, Any] = json.loads(path.read_text())["openhands_index"]
    return totals


@pytest.fixture(scope="module")
def runs(data: Path) -> pl.DataFrame:
    """The set itself: agent, model, benchmark, resolved, cost_usd."""
    return pl.read_parquet(public_file(None, "openhands_index", "instance_outcomes.parquet"))


SPLITS = {
    "by_benchmark": "split_part(task_id, '/', 3)",
    "by_agent_model": "split_part(task_id, '/', 1) || '/' || split_part(task_id, '/', 2)",
}


@pytest.mark.parametrize(("split", "name"), SPLITS.items())
def test_each_part_equals_the_published_totals(
    split: str, name: str, warehouse: duckdb.DuckDBPyConnection, expected: dict[str, Any]
) -> None:
    rows = warehouse.execute(
        f"""select {name}, count(*), count(*) filter (outcome = 'success'), round(sum(cost_usd)::double, 6),
            round(sum(cost_usd)::double / nullif(count(*) filter (outcome = 'success'), 0), 6)
        from fct_tasks where is_tasked group by all"""
    ).fetchall()
    found = {part: figures for part, *figures in rows}
    wanted = {
        part: [one["tasks"], one["resolved"], one["cost_usd"], one["cost_per_success"]]
        for part, one in expected[split].items()
    }
    assert found.keys() == wanted.keys()
    for part, figures in wanted.items():
        assert found[part] == pytest.approx(figures, abs=1.1e-6), f"{part}: both sides are rounded to six decimals"


def test_the_daily_report_adds_up_to_each_benchmark(
    warehouse: duckdb.DuckDBPyConnection, expected: dict[str, Any]
) -> None:
    rows = warehouse.execute(
        """select workflow_id, sum(tasks), sum(successes), sum(unknown_outcomes), sum(cost_usd)::double
        from rpt_cost_per_successful_task where traffic_source = 'eval' group by all"""
    ).fetchall()
    for name, *figures in rows:
        one = expected["by_benchmark"][name]
        assert figures == pytest.approx([one["tasks"], one["resolved"], one["outcome_null"], one["cost_usd"]]), name
    assert len(rows) == 5


def test_what_never_succeeded_has_no_cost_per_success(warehouse: duckdb.DuckDBPyConnection, runs: pl.DataFrame) -> None:
    """Of an agent, a model and a benchmark: pairs without a success are there, and undefined."""
    truth = runs.group_by("agent", "model", "benchmark").agg(pl.col("resolved").fill_null(value=False).sum())
    without = {(*row[:3],) for row in truth.iter_rows() if row[3] == 0}
    rows = warehouse.execute(
        """select split_part(task_id, '/', 1), split_part(task_id, '/', 2), split_part(task_id, '/', 3),
            sum(cost_usd) / nullif(count(*) filter (outcome = 'success'), 0)
        from fct_tasks group by 1, 2, 3"""
    ).fetchall()
    assert {(*row[:3],) for row in rows if row[3] is None} == without
    assert len(rows) == len(truth)
    undefined = warehouse.execute(
        "select bool_and((successes = 0) = (cost_per_successful_task_usd is null)), count(*) filter (successes = 0) "
        "from rpt_version_costs"
    ).fetchone()
    assert undefined is not None
    assert undefined[0]
    daily = warehouse.execute(
        "select count(*) from rpt_cost_per_successful_task "
        "where (successes = 0) != (cost_per_successful_task_usd is null)"
    ).fetchone()
    assert daily == (0,)


QUESTION = """
select
    workflow_id,
    interval_end(-1, count(*), sum(cost), sum(success),
        relative_variance(count(*), sum(cost), sum(success), sum(cost * cost), sum(cost * success), sum(success))),
    interval_end(1, count(*), sum(cost), sum(success),
        relative_variance(count(*), sum(cost), sum(success), sum(cost * cost), sum(cost * success), sum(success))),
    is_heavy_tailed(count(*), sum(cost), max(cost))
from (select workflow_id, cost_usd::double as cost, (outcome = 'success')::double as success from fct_tasks)
group by workflow_id
"""


def test_ranges_are_those_of_the_measurements_and_the_tail_ruled_are_marked(
    warehouse: duckdb.DuckDBPyConnection, runs: pl.DataFrame
) -> None:
    found = {name: figures for name, *figures in warehouse.execute(QUESTION).fetchall()}
    for (name,), part in runs.partition_by("benchmark", as_dict=True).items():
        costs = part["cost_usd"].fill_null(0).cast(pl.Float64).to_numpy()
        successes = part["resolved"].fill_null(value=False).cast(pl.Float64).to_numpy()
        ends = cost_ratio.interval(cost_ratio.sums(costs[np.newaxis], successes[np.newaxis]))
        assert found[name][:2] == pytest.approx([float(end[0]) for end in ends], rel=1e-9), name
    assert {name for name, figures in found.items() if figures[2]} == {"gaia", "swe-bench"}


def test_verdicts_of_the_report_the_gate_and_python_are_one(data: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    pairs = warehouse.execute(
        """select pairs.*, before.spread as spread_before, after.spread as spread_after
        from rpt_versions as pairs
        join rpt_version_costs as before on before.version = pairs.version_before
            and (before.workflow_id, before.kind, before.subject) = (pairs.workflow_id, pairs.kind, pairs.subject)
        join rpt_version_costs as after on after.version = pairs.version_after
            and (after.workflow_id, after.kind, after.subject) = (pairs.workflow_id, pairs.kind, pairs.subject)"""
    ).pl()
    assert len(pairs) > 50
    assert set(pairs["verdict"]) == {"better", "worse", "unclear"}
    for row in pairs.iter_rows(named=True):
        arms = (
            Arm(
                row[f"tasks_{which}"],
                row[f"successes_{which}"],
                float(row[f"cost_{which}_usd"]),
                row[f"spread_{which}"],
            )
            for which in ("before", "after")
        )
        same = compare(*arms)
        assert (row["verdict"], row["more_tasks"]) == (same.verdict, same.more_tasks), row
        assert row["ratio_low"] == (None if same.low is None else pytest.approx(same.low, abs=1e-5))
    worse = pairs.filter(pl.col("ratio_low") > 1.2).row(0, named=True)
    thing = ("--workflow", worse["workflow_id"], "--model", worse["subject"], "--margin", "20%")
    pair = ("--baseline", worse["version_before"], "--candidate", worse["version_after"])
    gate = CliRunner().invoke(main, ["check", "--data", str(data), *thing, *pair])
    assert gate.exit_code == 5, gate.output
    assert "FAILED: a success costs more than 20 % more, for certain" in gate.output
