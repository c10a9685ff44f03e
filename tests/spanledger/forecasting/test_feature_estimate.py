"""`spanledger forecast feature` on a build of the simulated company: figures, classes, past tasks, and no answer."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.published import current


def run(data: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["forecast", "feature", "--data", str(data), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def ask(data: Path, question: str) -> list[tuple[object, ...]]:
    with current.opened(data) as connection:
        return connection.sql(question).fetchall()


@pytest.fixture(scope="module")
def known(made: Path) -> dict[str, int]:
    """Production tasks of known cost, pending ones left out, by workflow."""
    rows = ask(
        made,
        "select workflow_id, count(*) from fct_tasks where is_tasked and traffic_source = 'production' "
        "and unknown_cost_calls = 0 and cost_usd > 0 and outcome <> 'pending' group by 1",
    )
    return {str(name): int(str(count)) for name, count in rows}


def test_a_program_gets_quantiles_and_what_they_rest_on(made: Path, known: dict[str, int]) -> None:
    workflow = max(known, key=lambda name: known[name])
    one, many = json.loads(run(made, "--workflow", workflow, "--tasks", "20", "--format", "json").output)
    assert (one["tasks"], many["tasks"]) == (1, 20)
    assert one["similar_past_tasks"] == many["similar_past_tasks"] == known[workflow]
    assert one["wider_past_tasks"] == sum(known.values()) - known[workflow]
    for row in (one, many):
        ends = [row[name] for name in ("p2_5_usd", "p10_usd", "p50_usd", "p90_usd", "p97_5_usd")]
        assert ends == sorted(ends)
    assert 20 * one["p50_usd"] < many["p50_usd"] < 20 * one["p97_5_usd"]


def test_people_get_sentences_and_the_classes(made: Path, known: dict[str, int]) -> None:
    workflow = max(known, key=lambda name: known[name])
    lines = run(made, "--workflow", workflow, "--tasks", "3").output.splitlines()
    assert lines[0].startswith(f"one task of workflow {workflow}: about $")
    assert lines[1].startswith(f"3 tasks together of workflow {workflow}: about $")
    assert lines[2] == f"Rests on {known[workflow]:,} past tasks of workflow {workflow}."
    assert lines[4].split()[:2] == ["past", "tasks"]
    assert lines[6].startswith(f"of workflow {workflow}")
    assert lines[7].startswith("of another workflow")


def test_a_workflow_nobody_knows_is_widened_and_says_so(made: Path, known: dict[str, int]) -> None:
    said = run(made, "--workflow", "brand-new").output
    assert (
        f"No past task of workflow brand-new. Widened to {sum(known.values()):,} past tasks of another workflow" in said
    )


def test_the_past_tasks_themselves(made: Path, known: dict[str, int]) -> None:
    workflow = min(known, key=lambda name: known[name])
    rows = list(
        csv.DictReader(io.StringIO(run(made, "--workflow", workflow, "--past-tasks", "--format", "csv").output))
    )
    assert len(rows) == known[workflow]
    assert {row["workflow_id"] for row in rows} == {workflow}
    like = [flag for row in rows[:2] for flag in ("--like", row["task_id"])]
    (named,) = json.loads(run(made, *like, "--format", "json").output)
    assert named["similar_past_tasks"] == len(rows[:2])


def test_nothing_to_compare_with_is_said(made: Path, tmp_path: Path) -> None:
    none = run(made, "--team", "nobody")
    assert none.exit_code == 1
    assert "no production task of known cost in the last 90 days; say more --days" in none.output
    assert run(tmp_path, "--tasks", "2").exit_code == 3
    assert run(made, "--tasks", "0").exit_code == 2
