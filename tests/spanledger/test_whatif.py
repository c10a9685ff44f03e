"""`spanledger simulate whatif`, on figures as typed and on a published build."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from spanledger.cli import main
from tests.app import sample_warehouse
from transforms.simulation.levers import LEVERS

WORKED = ("--requests", "2M", "--output-tokens", "1000", "--price", "5/30", "--to-price", "1/5")
SHARES = ("--lever", "memoize=0.25", "--lever", "route=0.6", "--lever", "trim=0.2")


def told(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["simulate", "whatif", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    return list(json.loads(result.output, parse_float=Decimal))


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["simulate", "whatif", *arguments])
    assert result.exit_code == 2
    return result.output


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, published."""
    data = tmp_path_factory.mktemp("whatif")
    sample_warehouse.publish(data)
    return data


def asked(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(next(data.glob("builds/*/warehouse.duckdb")), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_worked_levers() -> None:
    rows = told(*WORKED, *SHARES)
    assert [row["saving_usd"] for row in rows] == [20_000, 29_700, 1_560, 51_260]
    assert [row["alone_usd"] for row in rows] == [20_000, 39_600, 4_000, None]
    assert [row["remaining_usd"] for row in rows] == [60_000, 30_300, 28_740, 28_740]
    assert round(rows[-1]["saved_share"], 3) == Decimal("0.641")


def test_a_day_of_requests_costs_what_they_cost() -> None:
    """2,000 and 500 tokens at $5 and $30: a million requests a day are $25,000 a day."""
    [row] = told("--requests", "1M", "--price", "5/30")
    assert row["remaining_usd"] == 25_000


def test_own_calls_cost_less_lever_by_lever(data: Path) -> None:
    rows = told("--data", str(data))
    [(spent,)] = asked(data, "SELECT sum(cost_usd) FROM fct_calls WHERE date > (SELECT max(date) - 30 FROM fct_calls)")
    assert [row["lever"] for row in rows] == [*LEVERS, "all"]
    *single, whole = rows
    assert sum(row["saving_usd"] for row in single) == whole["saving_usd"] == spent - whole["remaining_usd"]
    assert 0 < whole["low_usd"] < whole["saving_usd"] < whole["high_usd"] < spent
    assert {row["lever"] for row in single if row["saving_usd"] > 0} >= {"idempotent_step", "memoize", "route", "cache"}


def test_levers_of_a_workflow_in_another_order_end_alike(data: Path) -> None:
    chosen = ("--data", str(data), "--workflow", "contract-review")
    one = told(*chosen, "--lever", "route", "--lever", "memoize=0.5")
    other = told(*chosen, "--lever", "memoize=0.5", "--lever", "route")
    assert one[-1] == other[-1]
    assert one[0]["lever"] == "route"
    assert one[0]["saving_usd"] == one[0]["alone_usd"] > other[1]["saving_usd"]


def test_opportunities_add_up_to_what_all_levers_save(data: Path) -> None:
    [(saved,)] = asked(data, "SELECT sum(sequential_saving_usd) FROM rpt_opportunities")
    assert abs(saved - told("--data", str(data))[-1]["saving_usd"]) < Decimal("1e-9")
    [(wrong,)] = asked(
        data, "SELECT count(*) FROM rpt_opportunities WHERE NOT low_usd <= saving_usd OR NOT saving_usd <= high_usd "
        "OR high_usd > cost_usd OR sequential_saving_usd > cost_usd"
    )  # fmt: skip
    assert wrong == 0


BEHIND = (Path(__file__).parent / "calls_behind.sql").read_text()
"""Each opportunity with its calls and cost, as it says them and as the calls behind it do."""


def test_the_calls_behind_each_saving_are_found_and_cost_what_it_says(data: Path) -> None:
    found = asked(data, BEHIND)
    assert {row[0] for row in found} >= {"idempotent_step", "memoize", "route", "cache"}
    for kind, calls, behind, usd, cost_usd, distinct, is_within in found:
        assert (behind, distinct, cost_usd, is_within) == (calls, calls, usd, True), kind
        assert calls > 0


def test_an_organization_is_chosen(data: Path) -> None:
    assert told("--data", str(data), "--organization", "acme") == told("--data", str(data))
    assert "no calls of that organization" in refused("--data", str(data), "--organization", "nobody")


def test_a_route_says_its_evidence_and_thin_evidence_is_no_verdict(data: Path) -> None:
    routes = asked(
        data,
        "SELECT model, to_model, saving_usd > 0, low_usd < saving_usd, evidence FROM rpt_opportunities "
        "WHERE kind = 'route' AND workflow_id = 'contract-review' AND traffic_source = 'production' AND step = 'draft'",
    )
    assert ("claude-opus-4-8", "claude-haiku-4-5", True, True) in {route[:4] for route in routes}
    [evidence] = [route[4] for route in routes if route[0] == "claude-opus-4-8"]
    assert "claude-haiku-4-5 passed 267 of 300 evaluated tasks (85% to 92%)" in evidence
    thin = "SELECT DISTINCT model, saving_usd, low_usd FROM rpt_opportunities WHERE to_model = 'gpt-5.2-mini'"
    assert asked(data, thin) == [("gemini-3-flash", None, None)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--requests", "1M", "--lever", "route"), "say how much of it, such as route=0.25"),
        (("--requests", "1M", "--lever", "magic=1"), "magic"),
        (("--requests", "1.5"), "--requests 1.5: expected a whole number"),
        (("--requests", "1", "--lever", "trim=2"), "share is 2"),
        (("--requests", "1", "--price", "5"), "no pair of prices"),
        (("--requests", "1", "--price", "-5/1"), "below zero"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)


def test_a_lever_or_calls_that_are_not_there_are_said(data: Path) -> None:
    assert "there is no lever 'magic'" in refused("--data", str(data), "--lever", "magic")
    assert "no calls of that organization, workflow, step" in refused("--data", str(data), "--workflow", "none")
