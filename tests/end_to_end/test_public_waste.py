"""Public data about waste: tools that failed or were asked the same again, cases passed at the second try only."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from sample_traces import public
from sample_traces.public.aider import FIRST_TRY
from spanledger.building.build import Builder
from tests.lake import land, one, open_warehouse

SETS = ("tau_bench_airline", "aider")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data = tmp_path_factory.mktemp("public_waste")
    try:
        bodies = [body for name in SETS for body in public.LOADERS[name]()]
    except public.PublicSetMissingError as missing:
        pytest.skip(str(missing))
    land(bodies, data)
    Builder(data, data / "lake").build()
    with open_warehouse(data) as connection:
        yield connection


def test_tools_of_the_airline_agent(warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = one(
        warehouse,
        """select count(*), count(distinct task_id), sum(steps), sum(tool_calls), sum(hashed_tool_calls),
            sum(tool_errors), sum(repeated_tool_calls), count(*) filter (where outcome = 'success')
        from rpt_agent_loops where workflow_id = 'tau-bench-airline' and agent = 'airline'""",
    )
    assert totals == (100, 100, 1381, 621, 621, 63, 23, 31)


def test_the_simulated_customer_is_a_loop_of_its_own(warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = one(
        warehouse,
        """select count(*), sum(steps), sum(tool_calls), round(sum(cost_usd), 6)
        from rpt_agent_loops where workflow_id = 'tau-bench-airline' and agent = 'customer'""",
    )
    assert totals == (100, 860, 0, Decimal("0.286545"))


def test_passes_of_the_coding_benchmark_at_either_try(warehouse: duckdb.DuckDBPyConnection) -> None:
    runs = """from fct_tasks where workflow_id = 'polyglot_leaderboard'"""
    assert one(warehouse, f"select count(*), sum(units_succeeded) {runs}") == (38, 4049)
    # what the benchmark says it paid; where the model has a price, our own figure is the cost
    priced = "select task_id, reported_cost_usd from fct_calls where reported_cost_usd is not null"
    priced = (
        f"select count(*), sum(reported_cost_usd), sum(units_succeeded) from ({priced}) join fct_tasks using (task_id)"
    )
    assert one(warehouse, f"{priced} where workflow_id = 'polyglot_leaderboard'") == (27, Decimal("465.7314"), 3311)
    first = f"select count(*), sum(score) from fct_outcomes where evaluation_name = '{FIRST_TRY}'"
    assert one(warehouse, first) == (38, 1828.0)
