"""The calls behind each saving of a real build."""

from pathlib import Path

from tests.lake import open_warehouse

BEHIND = (Path(__file__).parents[1] / "calls_behind.sql").read_text()


def test_the_calls_behind_each_saving_are_found_and_cost_what_it_says(made: Path) -> None:
    with open_warehouse(made) as warehouse:
        found = warehouse.execute(BEHIND).fetchall()
        shaped = warehouse.execute("select count(*), sum(cost_usd) from fct_call_shapes").fetchall()
        assert shaped == warehouse.execute("select count(*), sum(cost_usd) from fct_calls").fetchall()
    assert {row[0] for row in found} >= {"idempotent_step", "memoize"}
    for kind, calls, behind, usd, cost_usd, distinct, is_within in found:
        assert (behind, distinct, cost_usd, is_within) == (calls, calls, usd, True), kind
