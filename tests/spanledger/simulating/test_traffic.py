"""Own traffic of two organizations, with calls of unknown cost, unanswered ones, evaluations, and few days of data."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from spanledger.cli import main
from spanledger.simulating.traffic import Own, Traffic, read
from tests.app import sample_warehouse
from transforms.decisions.days import Days

YOUNG = Path(__file__).with_name("young_tenant.sql").read_text()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company and a tenant of four full days."""
    data = tmp_path_factory.mktemp("traffic")
    path = sample_warehouse.publish(data, days=3, per_day=2)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(YOUNG)
        sample_warehouse.sum_quarters(connection)
    return data


@pytest.fixture(scope="module")
def own(data: Path) -> Own:
    return read(data, Traffic(28, organization="young"))


def test_a_month_is_told_by_the_full_days_there_are(own: Own) -> None:
    assert own.days == Days(date(2026, 11, 18), date(2026, 11, 21))
    assert own.curve.window_hours == 96


def test_load_and_lengths_are_the_same_calls(own: Own) -> None:
    """Those with an answer and a cost; the others are counted."""
    assert own.curve.requests == sum(band.requests for band in own.bands) == 96
    assert sum(hour.api_usd for hour in own.curve.hours) == sum(band.api_usd for band in own.bands) == Decimal("9.6")
    assert (own.calls["requests"], own.calls["unknown_cost_calls"], own.calls["trial_calls"]) == (288, 96, 8)


def test_a_traffic_source_and_an_organization_are_chosen(data: Path) -> None:
    assert read(data, Traffic(28, organization="young", sources=("production",))).curve.requests == 88
    assert read(data, Traffic(2, organization="young")).curve.requests == 48
    assert read(data, Traffic(28)).curve.requests > 96


def test_the_command_says_what_is_left_out_and_holds_its_verdict(data: Path) -> None:
    asked = ["simulate", "selfhost", "--organization", "young", "--workflow", "w", "--data", str(data)]
    said = CliRunner().invoke(main, asked).output
    assert "last 4 full days: 720 requests a month, $72.00 at the API" in said
    assert "96 of 288 calls are left out, as their cost is unknown: the API takes at least this" in said
    assert "8 are evaluations and replays; --source production leaves them out" in said
    assert "there is no verdict: the cost of 33% of the calls is unknown" in said
    assert "evaluations and replays" not in CliRunner().invoke(main, [*asked, "--source", "production"]).output


def month(organization: str, scope: str | None, unknown: int) -> str:
    """A whole October of a scope: 100 calls and $40 of known cost, $1,000 earned."""
    kind, name = ("organization", "NULL") if scope is None else ("team", f"'{scope}'")
    return (
        "INSERT INTO rpt_unit_economics BY NAME SELECT DATE '2026-10-01' AS month, true AS is_whole, 100 AS calls, "
        f"40 AS cost_usd, 1000 AS revenue_usd, 50000 AS requests, {unknown} AS unknown_cost_calls, "
        f"'{organization}' AS organization, '{kind}' AS scope_kind, {name} AS scope"
    )


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("months")
    with duckdb.connect(str(sample_warehouse.publish(data, days=2, per_day=1))) as connection:
        for organization, scope, unknown in (
            ("acme", None, 0), ("young", None, 50), ("acme", "search", 0), ("young", "search", 100), ("acme", "ops", 0),
        ):  # fmt: skip
            connection.execute(month(organization, scope, unknown))
    return data


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scope", "acme"], "4.0% of revenue goes to models: good."),
        (["--organization", "acme"], "$0.000800 a request: good."),
        (["--organization", "young"], "At least 4.0% of revenue goes to models: no verdict."),
        (["--organization", "young"], "At most 96.0% gross margin: no verdict."),
        (["--organization", "young"], "The cost of 50.0% of the calls is unknown."),
        (["--scope-kind", "team", "--scope", "search", "--organization", "acme"], "4.0% of revenue"),
        ([], "any organization is of several organizations: acme, young; choose with --organization"),
        (["--scope-kind", "team", "--scope", "search"], "team 'search' is of several organizations"),
        (["--scope-kind", "team", "--organization", "acme"], "there are ops, search; choose with --scope"),
        (["--scope-kind", "team", "--organization", "young"], "none of the 100 calls of that month has a known cost"),
        (["--scope", "nobody"], "no whole month of spend of organization 'nobody'"),
    ],
)
def test_unit_economics_of_one_organization(arguments: list[str], said: str, months: Path) -> None:
    assert said in CliRunner().invoke(main, ["simulate", "uniteconomics", *arguments, "--data", str(months)]).output
