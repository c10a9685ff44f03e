"""Each invariant can fail: with one model made wrong, the build stops at the test that guards it and shows figures."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.published import models
from spanledger.published.build_errors import BuildError
from spanledger.published.builds import Builds
from spanledger.published.project import PROJECT
from tests.lake import land


@dataclass(frozen=True)
class Mistake:
    """A wrong line in a model, and the invariant that must notice."""

    invariant: str
    model: str
    right: str
    wrong: str


MISTAKES = [
    Mistake(
        "prices_never_overlap",
        "marts/dim_prices",
        "    valid_from,",
        "    timestamptz '2000-01-01 00:00:00+00' as valid_from,",
    ),
    Mistake(
        "calls_are_elected_once",
        "facts/int_calls",
        "select * from {{ ref('int_calls_classified') }}",
        "select * from {{ ref('int_calls_classified') }} where spend_class != 'abandoned'",
    ),
    Mistake(
        "charges_sum_to_calls",
        "facts/int_call_charges",
        "where units.line.quantity > 0",
        "where units.line.quantity > 100",
    ),
    Mistake(
        "covered_dollars_count_once",
        "intermediate/int_call_shares",
        "sum(weight) over (partition by charge_id, date) as total",
        "1 + sum(weight) over (partition by charge_id, date) as total",
    ),
    Mistake(
        "attribution_holds_every_dollar",
        "../macros/allocation",
        "case when {{ whole }} < 0 then -1 else 1 end",
        "1",
    ),
    Mistake(
        "totals_hold_every_dollar",
        "marts/rpt_total_cost",
        "where unallocated_cost_usd != 0",
        "where unallocated_cost_usd > 0",
    ),
    Mistake(
        "focus_sums_to_calls",
        "../macros/focus_lines",
        "on call_lines.call_id = calls.call_id and call_lines.date = calls.date",
        "on call_lines.call_id = calls.call_id and calls.team = 'search'",
    ),
    Mistake(
        "effects_sum_to_the_change",
        "../macros/cost_change",
        "where lines.effective_cost_usd is not null",
        "where lines.effective_cost_usd > 0.0005",
    ),
    Mistake("calls_say_what_they_must", "intermediate/int_calls_classified", "then 'abandoned'", "then 'lost'"),
    Mistake(
        "duplicates_name_what_they_repeat",
        "intermediate/int_calls_classified",
        "case when spend_class = 'retry_duplicate' then repeats_call_id end",
        "call_id",
    ),
    Mistake(
        "chains_sum_to_calls",
        "facts/int_task_steps",
        "coalesce(sum(cost_usd), 0)",
        "coalesce(sum(cost_usd) filter (where stretch = 0), 0)",
    ),
    Mistake("loops_sum_to_calls", "marts/rpt_agent_loops", "case when stop_step < steps then stop_step end", "steps"),
    Mistake(
        "shapes_sum_to_calls",
        "../macros/shapes",
        "spend_class != 'retry_duplicate' or",
        "duplicate_of_run_id is not null and",
    ),
    Mistake("budgets_sum_to_calls", "facts/int_budget_days", "count(*) as calls", "count(distinct model) as calls"),
    Mistake("runs_sum_to_calls", "facts/int_runs", "count(*) as calls", "count(distinct model) as calls"),
    Mistake(
        "tasks_say_what_they_must", "intermediate/int_task_outcomes", "'unknown') as outcome", "'none') as outcome"
    ),
    Mistake(
        "outcomes_follow_their_winner",
        "intermediate/int_task_outcomes",
        "max(outcome) filter (where is_winner) as outcome,",
        "'success' as outcome,",
    ),
    Mistake(
        "tasks_hold_every_call",
        "intermediate/int_tasks_judged",
        "traffic_source != task_traffic_source",
        "traffic_source > task_traffic_source",
    ),
    Mistake("reports_sum_to_calls", "marts/rpt_spend_classes", "group by all", "and step is not null group by all"),
    Mistake(
        "reports_have_one_row_per_key",
        "marts/rpt_traffic_split",
        "project, traffic_source\n",
        "project, traffic_source, step\n",
    ),
    Mistake("every_dollar_has_one_bucket", "facts/int_pool_rates", "case when direct > 0", "case when direct > 1e9"),
    Mistake(
        "task_reports_sum_to_tasks",
        "marts/rpt_cost_per_successful_task",
        "from loaded",
        "from loaded where successes > 0",
    ),
    Mistake(
        "task_reports_sum_to_tasks", "facts/int_customer_task_days", "is_tasked and", "is_tasked and calls > 1 and"
    ),
    Mistake(
        "versions_hold_every_task",
        "facts/int_version_days",
        "count(*) filter (where not is_known) as left_out_tasks",
        "count(*) as left_out_tasks",
    ),
]


CHARGES = """charge_id,category,provider,description,amount,currency,period_from,period_to,source,covers
unit,provisioned_throughput,openai,one unit,310,USD,2026-10-01,2026-11-01,contract,mini
credit,credit,openai,promised,-31,USD,2026-10-01,2026-11-01,mail,
"""
BUDGETS = """budgets:
  - {id: each-team, owner: a@example.com, scope: {team: "*"}, unit: usd, limit: 5, window: month,
     thresholds: [{at: 100%, policy: notify}], when_unreachable: allow}
"""
COVERAGE = "rule,allocate_by,provider,model\nmini,metered,openai,gpt-4o-mini*\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with some days of the simulated company in its lake, not built yet."""
    data = tmp_path_factory.mktemp("data")
    land(requests(simulate(7, 9, 0.05, end=date(2026, 11, 1))), data)
    (data / "charges.csv").write_text(CHARGES)
    (data / "coverage.csv").write_text(COVERAGE)
    (data / "budgets.yaml").write_text(BUDGETS)
    return data


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the models to make mistakes in."""
    return Path(shutil.copytree(PROJECT, tmp_path_factory.mktemp("copy") / "dbt_project"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.invariant)
def test_a_mistake_is_noticed(mistake: Mistake, data: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanledger.published.project.PROJECT", project)
    only = ("--select", f"+{mistake.invariant}")  # the models it checks, and no other check
    monkeypatch.setattr(models, "NO_UNIT_TESTS", (*models.NO_UNIT_TESTS, *only))
    path = project / "models" / f"{mistake.model}.sql"
    right = path.read_text()
    assert mistake.right in right, f"{mistake.model} changed; make another mistake in it"
    path.write_text(right.replace(mistake.right, mistake.wrong))
    files = ChargeFiles(data / "charges.csv", data / "coverage.csv")
    try:
        with pytest.raises(BuildError, match=rf"{mistake.invariant}: Got \d+ results?.*\n    \w+="):
            Builder(data, data / "lake", charge_files=files, budgets_file=data / "budgets.yaml").build()
    finally:
        path.write_text(right)
    assert Builds(data).current is None


def test_every_invariant_has_a_mistake() -> None:
    assert {mistake.invariant for mistake in MISTAKES} == {path.stem for path in (PROJECT / "tests").glob("*.sql")}
