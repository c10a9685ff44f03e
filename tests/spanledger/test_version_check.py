"""The gate on versions: what it chooses, what it says, how it ends."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.published.builds import Builds

ROWS = """
create table rpt_version_costs as
select
    '' as organization, 'ci' as environment, workflow as workflow_id, source as traffic_source, kind, subject, version,
    timestamptz '2026-10-01 00:00:00+00' + to_days(n::integer) as first_started_at,
    tasks::bigint as tasks, (tasks * rate)::bigint as successes, 0::bigint as mixed_tasks, 3::bigint as left_out_tasks,
    (tasks * usd)::decimal(28, 12) as cost_usd,
    case when rate > 0 then (usd / rate)::decimal(28, 12) end as cost_per_successful_task_usd,
    case when rate > 0 then 2.0::double end as spread,
    false as is_heavy_tailed
from (values
    (1, 'triage', 'eval', 'prompt', 'answer', 'v1', 1000, 1.0, 0.5),
    (2, 'triage', 'eval', 'prompt', 'answer', 'v2', 1000, 1.0, 0.5),
    (3, 'triage', 'eval', 'prompt', 'answer', 'v3', 1000, 1.7, 0.5),
    (4, 'triage', 'eval', 'prompt', 'answer', 'v4', 30, 1.7, 0.5),
    (1, 'verdicts', 'eval', 'code', '', '1.0', 1000, 1.0, 0.1),
    (2, 'verdicts', 'eval', 'code', '', '1.1', 100, 1.0, 0.0),
    (3, 'verdicts', 'eval', 'code', '', '1.2', 60, 1.0, 0.0),
    (1, 'triage', 'production', 'prompt', 'answer', 'v1', 1000, 1.0, 0.5),
    (1, 'triage', 'eval', 'model', 'draft', 'cheap', 1000, 1.0, 0.5),
    (2, 'triage', 'eval', 'model', 'draft', 'dear', 1000, 1.1, 0.5),
    (1, 'triage', 'eval', 'code', '', '1.0', 1000, 1.0, 0.5),
    (1, 'digest', 'production', 'code', '', '1.0', 1000, 1.0, 0.0),
    (2, 'digest', 'production', 'code', '', '1.1', 1000, 1.0, 0.5)
) as told (n, workflow, source, kind, subject, version, tasks, usd, rate)
"""
TRIAGE = ("--workflow", "triage", "--prompt", "answer")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published build with the versions above and nothing else."""
    data = tmp_path_factory.mktemp("data")
    builds = Builds(data)
    builds.work.mkdir(parents=True)
    with duckdb.connect(str(builds.work / "warehouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(ROWS)
    builds.publish("20261101T000000000000Z-aaaa")
    return data


def check(data: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["check", "--data", str(data), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_a_rise_beyond_the_margin_for_certain_closes_the_gate(data: Path) -> None:
    result = check(data, *TRIAGE, "--baseline", "v2", "--candidate", "v3")
    assert result.exit_code == 5
    assert "v3: $3.4 a success, 500 of 1,000 tasks, 3 left out (outcome or cost unknown)" in result.output
    assert "a success costs × 1.700, 95 %: × 1.397 – × 2.068" in result.output
    assert result.output.splitlines()[-1] == "FAILED: a success costs more than 10 % more, for certain"


def test_the_margin_decides(data: Path) -> None:
    pair = (*TRIAGE, "--baseline", "v2", "--candidate", "v3")
    assert check(data, *pair, "--margin", "39%").exit_code == 5
    unclear = check(data, *pair, "--margin", "40")
    assert unclear.exit_code == 0
    assert "UNCLEAR: nobody can tell yet whether a success costs more than 40 % more" in unclear.output
    assert check(data, *pair, "--margin", "40", "--on-unclear", "fail").exit_code == 5
    passed = check(data, *pair, "--margin", "120%")
    assert passed.exit_code == 0
    assert passed.output.splitlines()[-1] == "PASSED: a success does not cost 120 % more, for certain"


def test_the_latest_pair_is_the_default_and_too_few_tasks_are_said(data: Path) -> None:
    result = check(data, *TRIAGE)
    assert result.exit_code == 0
    assert 'the prompt "answer" in "triage", eval tasks: v3 → v4' in result.output
    assert "about 20 more tasks of v4 would tell" in result.output
    assert "Taken as passed (--on-unclear pass)" in result.output
    assert check(data, *TRIAGE, "--on-unclear", "fail").exit_code == 5


def test_reading_once_tells_sooner(data: Path) -> None:
    pair = (*TRIAGE, "--baseline", "v2", "--candidate", "v3", "--margin", "45%")
    assert "UNCLEAR" in check(data, *pair).output
    assert "FAILED" in check(data, *pair, "--once").output


def test_a_candidate_that_never_succeeds_closes_the_gate(data: Path) -> None:
    """At one success in ten, 100 tasks without one are rarer than one in a thousand; 60 are not."""
    pair = ("--workflow", "verdicts", "--baseline", "1.0", "--candidate")
    lost = check(data, *pair, "1.1", "--format", "json")
    assert lost.exit_code == 5
    assert lost.stderr.splitlines()[-1] == "FAILED: none of 100 tasks succeeded, so a success has no cost at all"
    (row,) = json.loads(lost.stdout)
    assert (row["result"], row["ratio"], row["is_failure"]) == ("failed", None, True)
    unlucky = check(data, *pair, "1.2")
    assert unlucky.exit_code == 0
    assert "UNCLEAR" in unlucky.output
    assert "UNCLEAR" in check(data, "--workflow", "verdicts", "--baseline", "1.1").output, "neither ever succeeded"


def test_what_has_two_versions_is_meant_where_nothing_is_said(data: Path) -> None:
    result = check(data, "--workflow", "digest")
    assert 'the code in "digest", production tasks: 1.0 → 1.1' in result.output
    assert "1.0: no success, 0 of 1,000 tasks" in result.output
    assert "each version needs 50 tasks and 20 successes" in result.output


def test_programs_get_one_row_and_people_the_words_beside_it(data: Path, tmp_path: Path) -> None:
    result = check(data, "--workflow", "triage", "--model", "draft", "--format", "json")
    assert "UNCLEAR" in result.stderr
    (row,) = json.loads(result.stdout)
    assert (row["baseline"], row["candidate"], row["result"], row["is_failure"]) == ("cheap", "dear", "unclear", False)
    assert row["ratio"] == pytest.approx(1.1)
    assert row["ratio_low"] < 1.1 < row["ratio_high"]
    written = tmp_path / "row.csv"
    assert (
        check(data, "--workflow", "triage", "--model", "draft", "--output", str(written), "--format", "csv").exit_code
        == 0
    )
    assert written.read_text().splitlines()[0].startswith("organization,environment,workflow,traffic_source,kind")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 1, 'which workflow is meant? Say it with --workflow; there are "digest", "triage", "verdicts"'),
        (
            ("--workflow", "tirage"),
            1,
            'no versions of the workflow "tirage" in the published build; there are some of "di',
        ),
        (
            ("--workflow", "triage"),
            1,
            'Say it with --prompt NAME, --model STEP or --code; there are the model "draft", the ',
        ),
        (
            ("--workflow", "triage", "--prompt", "other"),
            1,
            'of the subject "other" in the published build; there are some',
        ),
        (("--workflow", "triage", "--code"), 1, 'the code has nothing to compare "1.0" with: it has "1.0"'),
        ((*TRIAGE, "--candidate", "v9"), 1, 'the prompt "answer" has no version "v9"; it has "v1", "v2", "v3", "v4"'),
        ((*TRIAGE, "--candidate", "v1"), 1, 'nothing to compare "v1" with'),
        ((*TRIAGE, "--code"), 2, "--prompt and --code ask for two comparisons"),
        ((*TRIAGE, "--traffic-source", "replay"), 1, 'no versions of the traffic source "replay"'),
        ((*TRIAGE, "--traffic-source", "production"), 1, 'nothing to compare "v1" with'),
        ((*TRIAGE, "--environment", "moon"), 1, 'no versions of the environment "moon"'),
        ((*TRIAGE, "--margin", "a little"), 2, "'a little' is no percentage; expected one such as 10%"),
        ((*TRIAGE, "--margin", "-1%"), 2, "-1% is not from 0 to 1000000%"),
        ((*TRIAGE, "--margin", "1e999999999999999999"), 2, "1e999999999999999999 is not from 0 to 1000000%"),
        ((*TRIAGE, "--margin", "1e400"), 2, "1e400 is not from 0 to 1000000%"),
        ((*TRIAGE, "--margin", "nan"), 2, "nan is not from 0 to 1000000%"),
    ],
)
def test_what_cannot_be_compared_is_said_with_what_there_is(
    data: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = check(data, *arguments)
    assert result.exit_code == code
    assert message in result.stderr


def test_nothing_published(tmp_path: Path) -> None:
    assert check(tmp_path).exit_code == 3
