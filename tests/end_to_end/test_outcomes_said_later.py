"""Outcomes said later through the real doors: over HTTP, by a person, from a file; before and after their spans.

Spans go to a running collector, builds carry on from each other, and everything made anew says the same.
"""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sample_traces.otlp import Sent, pack, span
from spanledger.building.build import Builder
from spanledger.cli import main
from tests.collector.running import Collector, configuration, wait_until
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import open_warehouse

SECOND = 10**9
STARTED = (time.time_ns() // (86_400 * SECOND) - 2) * 86_400 * SECOND
"""Midnight two days ago: a day that is over when its figures are first published."""
BEFORE, AFTER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
TRACES = {
    name: f"{number:032x}"
    for number, name in enumerate(("api", "file", "human", "trace", "run", "langfuse", "mlflow", "late"), 1)
}


def work(name: str, **more: Any) -> bytes:
    """A task of one call, a cent or so."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 1000,
        "spanledger.workflow.id": "w",
        "spanledger.traffic_source": "production",
        **{f"spanledger.{key.replace('__', '.')}": value for key, value in more.items()},
    }
    number = int(TRACES[name], 16)
    times = (STARTED + number * SECOND, STARTED + (number + 1) * SECOND)
    sent = Sent(
        (("service.name", "s"),), ("lib", "1"), span(TRACES[name], f"{number:016x}", None, "x", times, attributes)
    )
    (body,) = pack([sent], 1)
    return body


FIRST = [
    work("api", task__id="api", task__outcome="failure"),
    work("file", task__id="file"),
    work("human", task__id="human", task__outcome="success"),
    work("trace"),
    work("run", workflow__run_id="run"),
    work("langfuse", task__id="langfuse"),
    work("mlflow", task__id="mlflow"),
]
SCORE = {"id": "s", "traceId": TRACES["langfuse"], "name": "correctness", "value": 0.9, "dataType": "NUMERIC"}
SCORE |= {"source": "EVAL", "timestamp": BEFORE}
ASSESSMENT = {"assessment_name": "relevant", "trace_id": f"tr-{TRACES['mlflow']}", "feedback": {"value": "no"}}
ASSESSMENT |= {"source": {"source_type": "LLM_JUDGE", "source_id": "judge"}, "create_time": BEFORE}
RULES = """\
evaluations:
  - {name: correct, evaluation: correctness, success_at: 0.8, failure_below: 0.5}
  - {name: relevant, evaluation: relevant, success_labels: "yes", failure_labels: "no"}
"""
LATE = work("late", task__id="late")


class Story:
    """A collector and the builds of its data."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.config = configuration(self.data)
        self.rules = folder / "rules.yaml"
        self.rules.write_text(RULES)
        self.builder = self.builder_of(self.data)
        self.builds: list[bool] = []

    def builder_of(self, data: Path) -> Builder:
        return Builder(data, data / "lake", outcome_rules_file=self.rules)

    def send(self, collector: Collector, *bodies: bytes) -> None:
        assert [collector.send(body).status for body in bodies] == [200] * len(bodies)
        wait_until(lambda: not collector.waiting(), "the log to land")

    def say(self, collector: Collector, *records: dict[str, Any]) -> None:
        body = json.dumps(records).encode()
        answer = collector.request("POST", "/v1/outcomes", body, {"content-type": "application/json"})
        assert json.loads(answer.body) == {"accepted": len(records), "rejected": []}
        wait_until(lambda: not collector.waiting(), "the log to land")

    def type(self, *arguments: str) -> str:
        result = CliRunner().invoke(main, ["outcome", "--data", str(self.data), *arguments])
        assert result.exit_code == 0, result.output
        return result.stderr

    def build(self) -> None:
        outcome = self.builder.build()
        assert outcome.build_id
        self.builds.append(outcome.is_full)

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.data) as connection:
            return connection.execute(query).fetchall()

    def judged(self) -> dict[str, tuple[Any, Any]]:
        """Outcome and source of every task, by the name of its trace."""
        query = "select distinct calls.trace_id, tasks.outcome, tasks.outcome_source from fct_calls as calls "
        rows = self.asked(query + "inner join fct_tasks as tasks using (organization, task_id, traffic_source)")
        names = {trace: name for name, trace in TRACES.items()}
        return {names[trace]: (outcome, source) for trace, outcome, source in rows}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    story = Story(tmp_path_factory.mktemp("said later"))
    with Collector(story.config) as collector:
        story.send(collector, *FIRST)
        story.build()
        yield tell(story, collector)
        assert collector.stop() == 0, collector.errors()


def tell(story: Story, collector: Collector) -> Story:
    """What is said after the first build, in two builds; the spans of one task come after its outcome."""
    first = story.judged()
    assert first["api"] == ("failure", "task attribute")
    assert first["file"] == ("unknown", None)
    story.say(
        collector,
        {"task_id": "api", "outcome": "success", "judged_by": "ci", "judged_at": BEFORE},
        {"task_id": "human", "outcome": "success", "judged_at": AFTER},
        {"task_id": "late", "outcome": "success", "judged_at": BEFORE},
        {"workflow_run_id": "run", "outcome": "failure", "judged_at": BEFORE},
    )
    table = story.data.parent / "verdicts.csv"
    table.write_text(f"task_id,outcome,judged_by,judged_at\nfile,success,helpdesk,{BEFORE}\n")
    assert story.type("--file", str(table)) == ""
    for name, exported in (("scores.json", {"data": [SCORE]}), ("traces.jsonl", ASSESSMENT)):
        (story.data.parent / name).write_text(json.dumps(exported))
        assert story.type("--file", str(story.data.parent / name)) == ""
    story.type("failure", "--task", "human", "--by", "alice", "--at", BEFORE, "--reason", "read it")
    story.type("success", "--trace", TRACES["trace"], "--by", "bob")
    story.build()
    story.send(collector, LATE)
    story.type("unknown", "--task", "human", "--by", "alice", "--at", AFTER)
    assert "0 new outcomes" not in story.type("--file", str(table))
    story.build()
    return story


def test_the_builds_carried_on_from_each_other(story: Story) -> None:
    assert story.builds == [True, False, False]


@pytest.mark.parametrize(
    ("task", "outcome", "source"),
    [
        ("api", "success", "api"),  # outranks what its span said
        ("file", "success", "file"),
        ("human", "unknown", "human"),  # withdrawn by the one who had said failure; the API's word does not come back
        ("trace", "success", "human"),
        ("run", "failure", "api"),
        ("langfuse", "success", "score rule"),
        ("mlflow", "failure", "score rule"),
        ("late", "success", "api"),  # said before its spans came
    ],
)
def test_whose_word_holds(story: Story, task: str, outcome: str, source: str) -> None:
    assert story.judged()[task][0] == outcome
    query = f"select source, outcome from fct_outcomes where is_winner and reference in ('{task}', '{TRACES[task]}')"
    assert story.asked(query) == [(source, outcome)]


def test_who_when_and_why_stay(story: Story) -> None:
    query = (
        "select source, outcome, judged_by, reason, is_winner from fct_outcomes where task_id = 'human' order by all"
    )
    assert story.asked(query) == [
        ("api", "success", None, None, False),
        ("human", "failure", "alice", "read it", False),
        ("human", "unknown", "alice", None, True),
        ("task attribute", "success", None, None, False),
    ]


def test_what_the_late_words_changed_is_written_down(story: Story) -> None:
    query = "select task_id, old_outcome, new_outcome from fct_restatements where figure = 'outcome'"
    names = {trace: name for name, trace in TRACES.items()}
    changes = [(names.get(task, task), *rest) for task, *rest in story.asked(f"{query} order by restated_at, task_id")]
    assert sorted(changes[:7]) == [
        ("api", "failure", "success"),
        ("file", "unknown", "success"),
        ("human", "success", "failure"),
        ("langfuse", "unknown", "success"),
        ("mlflow", "unknown", "failure"),
        ("run", "unknown", "failure"),
        ("trace", "unknown", "success"),
    ]
    assert sorted(changes[7:]) == [("human", "failure", "unknown"), ("late", None, "success")]


def test_the_cost_of_a_success_follows(story: Story) -> None:
    query = "select sum(tasks), sum(successes), sum(failures), sum(unknown_outcomes) from rpt_cost_per_successful_task"
    assert story.asked(query) == [(8, 5, 2, 1)]


def test_everything_made_anew_says_the_same(story: Story, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(story.data, tmp_path / "copy", ignore=shutil.ignore_patterns("builds", "facts", "dbt")))
    assert story.builder_of(copy).build().is_full
    assert unequal_marts(story.data, copy) == {}
