"""The page Estimate: it rests on the warehouse's tasks, says on how many, and what it does where there are none."""

import re
from html import unescape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app import questions, warehouse
from app.filters import Filters, as_parameters
from tests.app.drawing import ask, page, text

KNOWN = "traffic_source = 'production' AND unknown_cost_calls = 0 AND cost_usd > 0"


def links(test: AppTest) -> str:
    return unescape(" ".join(node.proto.body for node in test.main if node.type == "html"))


def test_the_class_is_the_warehouse_s_tasks_and_leads_to_them(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("estimate", data, monkeypatch, period="all", for_workflow="code-review")
    tasks = ask(data, f"SELECT count(*) FROM fct_tasks WHERE {KNOWN} AND workflow_id = 'code-review'")
    others = ask(data, f"SELECT count(*) FROM fct_tasks WHERE {KNOWN} AND workflow_id <> 'code-review'")
    shown = text(drawn)
    assert re.search(r"20 tasks of workflow code-review will cost about \$\S+, between \$\S+ and \$\S+", shown)
    assert drawn.caption[0].value == f"Rests on {tasks} past tasks of workflow code-review."
    assert re.search(rf"of workflow code-review\s+{tasks}\s", shown)
    assert re.search(rf"of another workflow\s+{others}\s", shown)
    newest = ask(
        data, f"SELECT arg_max(task_id, started_at) FROM fct_tasks WHERE {KNOWN} AND workflow_id = 'code-review'"
    )
    assert f'href="calls?period=all&task={newest}"' in links(drawn)
    assert 'href="calls?period=all&workflow=code-review&source=production"' in links(drawn)


def test_ranges_hold_the_middle_and_one_task_is_not_said_twice(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("estimate", data, monkeypatch, period="all", for_workflow="code-review", tasks="1"))
    found = re.search(r"One task of workflow code-review will cost about \$(\S+), between \$(\S+) and \$(\S+)", shown)
    assert found is not None
    middle, low, high = map(float, found.groups())
    median = ask(data, f"SELECT median(cost_usd) FROM fct_tasks WHERE {KNOWN} AND workflow_id = 'code-review'")
    assert low < middle < high
    assert middle == pytest.approx(float(median), rel=0.15)
    assert "mean of" not in shown


def test_what_nobody_did_before_is_told_from_wider_classes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("estimate", data, monkeypatch, period="all", for_workflow="code-review", for_size="XL")
    assert drawn.warning[0].value.startswith("No past task of workflow code-review, of size XL. Widened to ")
    assert "No past task shares all that was chosen" in text(drawn)
    assert re.search(r"Past tasks like it\D+ 0 \s*\d+ of \d+ of the nearest succeeded", text(drawn))


def test_one_named_task_is_few(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = ask(data, f"SELECT min(task_id) FROM fct_tasks WHERE {KNOWN} AND workflow_id = 'code-review'")
    drawn = page("estimate", data, monkeypatch, period="all", like=task)
    assert drawn.warning[0].value.startswith(f"Only 1 past task named {task}: ")
    assert task in drawn.multiselect[-1].value


def test_a_period_without_tasks_teaches_the_next_step(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("estimate", data, monkeypatch, period="2020-01-01..2020-01-31"))
    assert "No past task to compare with" in shown
    assert "spanledger.task.size" in shown


def test_a_choice_stands_in_the_address(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("estimate", data, monkeypatch, period="all")
    next(box for box in drawn.selectbox if box.label == "Workflow").set_value("code-review").run()
    assert drawn.query_params["for_workflow"] in ("code-review", ["code-review"])
    assert "of workflow code-review" in text(drawn)


def test_steps_of_a_task_cost_what_the_task_does(data: Path) -> None:
    """Over the steps of all tasks the costs add up to the tasks', and a task's model is its dearest."""
    whole, *steps = (_costed(data, step) for step in (None, "extract", "plan", "draft"))
    assert whole[0] == sum(step[0] for step in steps) > 0
    assert whole[1] == ask(data, "SELECT count(*) FROM fct_tasks WHERE traffic_source = 'production'")


def _costed(data: Path, step: str | None) -> tuple[float, int]:
    text = questions.scoped("SELECT sum(cost_usd), count(*) FROM scoped_tasks_costed")
    extent = {"first": "2020-01-01", "last": "2030-01-01", "until_at": "2030-01-01", "of_source": "production"}
    asked = {f"for_{name}": None for name in ("workflow", "size", "feature", "model", "like")}
    given = extent | asked | as_parameters(Filters()) | {"of_step": step}
    with duckdb.connect(warehouse.current(data).path, read_only=True) as con:
        row = con.execute(text, questions.bound(text, given, "the test")).fetchone()
    assert row is not None
    return row[0], row[1]
