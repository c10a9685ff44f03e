"""`spanledger budget validate` and `check`: what a file says, where it is wrong, what a running collector answers."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from spanledger.budgets import alternatives
from spanledger.cli import main
from spanledger.exits import Failure
from spanledger.results import evaluations
from tests.collector.running import Collector, configuration

ROOT = Path(__file__).parents[2]
BUDGETS = ROOT / "docs" / "examples" / "agent_budgets.yaml"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["budget", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_a_good_file_is_told_line_by_line() -> None:
    result = run("validate", str(BUDGETS))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "agent-steps: 8 steps a run, agent_name researcher, each workflow_run_id; 100% pause",
        "agent-tokens: 20,000 tokens a run, agent_name researcher, each workflow_run_id; 80% notify, 100% pause",
        f"{BUDGETS}: 2 budgets, 0 overrides",
    ]


def test_a_mistake_ends_with_its_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "budgets.yaml"
    path.write_text(BUDGETS.read_text().replace("unit: steps", "unit: calls"))
    result = run("validate", str(path))
    assert result.exit_code == 2
    assert f"{path}:6: budgets[1].unit: 'calls' is none of usd, tokens, steps" in result.output
    assert run("validate", str(tmp_path / "none.yaml")).exit_code == 2
    assert "name one, or set budgets_file" in run("validate").output


def test_a_running_collector_is_asked(tmp_path: Path) -> None:
    with Collector(configuration(tmp_path / "data", budgets_file=BUDGETS)) as collector:
        of = ("check", "--url", collector.http_url, "--scope", "agent_name=researcher", "--scope", "workflow_run_id=r1")
        granted = run(*of, "--tokens", "17000", "--reserve", "--reservation-id", "one")
        assert granted.exit_code == 0, granted.output
        assert granted.output.startswith("warn\n")
        assert "reserved as one until" in granted.output
        denied = run(*of, "--tokens", "5000", "--format", "json")
        assert denied.exit_code == 5
        answer = json.loads(denied.output)
        assert (answer["verdict"], answer["counters"][1]["remaining"]) == ("deny", 3000)
        wrong = run("check", "--url", collector.http_url, "--scope", "agent=researcher")
        assert wrong.exit_code == 2
        assert "scope.agent: no such field" in wrong.output
        assert run("check", "--scope", "team").exit_code == 2


def test_nobody_answers() -> None:
    nobody = "http://127.0.0.1:1"  # a port that the system keeps free
    result = run("check", "--url", nobody, "--deadline-s", "0.5")
    assert result.exit_code == 4
    assert "is the collector up?" in result.output


def test_evaluated_tasks_of_one_model_each_are_its_evidence() -> None:
    """400 tasks of a dear model and 400 of a cheap one, and all that must not count."""
    with duckdb.connect() as connection:
        connection.execute(
            """create schema facts; create table facts.int_task_steps as
            select
                'eval' as task_traffic_source, 'acme' as organization, 'w' as workflow_id, 's' as step,
                1 as models, 0 as unknown_cost_calls,
                if(range % 2 = 0, 'dear', 'cheap') as first_model,
                if(range % 2 = 0, 1.0, 0.25)::decimal(28, 12) as chain_cost_usd,
                if(range < 80, 'failure', 'success') as outcome, date '2026-11-01' as date
            from range(800);
            """
        )
        for other in (
            "'unknown' as outcome",
            "2 as models",
            "date '2026-01-01' as date",
            "'ops' as task_traffic_source",
        ):
            steps = "facts.int_task_steps"
            connection.execute(f"insert into {steps} select * replace ({other}) from {steps} limit 40")
        found = alternatives.rows(connection, ("w", "s"), "dear", days=90).fetchall()
    assert [(row[0], float(row[1]), *row[2:4], row[6]) for row in found] == [
        ("cheap", 0.25, 400, 360, "passes"),
        ("dear", 1.0, 400, 360, "the present model"),
    ]


def test_evaluations_are_an_organization_s_and_of_its_newest_days() -> None:
    """Also where another step was evaluated later: Opportunities and the command name the same models."""
    with duckdb.connect() as connection:
        connection.execute(
            """create schema facts; create table facts.int_task_steps as
            select
                'eval' as task_traffic_source, organization, 'w' as workflow_id, step, 1 as models,
                0 as unknown_cost_calls, 'm' as first_model, 1::decimal(28, 12) as chain_cost_usd,
                'success' as outcome, day as date
            from (values
                ('acme', 's', date '2026-11-01'), ('acme', 's', date '2026-06-01'), ('acme', 'old', date '2026-06-01'),
                ('other', 's', date '2026-05-01')
            ) as told (organization, step, day)
            """
        )
        assert set(evaluations.read(connection)) == {("acme", "w", "s"), ("other", "w", "s")}
        tasks = [
            alternatives.rows(connection, ("w", step), "m", days, of).fetchall()
            for step, days, of in (("s", 90, "acme"), ("s", 180, "acme"), ("old", 90, ""), ("s", 90, "other"))
        ]
        assert [[row[2] for row in rows] for rows in tasks] == [[1], [2], [], [1]]
        with pytest.raises(Failure, match="several organizations evaluated w s: acme, other"):
            alternatives.rows(connection, ("w", "s"), "m", days=90)
