"""Which cheaper model a refused request is offered: of those the owners name, or those that evaluations support."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collector.budget import published
from tests.collector.budget.scenes import BUDGETS, Scene, scene

__all__ = ["scene"]

PRICES = {"big": 9, "small": 1, "mid": 2, "dear": 10}
ASKED = {
    "scope": {"user_id": "u1", "workflow_id": "wf"},
    "estimate": {"model": "big", "input_tokens": 100_000, "output_tokens": 100_000, "tokens": 10},
}


def evals(**successes: int) -> list[list[Any]]:
    """Four hundred evaluated tasks of each model, so many of them successes."""
    return [["", "wf", model, 400, right, str(PRICES[model])] for model, right in successes.items()]


def offered(scene: Scene, found: list[list[Any]], named: str = "") -> str | None:
    scene.file.write_text(BUDGETS.replace("    limit: 1\n", f"    limit: 1\n{named}"))
    scene.service.kept.tick()
    prices = {f"x/{name}": {"input": price * 10**6, "output": price * 10**6} for name, price in PRICES.items()}
    names = {name: [f"x/{name}"] for name in PRICES} | {"small-2026-10-01": ["x/small"]}
    scene.service.knowledge.learn({"prices": prices, "names": names, "runs": [], "evals": found})
    [answer] = scene.run(scene.service.check(ASKED, None))
    assert answer["verdict"] == "deny"
    model: str | None = answer.get("alternative_model")
    return model


@pytest.mark.parametrize(
    ("found", "model"),
    [
        ([], None),
        (evals(big=360, small=355, mid=360), "small"),
        (evals(big=360, small=200, mid=360), "mid"),
        (evals(big=360, small=200, dear=400), None),
        ([*evals(big=360)[:1], ["", "wf", "small", 8, 8, "2"]], None),
        ([*evals(big=360)[:1], ["", "other", "small", 400, 400, "2"]], None),
    ],
)
def test_without_names_the_cheapest_that_passes_is_offered(
    scene: Scene, found: list[list[Any]], model: str | None
) -> None:
    assert offered(scene, found) == model


def test_a_dated_name_of_the_model_that_was_evaluated_is_that_model(scene: Scene) -> None:
    dated = [["", "wf", "big", 400, 360, "9"], ["", "wf", "small-2026-10-01", 400, 360, "2"]]
    assert offered(scene, dated) in ("small", "small-2026-10-01")


def test_of_the_named_ones_those_that_were_shown_to_be_worse_are_not_offered(scene: Scene) -> None:
    named = "    alternatives: [small, mid]\n"
    assert offered(scene, [], named) == "small"
    assert offered(scene, evals(big=360, small=100), named) == "mid"


def test_evaluated_tasks_are_those_that_one_model_did_alone(tmp_path: Path) -> None:
    steps = [  # task, step, model, models, outcome, cost, source
        ("t1", "a", "small", 1, "success", "0.1", "eval"),
        ("t1", "b", "small", 1, "success", "0.2", "eval"),
        ("t2", "a", "small", 1, "failure", "0.3", "eval"),
        ("t3", "a", "small", 1, "success", "0.1", "eval"),
        ("t3", "b", "big", 1, "success", "0.1", "eval"),
        ("t4", "a", "small", 2, "success", "0.1", "eval"),
        ("t5", "a", "small", 1, "unknown", "0.1", "eval"),
        ("t6", "a", "small", 1, "success", "0.1", "production"),
    ]
    sql = (Path(published.__file__).parent / "sql" / "evals.sql").read_text()
    with duckdb.connect(str(tmp_path / "some.duckdb")) as connection:
        connection.execute(
            "create schema facts; create table facts.int_task_steps (task_id text, step text, first_model text, "
            "models bigint, outcome text, chain_cost_usd decimal(28, 12), task_traffic_source text, organization text, "
            "workflow_id text, unknown_cost_calls bigint, date date)"
        )
        rows = [[*step, "", "wf", 0, date(2026, 11, 2)] for step in steps]
        connection.executemany("insert into facts.int_task_steps values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        found = connection.execute(sql, {"since": date(2026, 11, 1)}).fetchall()
        assert [(*row[:5], str(row[5])) for row in found] == [("", "wf", "small", 2, 1, "0.300000000000")]
        assert connection.execute(sql, {"since": date(2026, 11, 3)}).fetchall() == []
