"""A report for one organization, team or workflow tells of nobody else's money. Marts of two tenants, made by hand."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spanledger.reports import making, outlook, periods, sections
from spanledger.reports.asking import Asking
from spanledger.reports.document import Document, Section
from spanledger.settings import Settings
from tests.app import sample_warehouse

MARTS = (Path(__file__).parent / "two_tenants.sql").read_text(encoding="utf-8")
TODAY = date(2026, 11, 16)


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """acme and big, each with alerts, counters of budgets and forecasts."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(MARTS)
        yield connection


def asking(marts: duckdb.DuckDBPyConnection, kind: str = "monthly", **filters: str) -> Asking:
    """As a report of October, or of 10 October, asks."""
    period = periods.holding(kind, date(2026, 10, 10), TODAY)
    return Asking(marts, period, {name: (value,) for name, value in filters.items()})


def told(part: Section | None) -> str:
    """All that a section says."""
    return str(part)


def test_alerts_of_other_organizations_and_environments_are_not_told(marts: duckdb.DuckDBPyConnection) -> None:
    mine = told(sections.alerts(asking(marts, "daily", organization="acme")))
    assert "acme prod" in mine
    assert "acme dev" in mine
    assert "big" not in mine
    assert "no new build" not in mine, "what is about no organization is for who runs it all"
    prod = told(sections.alerts(asking(marts, "daily", organization="acme", environment="prod")))
    assert "acme prod" in prod
    assert "acme dev" not in prod
    everything = told(sections.alerts(asking(marts, "daily")))
    assert all(words in everything for words in ("acme prod", "acme dev", "big", "no new build"))


@pytest.mark.parametrize("one", ["team", "workflow"])
def test_alerts_know_no_team_and_no_workflow(marts: duckdb.DuckDBPyConnection, one: str) -> None:
    assert sections.alerts(asking(marts, "daily", organization="acme", **{one: "search"})) is None


def test_a_budget_s_counter_of_another_organization_is_not_shown(marts: duckdb.DuckDBPyConnection) -> None:
    mine = told(sections.budgets(asking(marts, organization="acme")))
    assert "each-organization (organization acme)" in mine
    assert "$40.00 of" in mine
    assert "big" not in mine
    assert "all-of-us" not in mine, "it holds what others spent"
    assert "of-acme" in mine
    everything = told(sections.budgets(asking(marts)))
    assert "each-organization (organization big)" in everything
    assert "all-of-us" in everything


def test_a_budget_that_names_no_organization_is_the_only_one_s(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("delete from rpt_spend_hourly where organization = 'big'")
    assert "all-of-us" in told(sections.budgets(asking(marts, organization="acme")))


def test_a_budget_of_each_team_shows_the_team_s_own_counter(marts: duckdb.DuckDBPyConnection) -> None:
    mine = told(sections.budgets(asking(marts, team="search")))
    assert "each-team (team search)" in mine
    assert "chat" not in mine


def test_a_month_of_another_time_zone_is_in_one_month_s_report(marts: duckdb.DuckDBPyConnection) -> None:
    """Berlin's November begins on 31 October, 23:00 UTC: October's report shows October's counter, the emptier one."""
    rows = {row["budget_id"]: row for row in asking(marts).rows("period_budgets")}
    assert rows["berlin"]["spent_usd"] == 20
    part = sections.budgets(asking(marts))
    assert ("berlin", "month from 1 Oct") in {row[:2] for row in part.blocks[0].rows}  # type: ignore[union-attr]


def test_what_is_ahead_names_the_organization_where_there_are_several(marts: duckdb.DuckDBPyConnection) -> None:
    part = outlook.forecast(asking(marts))
    assert part.title.startswith("November 2026 of big, the largest of 2 organizations, will come to about $500.00")
    rows = [row[0] for block in part.blocks for row in getattr(block, "rows", ())]
    assert rows == ["big", "acme", "workflow answer (big)", "workflow answer (acme)"]
    mine = outlook.forecast(asking(marts, organization="acme"))
    assert mine.title.startswith("November 2026 of acme will come to about $100.00")
    assert "big" not in told(mine)


def test_each_organization_s_first_forecast_of_a_month_counts_once(marts: duckdb.DuckDBPyConnection) -> None:
    """acme's first ranges of August to October held twice of three; later ones of a month, and big's, do not count."""
    said = paragraphs(outlook.forecast(asking(marts)))
    [mine] = [one for one in said if one.startswith("acme")]
    assert "on 1 October, $80.00 to $120.00 was expected for the rest of the month; $90.00 came, inside" in mine
    assert "2 of 3 first ranges of a month held so far" in mine
    [other] = [one for one in said if one.startswith("big")]
    assert "0 of 1 first range of a month held so far" in other


def paragraphs(part: Section) -> list[str]:
    """The sentences of a section."""
    return [block.text for block in part.blocks if hasattr(block, "text")]


@pytest.mark.parametrize(
    "filters",
    [
        {"team": "search", "workflow": "answer"},
        {"environment": "prod", "workflow": "answer"},
        {"environment": "prod", "team": "search"},
    ],
)
def test_forecasts_are_of_one_thing(marts: duckdb.DuckDBPyConnection, filters: dict[str, Any]) -> None:
    """A team's forecast is none of its calls to one workflow: there is none for both."""
    part = outlook.forecast(asking(marts, **filters))
    assert part.title == f"Nothing is forecast for {' and '.join(filters)} together"
    assert not part.blocks


TENANTS = (Path(__file__).parent / "rival.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's sample company, one team of which is an organization of its own."""
    data = tmp_path_factory.mktemp("tenants")
    with duckdb.connect(str(sample_warehouse.publish(data, days=60, per_day=1))) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(TENANTS)
        sample_warehouse.sum_quarters(connection)
    return data


def made(data: Path, kind: str, **filters: str) -> Document:
    """The report of the period that holds 20 November, its last day or the day itself."""
    period = periods.holding(kind, date(2026, 11, 20), date(2026, 11, 23))
    return making.make(Settings(data=data), period, {name: (value,) for name, value in filters.items()})


@pytest.mark.parametrize("kind", periods.KINDS)
def test_no_part_of_a_report_names_another_organization_s_work(tenants: Path, kind: str) -> None:
    mine, other = made(tenants, kind, organization="acme"), made(tenants, kind, organization="rival")
    for form in making.FORMS:
        assert "contract-review" not in making.text(mine, form)
        assert "legal" not in making.text(mine, form)
        assert "contract-review" in making.text(other, form)
        assert "code-review" not in making.text(other, form)
    everything = made(tenants, kind)
    assert [one.figures[0].value for one in (mine, other)] != [everything.figures[0].value] * 2


@pytest.mark.parametrize(("team", "is_told"), [("platform", True), ("search", False)])
def test_what_a_run_costs_changed_for_the_team_that_runs_it(tenants: Path, team: str, is_told: bool) -> None:
    """A run of code-review, of the team platform, became dearer on 4 November."""
    said = making.text(made(tenants, "quarterly", team=team), "markdown")
    assert ("A run of code-review became dearer" in said) == is_told
