"""The models' unit tests: dbt runs them in a build of an empty lake, each after the models it stands on."""

import json
from dataclasses import dataclass

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from spanledger.building.build import Builder
from spanledger.published.project import PROJECT
from tests.dbt_project import plans

WITHOUT: dict[str, str] = {
    "int_touched_traces": "keys of new rows, nothing else",
    "int_touched_runs": "keys, now and before; the end-to-end tests build in parts",
    "int_touched_tasks": "keys, now and before; the end-to-end tests build in parts",
    "int_touched_task_days": "days of new rows, nothing else",
    "int_span_versions": "new rows beside old ones; the end-to-end tests build in parts",
    "int_touched_charge_days": "keys, now and before; the end-to-end tests build in parts",
    "int_covered_metrics": "reads what earlier builds kept; the end-to-end tests build in parts",
    "int_touched_outcomes": "keys, nothing else; the end-to-end tests build in parts",
    "int_rate_cards": "turns rows into columns; the test of prices that never overlap guards what it assumes",
}
"""Intermediate models without a unit test, with the reason for each."""


def _declared() -> dict[str, str]:
    """Model of every unit test by the test's name."""
    return {
        test["name"]: test["model"]
        for path in sorted((PROJECT / "models").rglob("*.yml"))
        for test in yaml.safe_load(path.read_text()).get("unit_tests", [])
    }


COMPARES_MORE = {
    "int_task_heads": "workflows with the operator's rules, by patterns",
    "int_outcome_revisions": "workflows and evaluations with the operator's rules, by patterns",
    "int_task_outcomes": "the one row of the build",
    "int_budget_counters": "the one row of the budgets at hand",
    "int_restatements": "the one row of the published build",
    "int_outcome_restatements": "the one row of the published build, and of this one",
    "int_policies": "the one row of the last day",
    "int_owner_days": "faces of a day with the operator's rules, by patterns",
    "rpt_tag_compliance": "faces of a day with the operator's rules, by patterns",
    "rpt_total_cost": "months that were closed, of which there are few",
    "fct_corrections": "months that were closed, of which there are few",
}
"""Models with a join by something else than equal keys, with the reason for each."""


@dataclass(frozen=True)
class Built:
    """A build with unit tests: the status of every node by its dbt id, and the joins that `plans.watched` found."""

    results: dict[str, str]
    slow_joins: dict[str, set[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One whose unit tests fail ends here, with the difference."""
    data = tmp_path_factory.mktemp("data")
    (data / "lake").mkdir()
    with plans.watched() as slow_joins:
        Builder(data, data / "lake", unit_tests=True).build()
    nodes = json.loads((data / "dbt" / "target" / "run_results.json").read_text())["results"]
    return Built({node["unique_id"]: node["status"] for node in nodes}, slow_joins)


@pytest.fixture
def results(built: Built) -> dict[str, str]:
    return built.results


def test_every_unit_test_ran_and_passed(results: dict[str, str]) -> None:
    ran = {key.rsplit(".", 1)[1]: status for key, status in results.items() if key.startswith("unit_test.")}
    assert ran
    assert ran == dict.fromkeys(_declared(), "pass")


def test_every_invariant_ran_on_an_empty_lake(results: dict[str, str]) -> None:
    ran = {key.split(".")[2]: status for key, status in results.items() if key.startswith("test.")}
    assert ran == {path.stem: "pass" for path in (PROJECT / "tests").glob("*.sql")}


def test_joins_meet_by_equal_keys(built: Built) -> None:
    """A condition on the left side alone makes a left join compare each row with every other: put it into the key."""
    models = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    assert {name for name in built.slow_joins if name.removesuffix("__fresh") in models} == set(COMPARES_MORE)


def test_every_intermediate_model_has_a_unit_test_or_a_reason() -> None:
    models = {path.stem for path in (PROJECT / "models" / "intermediate").glob("*.sql")}
    tested = set(_declared().values())
    assert models - tested == set(WITHOUT), "write a unit test beside the model, or say in WITHOUT why it needs none"
