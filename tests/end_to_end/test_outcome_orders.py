"""The order of arrival changes nothing: tasks, results, reports and records in any order and any number of builds.

Tasks share runs and traces, have replays, restart, crash and wait; words name them by task, run and trace, contradict
each other, are withdrawn and said again. Everything arrives in one build, and shuffled over several, some of which only
time makes necessary. TEST_SEED repeats a failure.
"""

import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.judging import DAY, RULES, T0, Ledger, evaluation, report, trace_id, work
from tests.end_to_end.truth_check import tell_forecasts, unequal_marts

SEED = int(os.environ["TEST_SEED"])
TASKS, BUILDS = 60, 3
WORKFLOWS = ("plain", "graded", "patient", "strict")
NAMES = ("quality", "toxicity", "thumbs", "nobody asks")

Arrival = Callable[[Ledger], None]


def _result(rng: random.Random) -> dict[str, Any]:
    name = rng.choice(NAMES)
    return (
        evaluation(name, None, rng.choice(("up", "down", "?"))) if name == "thumbs" else evaluation(name, rng.random())
    )


def _tags(rng: random.Random, task: int) -> dict[str, Any]:
    said: dict[str, Any] = {"spanledger.workflow.id": WORKFLOWS[task % 4]}
    if rng.random() < 0.8:
        said["spanledger.task.id"] = f"task-{task}"
    if rng.random() < 0.5:
        said["spanledger.workflow.run_id"] = f"run-{task // rng.choice((1, 2))}"
    if rng.random() < 0.2:
        said["spanledger.traffic_source"] = rng.choice(("replay", "eval", "nonsense"))
    if rng.random() < 0.3:
        said["spanledger.task.outcome"] = rng.choice(("success", "failure"))
    if rng.random() < 0.2:
        said |= {"spanledger.task.units": 5, "spanledger.task.units_succeeded": rng.randrange(6)}
    if rng.random() < 0.4:
        said["gen_ai.response.id"] = f"response-{task}"
    return said


def _spans(rng: random.Random, task: int) -> list[Arrival]:
    """Some calls of a task, in traces of its own or in one shared with the task before."""
    arrivals: list[Arrival] = []
    for number in range(1, rng.choice((2, 2, 3, 4))):
        body = work(
            f"trace-{task if rng.random() < 0.8 else task - 1}-{rng.randrange(2)}",
            _tags(rng, task),
            at=timedelta(minutes=rng.randrange(1400)),
            number=task * 10 + number,
            below=task * 10 + number - 1 if rng.random() < 0.3 else None,
            error="failed" if rng.random() < 0.3 else None,
            results=tuple(_result(rng) for _ in range(rng.choice((0, 0, 1, 2)))),
        )
        arrivals.append(lambda ledger, body=body: ledger.arrive(body))  # type: ignore[misc]  # bound at once
    return arrivals


def _report(rng: random.Random, task: int) -> Arrival:
    trace = rng.choice((f"trace-{task}-{rng.randrange(2)}", None))
    result = _result(rng)
    match rng.randrange(4):
        case 0:
            result["gen_ai.response.id"] = f"response-{task}"
        case 1:
            result["spanledger.task.id"] = f"task-{task}"
        case 2:
            result["spanledger.workflow.run_id"] = f"run-{task}"
    number = task * 10 + 1 if trace and rng.random() < 0.5 else None
    body = report(timedelta(minutes=rng.randrange(1400)), result, trace, number)
    return lambda ledger: ledger.arrive(body, signal="log")


def _record(rng: random.Random, task: int, number: int) -> Arrival:
    named = rng.choice(
        ({"task_id": f"task-{task}"}, {"task_id": f"task-{task}"}, {"workflow_run_id": f"run-{task}"},
         {"trace_id": trace_id(f"trace-{task}-{rng.randrange(2)}")})
    )  # fmt: skip
    said: dict[str, Any] = {
        "judged_at": T0 + timedelta(hours=rng.randrange(40)),
        "source": rng.choice(("human", "api", "file")),
    }
    if rng.random() < 0.7:
        said["outcome"] = rng.choice(("success", "failure", "unknown"))
    else:
        said |= {"evaluation_name": "quality", "score": rng.random()}
    if rng.random() < 0.2:
        said["traffic_source"] = rng.choice(("production", "replay"))
    if rng.random() < 0.3:
        said["revision_id"] = f"said-{rng.randrange(10)}"  # several records of one id: the first recorded counts
    recorded_at = T0 + 2 * DAY + timedelta(minutes=number)
    return lambda ledger: ledger.say(recorded_at, **named, **said)


def _one_of_each_source() -> list[Arrival]:
    """Tasks that nothing else touches, each judged by another source: chance leaves none out."""
    said: dict[str, dict[str, Any]] = {
        "task attribute": {"attributes": {"spanledger.task.outcome": "success"}},
        "score rule": {
            "attributes": {"spanledger.workflow.id": "graded"},
            "results": (evaluation("quality", 0.9),),
        },
        "run error": {"attributes": {"spanledger.workflow.id": "strict"}, "error": "failed"},
        **{source: {"attributes": {}} for source in ("human", "api", "file")},
    }
    arrivals: list[Arrival] = []
    for number, (source, told) in enumerate(said.items(), start=9_000):
        attributes = told.pop("attributes") | {"spanledger.task.id": source}
        body = work(f"by {source}", attributes, number=number, **told)
        arrivals.append(lambda ledger, body=body: ledger.arrive(body))  # type: ignore[misc]  # bound at once
    for source in ("human", "api", "file"):
        arrivals.append(
            lambda ledger, source=source: ledger.say(  # type: ignore[misc]  # bound at once
                T0 + 2 * DAY, task_id=source, source=source, outcome="success", judged_at=T0
            )
        )
    return arrivals


def _history(rng: random.Random) -> list[Arrival]:
    arrivals = [arrival for task in range(TASKS) for arrival in _spans(rng, task)]
    arrivals += [_report(rng, rng.randrange(TASKS + 2)) for _ in range(TASKS // 2)]
    arrivals += _one_of_each_source()
    return arrivals + [_record(rng, rng.randrange(TASKS + 2), number) for number in range(TASKS)]


@pytest.mark.timeout(900)  # four builds; the machine may be busy
def test_no_order_of_arrival_changes_any_table(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    arrivals = _history(rng)
    at_once, shuffled = Ledger(tmp_path / "at once", RULES), Ledger(tmp_path / "shuffled", RULES)
    last = T0 + 6 * DAY
    at_once.now = last
    for arrival in arrivals:
        arrival(at_once)
    rng.shuffle(arrivals)
    for number in range(BUILDS):
        shuffled.now = last if number == BUILDS - 1 else T0 + (number + 1) * DAY
        for arrival in arrivals[number::BUILDS]:
            arrival(shuffled)
        shuffled.build()
    tell_forecasts(shuffled.data, at_once.data)
    at_once.build()
    assert unequal_marts(at_once.data, shuffled.data, is_told=True) == {}
    sources = {source for (source,) in at_once.ask("select distinct outcome_source from fct_tasks")}
    assert sources == {"human", "api", "file", "task attribute", "score rule", "run error", None}
    assert at_once.ask("select bool_or(is_task_known) and not bool_and(is_task_known) from fct_outcomes") == [(True,)]


def test_time_alone_ends_what_is_pending_and_makes_a_build_necessary(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    tags = {"spanledger.workflow.id": "patient"}
    ledger.arrive(
        work("first", {**tags, "spanledger.task.id": "first"}, cost=3),
        work("second", {**tags, "spanledger.task.id": "second"}, at=DAY, cost=5),
        work("judged", {**tags, "spanledger.task.id": "judged", "spanledger.task.outcome": "success"}, cost=7),
        work("other", {"spanledger.workflow.id": "plain", "spanledger.task.id": "other"}, cost=9),
    )
    figures = """
        select task_date - date '2026-10-05', workflow_id, tasks, successes, unknown_outcomes, pending, cost_usd
        from rpt_cost_per_successful_task order by 1, 2
    """
    end = T0 + timedelta(minutes=1) + 3 * DAY
    ledger.now = end - timedelta(seconds=1)
    ledger.build()
    assert ledger.ask(figures) == [
        (0, "patient", 1, 1, 0, 1, 7),
        (0, "plain", 1, 0, 1, 0, 9),
        (1, "patient", 0, 0, 0, 1, 0),
    ]
    assert ledger.ask("select task_id, pending_until from fct_tasks where is_pending order by 1") == [
        ("first", end),
        ("second", end + DAY),
    ]
    assert ledger.build().build_id is None
    ledger.now = end
    assert ledger.build().build_id is not None
    assert ledger.ask(figures) == [
        (0, "patient", 2, 1, 1, 0, 10),
        (0, "plain", 1, 0, 1, 0, 9),
        (1, "patient", 0, 0, 0, 1, 0),
    ]
    assert ledger.build().build_id is None
    ledger.now = end + timedelta(hours=1)
    ledger.say(task_id="second", outcome="success", judged_at=ledger.now)
    ledger.build()
    assert ledger.ask(figures)[2] == (1, "patient", 1, 1, 0, 0, 5)
    ledger.say(task_id="first", outcome="failure", judged_by="ann", source="human", judged_at=ledger.now)
    ledger.build()
    restated = "select task_id, old_outcome, new_outcome, reason from fct_restatements where figure = 'outcome'"
    assert ledger.ask(restated) == [("first", "unknown", "failure", "judged")]  # no other was published as anything
    ledger.now += 9 * DAY
    assert ledger.build().build_id is None
    before = ledger.ask("from fct_tasks order by all")
    ledger.build(full_refresh=True)
    assert ledger.ask("from fct_tasks order by all") == before


def test_a_record_that_is_gone_is_taken_back_and_other_rules_judge_anew(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.now = T0 + 2 * DAY
    graded = {"spanledger.workflow.id": "graded", "spanledger.task.id": "graded"}
    ledger.arrive(
        work("graded", graded, results=(evaluation("quality", 0.7),)), work("said", {"spanledger.task.id": "said"})
    )
    ledger.say(task_id="said", outcome="success")
    ledger.build()
    assert (ledger.outcome("graded")[0], ledger.outcome("said")[0]) == ("unknown", "success")
    ledger.rules.write_text(RULES.replace("success_at: 0.8", "success_at: 0.7"))
    for path in (ledger.data / "records" / "outcomes").glob("*.parquet"):
        path.unlink()
    assert ledger.build().is_full
    assert (ledger.outcome("graded")[0], ledger.outcome("said")[0]) == ("success", "unknown")
    query = "select task_id, reason, old_outcome, new_outcome, outcome_source from fct_restatements order by 1"
    assert ledger.ask(query) == [
        ("graded", "rules", "unknown", "success", "score rule"),
        ("said", "unsaid", "success", "unknown", None),
    ]
    ledger.rules.write_text("# the same\n" + ledger.rules.read_text())
    assert ledger.build().build_id is None
