"""Whose spend it is, through real builds: files of every kind, late calls, changed rules, closed months, statements."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from sample_traces.otlp import Sent, Value, span
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import PRICES, SECOND, ask, deliver, write_charges
from tests.end_to_end.truth_check import unequal_marts
from transforms.pricing.charges import OPTIONAL, REQUIRED

GPU = "gpu,other,acme,cluster,31,USD,2026-10-01,2026-11-01,invoice 1,,"
RULES = """
owners:
  - {name: batch, where: {service_name: batch}, team: ops, from: 2026-10-01}
shared:
  - {name: cluster, charge: {charge_id: gpu}, method: proportional, by: tokens, over: month}
  - {name: platform, charge: {charge_id: platform}, method: proportional, by: gpu_hours}
costs:
  - {file: platform.parquet}
  - {file: cloud.csv, format: focus, name: cloud, where: {ServiceName: Vector*}, tags: {team: Team}}
usage:
  - {file: cloud.csv, format: focus, metric: gpu_hours, where: {ServiceName: GPU*}, tags: {team: Team}}
"""
FOCUS = """\
ServiceName,ChargePeriodStart,ChargePeriodEnd,ProviderName,BillingCurrency,EffectiveCost,ConsumedQuantity,Tags
Vectors,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,Cloud,USD,0.75,,"{""Team"": ""search""}"
Vectors,2026-10-01T01:00:00Z,2026-10-01T02:00:00Z,Cloud,USD,0.25,,"{""Team"": ""search""}"
GPU hours,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,Cloud,USD,100,3,"{""Team"": ""search""}"
GPU hours,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,Cloud,USD,100,1,"{""Team"": ""ads""}"
"""
PERIOD = (date(2026, 10, 1), date(2026, 10, 2))
POLICY = """
tags:
  - {tag: team, allowed: [search, ads]}
exceptions:
  - {service: batch, until: 2026-10-01, reason: new}
"""


def call(number: int, day: str, team: Value = None, service: str = "api", tokens: int = 1000) -> Sent:
    """A call of $2.50 a million tokens, of one service and perhaps of teams."""
    start = int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()) * SECOND + number
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": 0,
        "spanledger.team": team,
    }
    made = span(f"{number:032x}", f"{number:016x}", None, "chat", (start, start + SECOND), attributes)
    return Sent((("service.name", service),), ("app", "1"), made)


FIRST = (
    call(1, "2026-10-01", "search"),
    call(2, "2026-10-02", ["search", "ads"]),
    call(3, "2026-10-01", service="batch", tokens=2000),
)
LATE, LATER, LAST = call(4, "2026-10-01", "ads"), call(5, "2026-11-02", "ads"), call(6, "2026-10-03", "search")


class Story(NamedTuple):
    """One installation over time, before its month was closed and after."""

    data: Path
    files: tuple[PriceFiles, ChargeFiles]
    first: dict[tuple[Any, ...], Decimal]
    touched: set[date]
    others: dict[str, list[tuple[object, ...]]]
    compliance: list[tuple[Any, ...]]
    open_chargeback: Result
    closed: Result
    charged: tuple[Result, Result]


SPLIT = "select charge_id, team, sum(cost_usd) from rpt_attribution where \"view\" = 'split' group by all"


def shares(data: Path) -> dict[tuple[Any, ...], Decimal]:
    return {(charge, team): cost for charge, team, cost in ask(data, SPLIT)}


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(data)])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("files")
    files = _write(folder)
    builder = Builder(data, data / "lake", *files)
    deliver(data, *FIRST)
    builder.build()
    first = shares(data)
    deliver(data, LATE, LATER)
    (folder / "allocation.yml").write_text(RULES.replace("team: ops", "team: {ops: 1, ads: 3}"))
    builder.build()
    touched = {day for (day,) in ask(data, "select date from meta.touched_dates where model = 'attribution'")}
    at_once = tmp_path_factory.mktemp("at-once")
    deliver(at_once, LATER, LATE, *reversed(FIRST))
    Builder(at_once, at_once / "lake", *files).build()
    others = unequal_marts(at_once, data)
    compliance = ask(data, "select date, service_name, calls, missing, excepted from rpt_tag_compliance order by all")
    opened = run(data, "export", "statement", "2026-10", "--chargeback")
    closed = run(data, "close", "2026-10", "--by", "ann")
    before = run(data, "export", "statement", "2026-10", "--chargeback", "--provisional")
    deliver(data, LAST)
    (folder / "allocation.yml").write_text(RULES)
    builder.build()
    charged = before, run(data, "export", "statement", "2026-10", "--chargeback")
    return Story(data, files, first, touched, others, compliance, opened, closed, charged)


def _write(folder: Path) -> tuple[PriceFiles, ChargeFiles]:
    prices = folder / "prices.csv"
    prices.write_text(PRICES)
    (folder / "allocation.yml").write_text(RULES)
    (folder / "cloud.csv").write_text(FOCUS)
    (folder / "tags.yml").write_text(POLICY)
    platform = dict.fromkeys((*REQUIRED, *OPTIONAL), "") | dict(
        zip(REQUIRED, ("platform", "other", "acme", "platform", Decimal(4), "USD", *PERIOD, "invoice 9"), strict=True)
    )
    pq.write_table(pa.Table.from_pylist([platform]), folder / "platform.parquet")
    charges = write_charges(folder / "charges.csv", GPU)
    return PriceFiles(prices=prices), ChargeFiles(
        charges, allocation=folder / "allocation.yml", tag_policy=folder / "tags.yml"
    )


def test_calls_and_shared_costs_of_every_kind_of_file_find_their_teams(story: Story) -> None:
    assert story.first == {
        (None, "search"): Decimal("0.00375"),
        (None, "ads"): Decimal("0.00125"),
        (None, "ops"): Decimal("0.005"),
        ("gpu", "search"): Decimal("11.625"),
        ("gpu", "ads"): Decimal("3.875"),
        ("gpu", "ops"): Decimal("15.5"),
        ("platform", "search"): Decimal(3),
        ("platform", "ads"): Decimal(1),
        ("cloud/2026-10-01/Cloud/Vectors/search", "search"): Decimal(1),
    }


def test_incremental_builds_with_a_changed_rule_give_the_tables_of_one_build(story: Story) -> None:
    assert story.others == {}
    assert date(2026, 10, 31) in story.touched


def test_compliance_counts_what_lacks_a_tag_and_excepts_until_the_day(story: Story) -> None:
    october, november = [date(2026, 10, day) for day in (1, 2)], date(2026, 11, 2)
    assert story.compliance == [
        (october[0], "api", 2, 0, 0),
        (october[0], "batch", 0, 0, 1),
        (october[1], "api", 1, 0, 0),
        (november, "api", 1, 0, 0),
    ]


def test_a_chargeback_is_of_a_closed_month_or_says_that_it_is_provisional(story: Story) -> None:
    assert story.open_chargeback.exit_code == 2
    assert "2026-10 is open, so what is charged could change" in story.open_chargeback.output
    before, after = story.charged
    assert (story.closed.exit_code, before.exit_code, after.exit_code) == (0, 0, 0)
    assert "provisional: the month is open" in before.output
    assert "closed 2" in after.output


def test_a_closed_month_is_charged_as_it_was_closed_and_corrected_in_the_next(story: Story) -> None:
    before, after = (list(csv.DictReader(io.StringIO(one.stdout))) for one in story.charged)
    assert [row | {"status": ""} for row in after] == [row | {"status": ""} for row in before]
    corrected = ask(
        story.data,
        "select team, sum(cost_usd) from rpt_attribution where corrects_month = '2026-10-01' and \"view\" = 'split' "
        "and charge_id is null group by all order by all",
    )
    assert corrected == [("ads", Decimal("-0.00375")), ("ops", Decimal("0.00375")), ("search", Decimal("0.0025"))]
    november = run(story.data, "export", "statement", "2026-11", "--format", "md", "--team", "ops")
    assert "| correction of 2026-10 | direct | batch | 1 | 0.003750000000 |" in november.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--team", "nobody"), "2026-10 has no line for team 'nobody'"),
        (("--by", "project", "--view", "full", "--format", "table"), "unattributed"),
    ],
)
def test_statements_of_others(story: Story, arguments: tuple[str, ...], words: str) -> None:
    assert words in run(story.data, "export", "statement", "2026-10", *arguments).output
