"""`spanledger simulate`: the worked numbers of the product's description by command, and decisions on own calls."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main

WORKFLOW = "contract-extraction"
YEAR_ONE = "10M,12M,15M,18M,22M,26M,30M,34M,38M,42M,46M,50M"
MONTH = (
    "--cost-usd",
    "600",
    "--revenue-usd",
    "1000",
    "--other-cost-usd",
    "500",
    "--requests",
    "6000",
    "--users",
    "100",
)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["simulate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def rows(*arguments: str) -> list[dict[str, Any]]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output, parse_float=Decimal)
    return found


def test_self_hosting_never_pays_at_a_low_price() -> None:
    asked = ("selfhost", "--output-price", "0.85", "--output-tokens", "100", "--output-tokens", "500")
    said = run(*asked).output
    assert "2 GPUs: $5,600 a month" in said
    assert "At $0.000085 a request the lines meet at 65.88 M requests a month, but the fleet serves 25.92 M" in said
    assert "At $0.000425 a request the lines meet at 13.18 M requests a month, but the fleet serves 5.18 M" in said
    assert said.count("at that price self-hosting never pays") == 2
    assert [row["capacity_requests"] for row in rows(*asked)] == [25_920_000, 5_184_000]


def test_self_hosting_pays_at_a_high_price() -> None:
    said = run("selfhost", "--output-price", "30").output
    assert "At $0.015 a request the lines meet at 373,333 requests a month, inside capacity" in said


def test_a_request_of_both_kinds_of_tokens() -> None:
    [row] = rows("selfhost", "--output-price", "30", "--input-price", "5", "--input-tokens", "2000")
    assert row["api_usd_per_request"] == Decimal("0.025")


def test_build_or_buy() -> None:
    said = run("buildbuy", "--requests", YEAR_ONE).output
    assert "Buying costs $94,300 over 24 months, building $294,750, for 943.00 M requests" in said
    assert "building scores 3.6, buying 3.3" in said
    last = rows("buildbuy", "--requests", YEAR_ONE)[-1]
    assert (last["month"], last["build_so_far_usd"], last["buy_so_far_usd"]) == (24, 294_750, 94_300)
    only = run("buildbuy", "--requests", "1M", "--criterion", "price=1:2:4.5").output
    assert "building scores 2, buying 4.5." in only


def test_total_cost_of_ownership() -> None:
    assert "$80,000 a month: $48,000 direct, $25,000 indirect, $7,000 hidden." in run("tco").output
    named = run("tco", "--item", "direct:calls=60", "--item", "hidden:incidents=20", "--requests", "1k").output
    assert "$80 a month" in named
    assert "A dollar on the bill comes to $1.33." in named
    assert "$0.080000 a request." in named


def test_costs_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_text("name,kind,usd\ncalls,direct,10\nincidents,hiden,4\n")
    wrong = run("tco", "--file", str(path))
    assert wrong.exit_code == 2
    assert f"{path}:3: kind is 'hiden', expected one of direct, indirect, hidden; did you mean hidden?" in wrong.output
    path.write_text("name,kind,usd\ncalls,direct,10\nincidents,hidden,4\n")
    assert sum(row["usd_per_month"] for row in rows("tco", "--file", str(path))) == 14


def test_unit_economics_are_judged_and_turn() -> None:
    said = run("uniteconomics", *MONTH, "--users-growth", "10%").output
    assert "60.0% of revenue goes to models: concerning." in said
    assert "-10.0% gross margin: concerning." in said
    assert "$0.100000 a request: acceptable." in said
    assert (
        "The margin comes to 0% by month 3; by the ranges named one time in ten by month 3, nine in ten by month 3."
        in said
    )
    assert len(rows("uniteconomics", *MONTH, "--months", "6")) == 7


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("selfhost",), "name a price (--output-price), or your own calls"),
        (("selfhost", "--output-price", "1", "--rows", "gpus"), "a table of GPUs is made for own calls"),
        (("selfhost", "--output-price", "1", "--usd-per-gpu-hour", "0"), "usd_per_gpu_hour is 0, expected more than 0"),
        (("selfhost", "--output-price", "cheap"), "'cheap' is no number"),
        (("buildbuy", "--requests", "10M", "--criterion", "privacy"), "expected NAME=WEIGHT:BUILD:BUY"),
        (("buildbuy", "--requests", "10M,x"), "'x' is no number"),
        (("tco", "--item", "calls=5"), "expected KIND:NAME=USD"),
        (("tco", "--file", "none.csv"), "none.csv"),
        (("uniteconomics", *MONTH, "--efficiency", "3%:1%:5%"), "expected low ≤ expected ≤ high"),
        (("uniteconomics", *MONTH, "--efficiency", "1%:3%"), "is no change a month"),
    ],
)
def test_what_cannot_be_meant_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.output


FULL = "date < (select max(date) from fct_calls)"
"""The newest day still runs."""


def asked(data: Path, what: str, of: str) -> Any:
    result = CliRunner().invoke(main, ["sql", f"select {what} as n {of}", "--format", "json", "--data", str(data)])
    assert result.exit_code == 0, result.output
    return json.loads(result.output, parse_float=Decimal)[0]["n"]


def test_own_calls_carry_their_own_load_lengths_and_price(made: Path) -> None:
    """Eight full days in a window of 28: the month is told by those."""
    chosen = ("selfhost", "--workflow", WORKFLOW, "--data", str(made))
    said = run(*chosen).output
    found = rows(*chosen)
    known = f"from fct_calls where workflow_id = '{WORKFLOW}' and output_tokens > 0 and cost_usd is not null and {FULL}"
    month = (
        f"{found[-1]['requests'] * 30 / 8:,.0f} requests a month, ${asked(made, 'sum(cost_usd) * 30 / 8', known):,.2f}"
    )
    assert f"Calls of contract-extraction, last 8 full days: {month} at the API" in said
    assert "By your own hours it" in said
    assert found[-1]["answers"] == "all"
    assert found[-1]["requests"] == sum(row["requests"] for row in found[:-1]) == asked(made, "count(*)", known)


def test_gpus_to_choose_from(made: Path, tmp_path: Path) -> None:
    table = tmp_path / "gpus.csv"
    table.write_text("gpu,usd_per_gpu_hour,tokens_per_second,source\nslow,1,50,bench\nquick,4,3000,bench\n")
    asked = ("selfhost", "--workflow", WORKFLOW, "--days", "9", "--rows", "gpus", "--data", str(made))
    assert {row["gpu"] for row in rows(*asked, "--gpu-file", str(table))} == {"slow", "quick"}
    assert len(rows(*asked, "--answer-ms", "30000")) == 5


def test_own_costs_add_up_to_the_spend_of_a_month(made: Path) -> None:
    """Of eight full days of data, a month is 30 ÷ 8 of them."""
    found = rows("tco", "--own", "--data", str(made))
    spend = asked(made, "sum(cost_usd) * 30 / 8", f"from fct_calls where {FULL}")
    assert float(sum(row["usd_per_month"] for row in found)) == pytest.approx(float(spend), abs=1e-11)
    assert "those of the last 8 full days, brought to 30 days" in run("tco", "--own", "--data", str(made)).output


def test_no_such_calls_is_said(made: Path) -> None:
    result = run("selfhost", "--model", "none", "--data", str(made))
    assert result.exit_code == 2
    assert "no calls to none with a cost and an answer in the last 8 full days of the data" in result.output
    nobody = run("selfhost", "--model", "none", "--organization", "nobody", "--data", str(made))
    assert "the published build has no calls of nobody" in nobody.output
