"""What people, systems, spans and evaluations say of tasks, over several builds: whose word holds, and since when."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.judging import DAY, T0, Ledger, evaluation, report, trace_id, work

HOUR = timedelta(hours=1)


def tags(task: str, workflow: str = "plain", **more: Any) -> dict[str, Any]:
    said = {"spanledger.task.id": task, "spanledger.workflow.id": workflow}
    return said | {f"spanledger.{name.replace('__', '.')}": value for name, value in more.items()}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Three builds: work and its first judgements; late words of every rank; the spans that some words waited for."""
    ledger = Ledger(tmp_path_factory.mktemp("outcomes") / "data")
    ledger.now = T0 + HOUR
    ledger.arrive(
        work("a1", tags("attribute", task__outcome="failure")),
        work("a2", tags("attribute", task__outcome="success"), at=timedelta(minutes=5)),
        *(work(task, tags(task, task__outcome="success")) for task in ("by api", "by human", "tie", "withdrawn")),
        work("score", tags("scored", "graded", task__score=0.9), results=(evaluation("quality", 0.4),)),
        work("between", tags("between", "graded"), results=(evaluation("quality", 0.6),)),
        work("other", tags("without a rule", "plain"), results=(evaluation("quality", 1.0),)),
        work(
            "several", tags("one failed", "graded"),
            results=(evaluation("quality", 0.9), evaluation("toxicity", 0.7), evaluation("thumbs up?", None, "UP")),
        ),
        work("again", tags("rated again", "graded"), results=(evaluation("quality", 0.1),)),
        work(
            "again", tags("rated again", "graded"), number=2, at=timedelta(minutes=9),
            results=(evaluation("quality", 0.8),),
        ),
        work("below", tags("by report", "graded")),
        work("beside", tags("by trace report", "graded")),
        work("resp", tags("by response", "graded") | {"gen_ai.response.id": "resp-1"}),
        work("strict", tags("crashed", "strict"), error="out of memory"),
        work("strict2", tags("crashed but judged", "strict", task__outcome="success"), error="out of memory"),
        work("strict3", tags("crashed, then not", "strict", workflow__run_id="r1"), error="out of memory"),
        work("strict4", tags("crashed, then not", "strict", workflow__run_id="r2"), at=HOUR),
        work("run", tags("of a run", workflow__run_id="run-7")),
        work("one", tags("of a trace")),
        work("two", tags("two-1")),
        work("two", tags("two-2"), number=2),
        work("prod", tags("replayed")),
        work("copy", tags("replayed", traffic_source="replay")),
        work("eval1", tags("never in production", traffic_source="eval")),
        work("copy1", tags("never in production", traffic_source="replay")),
        work("bare", {}),
        work("units", tags("many cases", task__units=10, task__units_succeeded=4, task__outcome="failure")),
    )  # fmt: skip
    ledger.arrive(
        report(HOUR, evaluation("quality", 0.95), "below", 1),
        report(HOUR, evaluation("quality", 0.3), "beside"),
        report(HOUR, evaluation("thumbs", None, "up") | {"gen_ai.response.id": "resp-1"}),
        report(HOUR, evaluation("quality", 1.0), "two"),
        report(HOUR, evaluation("quality", 1.0)),
        report(2 * DAY, evaluation("quality", 0.9), "late trace"),
        signal="log",
    )
    ledger.say(task_id="by api", outcome="failure", judged_by="ci", judged_at=T0 - DAY)
    ledger.build()
    ledger.now = T0 + 4 * DAY
    ledger.say(task_id="by human", outcome="failure", source="api", judged_by="ci", judged_at=T0 + 3 * DAY)
    ledger.say(task_id="by human", outcome="success", source="human", judged_by="ann", judged_at=T0 + 2 * DAY)
    ledger.say(task_id="tie", outcome="success", source="file", revision_id="b", judged_at=T0 + DAY)
    ledger.say(task_id="tie", outcome="failure", source="api", revision_id="a", judged_at=T0 + DAY)
    ledger.say(task_id="withdrawn", outcome="unknown", source="human", judged_by="ann", judged_at=T0 + 2 * DAY)
    ledger.say(workflow_run_id="run-7", outcome="success", judged_at=T0 + DAY)
    ledger.say(trace_id=trace_id("one"), outcome="failure", judged_at=T0 + DAY)
    ledger.say(trace_id=trace_id("two"), outcome="failure", judged_at=T0 + DAY)
    ledger.say(task_id="replayed", outcome="failure", judged_at=T0 + DAY)
    ledger.say(task_id="replayed", traffic_source="replay", outcome="success", judged_at=T0 + DAY)
    ledger.say(task_id="never in production", outcome="success", judged_at=T0 + DAY)
    ledger.say(trace_id=trace_id("bare"), outcome="success", judged_at=T0 + DAY)
    ledger.say(task_id="many cases", outcome="success", units=12, units_succeeded=12, judged_at=T0 + DAY)
    ledger.say(task_id="between", evaluation_name="thumbs", label="Down", source="human", judged_at=T0 + DAY)
    ledger.say(task_id="late", outcome="success", judged_by="tracker", judged_at=T0 + DAY)
    ledger.build()
    ledger.now = T0 + 5 * DAY
    ledger.arrive(work("late trace", tags("late", "graded"), at=DAY))
    ledger.build()
    return ledger


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("attribute", ("success", "task attribute", None, T0 + timedelta(minutes=6))),
        ("by api", ("failure", "api", "ci", T0 - DAY)),  # an older word of a higher rank
        ("by human", ("success", "human", "ann", T0 + 2 * DAY)),
        ("tie", ("success", "file", None, T0 + DAY)),  # equal rank and time: the greater revision id
        ("withdrawn", ("unknown", None, None, None)),
        ("scored", ("failure", "score rule", None, T0 + timedelta(minutes=1))),
        ("between", ("failure", "score rule", None, T0 + DAY)),
        ("without a rule", ("unknown", None, None, None)),
        ("one failed", ("failure", "score rule", None, T0 + timedelta(minutes=1))),
        ("rated again", ("success", "score rule", None, T0 + timedelta(minutes=10))),
        ("by report", ("success", "score rule", None, T0 + HOUR)),
        ("by trace report", ("failure", "score rule", None, T0 + HOUR)),
        ("by response", ("success", "score rule", None, T0 + HOUR)),
        ("crashed", ("failure", "run error", None, T0 + timedelta(minutes=1))),
        ("crashed but judged", ("success", "task attribute", None, T0 + timedelta(minutes=1))),
        ("crashed, then not", ("unknown", None, None, None)),
        ("of a run", ("success", "api", None, T0 + DAY)),
        ("of a trace", ("failure", "api", None, T0 + DAY)),
        ("two-1", ("unknown", None, None, None)),
        ("two-2", ("unknown", None, None, None)),
        (trace_id("bare"), ("success", "api", None, T0 + DAY)),
        ("many cases", ("success", "api", None, T0 + DAY)),
        ("late", ("success", "api", "tracker", T0 + DAY)),
    ],
)
def test_whose_word_holds(story: Ledger, task: str, expected: tuple[Any, ...]) -> None:
    assert story.outcome(task) == expected


def test_a_word_without_traffic_source_is_about_production_and_else_waits(story: Ledger) -> None:
    query = """
        select task_id, traffic_source, outcome from fct_tasks
        where task_id in ('replayed', 'never in production') order by all
    """
    assert story.ask(query) == [
        ("never in production", "eval", "unknown"),
        ("never in production", "replay", "unknown"),
        ("replayed", "production", "failure"),
        ("replayed", "replay", "success"),
    ]


def test_what_finds_no_task_is_listed(story: Ledger) -> None:
    query = """
        select source, reference_kind, reference, evaluation_name from fct_outcomes
        where not is_task_known order by all
    """
    assert story.ask(query) == [
        ("api", "task", "never in production", None),
        ("api", "trace", trace_id("two"), None),
        ("score rule", None, None, "quality"),
        ("score rule", None, None, "quality"),
    ]
    query = """select "check", sum("rows") from rpt_data_quality where "check" = 'unresolved_outcome' group by all"""
    assert story.ask(query) == [("unresolved_outcome", 4)]


def test_reports_are_neither_calls_nor_tasks_and_lengthen_nothing(story: Ledger) -> None:
    assert story.ask("select count(*), sum(cost_usd) from fct_calls")[0][0] == 30
    assert story.ask("select count(*) from fct_tasks where calls = 0") == [(0,)]
    assert story.ask("select latency_ms, runs from fct_tasks where task_id in ('by report', 'late') order by all") == [
        (60_000.0, 1),
        (60_000.0, 1),
    ]


def test_figures_follow_the_highest_rank(story: Ledger) -> None:
    query = "select units, units_succeeded, outcome_score from fct_tasks where task_id = ?"
    assert story.ask(query, "many cases") == [(12, 12, None)]
    assert story.ask(query, "scored") == [(None, None, 0.9)]  # the tag outranks the evaluation


def test_history_keeps_every_word(story: Ledger) -> None:
    query = """
        select source, rank, outcome, judged_by, is_winner from fct_outcomes where task_id = 'by human' order by rank
    """
    assert story.ask(query) == [
        ("task attribute", 3, "success", None, False),
        ("api", 4, "failure", "ci", False),
        ("human", 5, "success", "ann", True),
    ]
    query = """
        select evaluation_name, score, label, outcome, rule, is_winner from fct_outcomes
        where task_id = 'one failed' order by all
    """
    assert story.ask(query) == [
        ("quality", 0.9, None, "success", "quality", False),
        ("thumbs up?", None, "UP", "success", "thumbs", False),
        ("toxicity", 0.7, None, "failure", "poison", True),
    ]


def test_what_late_words_changed_of_published_figures(story: Ledger) -> None:
    query = """
        select date, task_id, reason, old_outcome, new_outcome, outcome_source, outcome_by, outcome_at, restated_at
        from fct_restatements where figure = 'outcome' order by restated_at, task_id
    """
    day, second, third = T0.date(), T0 + 4 * DAY, T0 + 5 * DAY
    at = T0 + DAY
    assert story.ask(query) == [
        (day, "many cases", "judged", "failure", "success", "api", None, at, second),
        (day, "withdrawn", "judged", "success", "unknown", "human", "ann", T0 + 2 * DAY, second),
        (day + DAY, "late", "late", None, "success", "api", "tracker", at, third),
    ]


def test_everything_made_anew_says_the_same(story: Ledger, tmp_path: Path) -> None:
    tables = ("fct_tasks", "fct_outcomes", "rpt_cost_per_successful_task", "rpt_data_quality", "fct_restatements")
    before = [story.ask(f"select hash(t), count(*) from {name} as t group by all order by all") for name in tables]
    story.build(full_refresh=True)
    after = [story.ask(f"select hash(t), count(*) from {name} as t group by all order by all") for name in tables]
    assert dict(zip(tables, before, strict=True)) == dict(zip(tables, after, strict=True))
