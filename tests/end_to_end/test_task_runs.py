"""Runs of a task: begun again, resumed, of two workflows, numbered by tags or by time; in one build or over two.

Every call costs a dollar, so that costs count calls.
"""

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sample_traces.otlp import Sent, Value, pack, span
from spanledger.building.build import Builder
from tests.end_to_end.judging import T0, trace_id
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse

SEED = int(os.environ["TEST_SEED"])


class Trace:
    """One trace of a task at an hour of its own: a root with the tags of its run, and a call for each step.

    ``steps`` holds name and input hash; ``tags`` are ``spanledger.`` tags of the root.
    """

    def __init__(self, task: str, hour: int, *steps: tuple[str, str], error: str | None = None, **tags: Value) -> None:
        self._trace = trace_id(f"{task}-{hour}")
        self._start = round((T0 + timedelta(hours=hour)).timestamp()) * 10**9
        said: dict[str, Value] = {"task.id": task, "traffic_source": "production"}
        said |= {name.replace("__", "."): value for name, value in tags.items()}
        self.spans = [self._span(0, len(steps) + 1, None, said, error)]
        self.spans += [
            self._span(number, number + 1, 1, {"step": step, "input.hash": f"{task} {text}"})
            for number, (step, text) in enumerate(steps, 1)
        ]

    def _span(self, start: int, end: int, parent: int | None, tags: dict[str, Value], error: str | None = None) -> Sent:
        """The root, or a call below it; times in minutes from the trace's start."""
        attributes: dict[str, Value] = {f"spanledger.{name}": value for name, value in tags.items()}
        if parent is not None:
            attributes |= {"gen_ai.operation.name": "chat", "gen_ai.request.model": "a model of ours"}
            attributes |= {"spanledger.cost_usd": 1.0, "spanledger.cost_kind": "provider"}
        times = (self._start + start * 60 * 10**9, self._start + end * 60 * 10**9)
        above = None if parent is None else f"{parent:016x}"
        made = span(self._trace, f"{start + 1:016x}", above, "work", times, attributes, error=error)
        return Sent((("service.name", "s"),), ("app", "1"), made)


DRAFT, REVIEW, SEND = ("draft", "text"), ("review", "text"), ("send", "text")
TRACES = (
    Trace("restarted", 0, DRAFT, REVIEW, error="crashed", workflow__id="w"),
    Trace("restarted", 1, DRAFT, REVIEW, SEND, workflow__id="w", restart=True, task__outcome="success"),
    Trace("resumed", 0, DRAFT, REVIEW, workflow__id="w", workflow__run_id="resumed run"),
    Trace("resumed", 1, SEND, workflow__id="w", workflow__run_id="resumed run", task__outcome="success"),
    Trace("shared", 2, DRAFT, workflow__id="drafting"),
    Trace("shared", 3, REVIEW, SEND, workflow__id="sending", task__outcome="success"),
    # the second run never arrived
    Trace("numbered", 4, DRAFT, workflow__id="w", attempt=0),
    Trace("numbered", 5, DRAFT, workflow__id="w", attempt=2, task__outcome="failure"),
    # the clock of one machine is an hour behind
    Trace("told apart", 6, DRAFT, workflow__id="w", attempt=2, task__outcome="success"),
    Trace("told apart", 7, DRAFT, workflow__id="w", attempt=1),
    Trace("half told", 8, DRAFT, workflow__id="w", attempt=2),
    Trace("half told", 9, DRAFT, workflow__id="w"),
)
SPANS = tuple(sent for trace in TRACES for sent in trace.spans)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("at_once")
    land(pack(SPANS, 10), data)
    Builder(data, data / "lake").build()
    return data


@pytest.fixture
def ask(at_once: Path) -> Iterator[Any]:
    with open_warehouse(at_once) as warehouse:
        yield lambda query, *values: warehouse.execute(query, list(values)).fetchall()


def test_a_run_that_begins_again_repeats_what_was_paid_for(ask: Any) -> None:
    assert ask("select runs, calls, cost_usd, outcome from fct_tasks where task_id = 'restarted'") == [
        (2, 5, 5, "success")
    ]
    assert ask(
        "select run_attempt, step, spend_class from fct_calls where task_id = 'restarted' order by started_at"
    ) == [
        (1, "draft", "useful"), (1, "review", "useful"),
        (2, "draft", "retry_duplicate"), (2, "review", "retry_duplicate"), (2, "send", "useful"),
    ]  # fmt: skip


def test_a_resumed_run_is_one_run(ask: Any) -> None:
    assert ask("select runs, calls, cost_usd, outcome from fct_tasks where task_id = 'resumed'") == [
        (1, 3, 3, "success")
    ]
    assert ask(
        "select distinct workflow_run_id, run_attempt, spend_class from fct_calls where task_id = 'resumed'"
    ) == [("resumed run", 1, "useful")]


def test_two_workflows_of_a_task_cost_and_succeed_once_under_the_first(ask: Any) -> None:
    assert ask("select workflow_id, runs, cost_usd, outcome from fct_tasks where task_id = 'shared'") == [
        ("drafting", 2, 3, "success")
    ]
    assert ask(
        "select workflow_id, tasks, successes, cost_usd, cost_per_successful_task_usd "
        "from rpt_cost_per_successful_task where workflow_id in ('drafting', 'sending')"
    ) == [("drafting", 1, 1, 3, 3)]
    assert ask("select workflow_id, count(*) from fct_calls where task_id = 'shared' group by all order by all") == [
        ("drafting", 1),
        ("sending", 2),
    ]


@pytest.mark.parametrize(("task", "attempts"), [("numbered", [1, 3]), ("told apart", [2, 1]), ("half told", [1, 2])])
def test_tags_number_all_runs_of_a_task_or_none(ask: Any, task: str, attempts: list[int]) -> None:
    found = ask("select run_attempt from fct_calls where task_id = ? order by started_at", task)
    assert [attempt for (attempt,) in found] == attempts


def test_shuffled_over_two_builds_as_at_once(at_once: Path, tmp_path: Path) -> None:
    shuffled = list(SPANS)
    random.Random(SEED).shuffle(shuffled)
    builder = Builder(tmp_path, tmp_path / "lake")
    for half in (shuffled[::2], shuffled[1::2]):
        land(pack(half, 3), tmp_path)
        builder.build()
    assert unequal_marts(at_once, tmp_path) == {}
