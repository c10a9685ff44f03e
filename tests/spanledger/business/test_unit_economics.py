"""The business file, and `rpt_unit_economics` made of it and of spend."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spanledger.building.build import Builder
from spanledger.business.plan import open_business, plan, read
from spanledger.results import unit_economics_rows
from spanledger.results.table import ResultTable, Work
from spanledger.results.unit_economics_rows import MEASURES
from transforms.decisions.unit_economics import SCALES
from transforms.yaml_lines import ConfigError

MARTS = (Path(__file__).parents[1] / "anomaly_marts.sql").read_text()
HEAD = "month,environment,scope_kind,scope,revenue_usd,other_cost_usd,requests,active_users\n"


def table(folder: Path, lines: str, but: str = "") -> list[dict[str, Any]]:
    """The table of two workflows, one call an hour from 20 June to 10 August, beside what ``lines`` say.

    ``but``: a statement before the table is made."""
    path = folder / "business.csv"
    path.write_text(HEAD + lines)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; create schema meta; create schema facts")
        connection.execute(
            "create table meta.rows as select d::date as date, hour, 'team' as team, workflow, 'v1' as version, "
            "1 as calls, 1000 as output_tokens "
            "from range(date '2026-06-20', date '2026-08-11', interval 1 day) as t (d), "
            "range(24) as h (hour), (values ('wf-1'), ('wf-2')) as w (workflow)"
        )
        connection.execute(MARTS)
        connection.execute(but)
        open_business(connection, plan(path, None))
        ResultTable("rpt_unit_economics", unit_economics_rows.make).write(Work(connection, False, folder))
        return connection.execute("from rpt_unit_economics order by all").to_arrow_table().to_pylist()


def only(rows: list[dict[str, Any]], **key: Any) -> dict[str, Any]:
    [row] = [row for row in rows if all(row[name] == value for name, value in key.items())]
    return row


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    lines = (
        "2026-07,,organization,,59.52,29.76,,100\n"
        "2026-07-01,prod,organization,,20,,500,\n"
        "2026-07,,workflow,wf-1,100,,1488,\n"
        "2026-07,,workflow,new,7,,,\n"
        "2025-01,,organization,,50,,,\n"
    )
    return table(tmp_path_factory.mktemp("business"), lines)


JULY = {"month": date(2026, 7, 1), "organization": "acme"}


def test_a_month_of_the_organization(rows: list[dict[str, Any]]) -> None:
    """31 days × 24 hours × 2 calls at 2 cents; requests are the production runs."""
    row = only(rows, **JULY, scope_kind="organization", environment=None)
    assert (row["calls"], row["cost_usd"], row["requests"], row["requests_source"]) == (
        1488,
        Decimal("29.76"),
        1488,
        "runs",
    )
    assert (row["ai_cost_ratio"], row["gross_margin"]) == (0.5, 0.0)
    assert (row["cost_per_request_usd"], row["cost_per_user_usd"]) == (Decimal("0.02"), Decimal("0.2976"))
    judged = [row[f"{name}_judged"] for name in ("ai_cost_ratio", "gross_margin", "cost_per_request_usd")]
    assert judged == ["acceptable", "concerning", "acceptable"]
    assert row["is_whole"]


def test_an_environment_of_the_file_counts_its_own_spend(rows: list[dict[str, Any]]) -> None:
    row = only(rows, **JULY, environment="prod")
    assert (row["cost_usd"], row["requests"], row["requests_source"]) == (Decimal("29.76"), 500, "file")


def test_a_workflow_has_its_own_spend_and_a_team_no_runs(rows: list[dict[str, Any]]) -> None:
    row = only(rows, **JULY, scope="wf-1")
    assert (row["cost_usd"], row["cost_per_request_usd"]) == (Decimal("14.88"), Decimal("0.01"))
    team = only(rows, **JULY, scope="team")
    assert (team["requests"], team["requests_source"], team["cost_per_request_usd"]) == (None, None, None)


def test_what_spent_nothing_in_the_data_cost_nothing_and_beyond_it_nothing_is_known(rows: list[dict[str, Any]]) -> None:
    assert only(rows, **JULY, scope="new")["cost_usd"] == 0
    before = only(rows, month=date(2025, 1, 1))
    assert (before["cost_usd"], before["ai_cost_ratio"], before["is_whole"]) == (None, None, False)


def test_calls_of_unknown_cost_are_not_free(tmp_path: Path) -> None:
    """Half of July's calls: what is known stays, without a verdict. All of them: nothing is known."""
    lines = "2026-07,,organization,,1000,,,\n2026-07,,workflow,wf-1,1000,,,\n2026-07,,workflow,wf-2,20,,,\n"
    unknown = "update rpt_spend_hourly set unknown_cost_calls = calls, cost_usd = 0 where "
    half = table(tmp_path, lines, f"{unknown} hour(hour_at) % 2 = 0")
    organization = only(half, **JULY, scope_kind="organization")
    assert (organization["calls"], organization["unknown_cost_calls"]) == (1488, 744)
    assert organization["ai_cost_ratio"] == pytest.approx(0.01488)
    assert [organization[f"{name}_judged"] for name in SCALES] == [None, None, None]
    loss = only(half, **JULY, scope="wf-2")
    assert (loss["ai_cost_ratio"], loss["ai_cost_ratio_judged"]) == (0.372, None)
    none = only(table(tmp_path, lines, f"{unknown} workflow_id = 'wf-1'"), **JULY, scope="wf-1")
    assert none["unknown_cost_calls"] == none["calls"] > 0
    assert {none[name] for name in (*MEASURES, *(f"{name}_judged" for name in SCALES))} == {None}


def test_credits_beyond_the_spend_stop_no_build(tmp_path: Path) -> None:
    but = "update rpt_spend_hourly set cost_usd = -1 where workflow_id = 'wf-1'"
    row = only(table(tmp_path, "2026-07,,workflow,wf-1,100,,1488,\n", but), **JULY, scope="wf-1")
    assert (row["cost_usd"], row["revenue_usd"]) == (-744, 100)
    assert {row[name] for name in MEASURES} == {None}


def test_what_is_concerning_already_stays_concerning(tmp_path: Path) -> None:
    but = "update rpt_spend_hourly set unknown_cost_calls = calls, cost_usd = 0 where hour(hour_at) % 2 = 0"
    july = only(table(tmp_path, "2026-07,,workflow,wf-1,10,,,\n", but), **JULY, scope="wf-1")
    assert (july["ai_cost_ratio_judged"], july["gross_margin_judged"]) == ("concerning", "concerning")


def test_months_cut_short_are_marked(rows: list[dict[str, Any]]) -> None:
    whole = {row["month"].month: row["is_whole"] for row in rows if row["scope"] == "wf-2"}
    assert whole == {6: False, 7: True, 8: False}


def test_parquet_says_the_same(tmp_path: Path) -> None:
    written = tmp_path / "business.csv"
    written.write_text("month,revenue_usd,requests\n2026-07,12.5,3\n2026-08,,\n")
    columns = {"month": [date(2026, 7, 1), date(2026, 8, 1)], "revenue_usd": [12.5, None], "requests": [3.0, None]}
    pq.write_table(pa.table(columns), tmp_path / "business.parquet")
    assert read(tmp_path / "business.parquet") == read(written)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("July,,organization,,1,,,\n", r"business.csv:2: month is 'July', expected YYYY-MM"),
        ("2026-07,,organisation,,1,,,\n", r":2: scope_kind is 'organisation'.*did you mean organization\?"),
        ("2026-07,,team,,1,,,\n", r":2: scope: expected a name"),
        ("2026-07,,organization,,-1,,,\n", r":2: revenue_usd is -1, expected 0 or more"),
        ("2026-07,,organization,,1,,1.5,\n", r":2: requests is 1.5, expected a whole number"),
        ("2026-07,,,,1,,,\n2026-07,,organization,,2,,,\n", r":3: 2026-07 of this scope stands twice"),
    ],
)
def test_a_wrong_line_is_named(lines: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=complaint):
        table(tmp_path, lines)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "business.parquet").write_bytes(b"no")
    for name in ("none.csv", "none.parquet", "business.parquet"):
        with pytest.raises(ConfigError, match=name):
            read(tmp_path / name)


def test_a_changed_file_is_news_to_a_build(data: Path) -> None:
    """And an unchanged one is none."""
    path = data / "business.csv"
    path.write_text("month,revenue_usd\n2026-10,100\n")
    builder = Builder(data, data / "lake", business_file=path)
    first = builder.build()
    assert first.build_id is not None
    assert builder.build().build_id is None
    with duckdb.connect(str(data / "builds" / first.build_id / "warehouse.duckdb"), read_only=True) as connection:
        asked = "select ai_cost_ratio * 100 = cost_usd::double from rpt_unit_economics where revenue_usd = 100"
        assert connection.execute(asked).fetchall() == [(True,)]
