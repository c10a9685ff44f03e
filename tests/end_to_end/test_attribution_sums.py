"""What is attributed is what is spent: credits, uses of zero, days without calls, two organizations, a closed month."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sample_traces.otlp import Sent, Value, span
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import PRICES, SECOND, ask, deliver, write_charges

RULES = """
owners:
  - {name: batch, where: {service_name: batch}, team: {ops: 1, search: 2}}
shared:
  - {name: cluster, charge: {charge_id: gpu}, method: proportional, by: tokens}
  - {name: credit, charge: {charge_id: credit}, method: proportional, by: tokens, over: month}
  - {name: seats, charge: {charge_id: seats}, method: activity, by: calls, unit_price_usd: 0.3}
"""
CHARGES = (
    "gpu,other,acme,cluster,31,USD,2026-10-01,2026-11-01,invoice 1,,",
    "credit,credit,acme,credit,-7.000000000001,USD,2026-10-01,2026-11-01,invoice 2,,",
    "seats,credit,acme,seats,-0.1,USD,2026-10-02,2026-10-03,invoice 3,,",
    "odd,credit,acme,nobody's,-1,USD,2026-10-05,2026-10-08,invoice 4,,",
)
DAY = 86_400 * SECOND
FIRST_NS = 1_790_812_800 * SECOND + DAY // 2  # noon of 2026-10-01
CROWD = [f"t{number:02}" for number in range(40)]


def call(number: int, day: int, tokens: int, organization: str, service: str = "api", **tags: Value) -> Sent:
    """A call of $2.50 a million tokens, ``day`` days after the first."""
    start = FIRST_NS + day * DAY + number
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": 0,
        **{f"spanledger.{name}": value for name, value in tags.items()},
    }
    made = span(f"{number:032x}", f"{number:016x}", None, "chat", (start, start + SECOND), attributes)
    return Sent((("service.name", service), ("spanledger.organization", organization)), ("app", "1"), made)


def sums(data: Path) -> tuple[dict[Any, Decimal], dict[Any, Decimal]]:
    """By charge and day: what is attributed, and what is spent as the calls and the charges themselves say."""
    attributed = ask(
        data, "select charge_id, date, sum(cost_usd) from rpt_attribution where \"view\" = 'split' group by all"
    )
    spent = ask(
        data,
        "select null, date, coalesce(sum(cost_usd), 0) from fct_calls group by all "
        "union all select charge_id, date, sum(unallocated_cost_usd) from fct_charges group by all",
    )
    left, right = ({(charge, day): cost for charge, day, cost in rows} for rows in (attributed, spent))
    return left, right


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("files")
    rules, prices = folder / "allocation.yml", folder / "prices.csv"
    rules.write_text(RULES)
    prices.write_text(PRICES)
    files = ChargeFiles(write_charges(folder / "charges.csv", *CHARGES), allocation=rules)
    deliver(
        data,
        call(1, 0, 1000, "acme", team=["search", "ads", "ops"]),
        call(2, 0, 777, "other", "batch"),
        call(3, 0, 1, "other"),
        call(4, 1, 0, "acme", team="ads"),  # its day has a use of zero, and no other
        call(5, 3, 500, "acme", team=CROWD, project=CROWD, cost_center=CROWD),
    )
    Builder(data, data / "lake", PriceFiles(prices=prices), files).build()
    return data


def test_each_charge_and_day_is_attributed_to_the_last_digit(data: Path) -> None:
    attributed, spent = sums(data)
    assert attributed == spent
    assert sum(spent.values()) == Decimal(31) - Decimal("7.000000000001") - Decimal("1.1") + Decimal("0.005695")
    assert {charge for charge, _ in attributed} == {None, "gpu", "credit", "seats", "odd"}


def test_what_finds_no_use_says_so_and_a_credit_never_pays_more_than_its_part(data: Path) -> None:
    left = ask(
        data,
        "select charge_id, reason, count(distinct date), sum(cost_usd) from rpt_attribution "
        "where \"view\" = 'split' and reason is not null and charge_id is not null group by all order by all",
    )
    assert left[0][:2] == ("credit", "used by calls that nobody owns")
    assert left[1:] == [
        ("gpu", "nobody used it", 29, Decimal(29)),  # of a use of zero too
        ("gpu", "used by calls that nobody owns", 1, left[2][3]),
        ("odd", "no rule for this charge", 3, Decimal(-1)),
        ("seats", "recovered beyond its cost", 1, Decimal("-0.4")),
    ]
    assert ask(data, "select count(*) from rpt_attribution where charge_id = 'credit' and cost_usd > 0") == [(0,)]


def test_a_list_of_very_many_owners_is_one_owner(data: Path) -> None:
    crowd = "(more than 10 owners)"
    rows = ask(
        data,
        "select team, project, cost_center, calls, cost_usd from rpt_attribution "
        "where \"view\" = 'split' and date = '2026-10-04' and charge_id is null",
    )
    assert rows == [(crowd, crowd, crowd, 1, Decimal("0.00125"))]


def test_a_closed_month_and_its_corrections_add_up_to_what_is_known(data: Path) -> None:
    before = ask(data, "select sum(cost_usd) from rpt_attribution where \"view\" = 'split'")
    closed = CliRunner().invoke(main, ["close", "2026-10", "--by", "ann", "--data", str(data)])
    assert closed.exit_code == 0, closed.output
    assert ask(data, "select sum(cost_usd) from rpt_attribution where \"view\" = 'split'") == before
