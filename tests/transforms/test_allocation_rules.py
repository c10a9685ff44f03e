"""Allocation rules: what is read, and that each mistake is named with its file, line and key."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger.allocation.reading import read_allocation
from transforms.allocation import focus_rows
from transforms.allocation.checks import refuse_shared_prices
from transforms.allocation.rules import read_rules
from transforms.allocation.sources import Source
from transforms.allocation.usage import read_usage
from transforms.pricing.charges import Charge, ChargeError, read_charges
from transforms.pricing.currency import Exchange
from transforms.yaml_lines import ConfigError

SHARED = "shared:\n  - {charge: {charge_id: gpu}, method: proportional, by: tokens}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "a.yml:1: no rule stands here"),
        ("owner: []", "a.yml:1: owner: no such key; did you mean owners?"),
        ("owners:\n  - {team: x}", "a.yml:2: owners[1]: expected the key where"),
        ("owners:\n  - {where: {service_name: x}}", "a.yml:2: owners[1]: names no owner"),
        ("owners:\n  - where: {servicename: x}\n    team: x", "a.yml:2: owners[1].where.servicename: no such key; did"),
        ("owners:\n  - where: {service_name: x}\n    team: [a, a]", "a.yml:3: owners[1].team: names an owner twice"),
        (
            "owners:\n  - where: {service_name: x}\n    team: {a: -1}",
            "a.yml:3: owners[1].team.a: expected a whole number",
        ),
        (
            "owners:\n  - where: {service_name: x}\n    team: a\n    from: 2026-10-02\n    to: 2026-10-02",
            "a.yml:5: owners[1].to: 2026-10-02 is not after 2026-10-02",
        ),
        ("owners:\n  - {where: {team: x}, team: a, from: soon}", "a.yml:2: owners[1].from: expected a day such as"),
        (
            "owners:\n  - {name: n, where: {team: x}, team: a, to: 2026-10-02}\n"
            "  - {name: n, where: {team: y}, team: b, from: 2026-10-01}",
            "a.yml:3: owners[2]: 'n' holds on days on which the one in line 2 does",
        ),
        ("shared:\n  - {method: activity}", "a.yml:2: shared[1]: expected the key charge"),
        (SHARED.replace("proportional", "fair"), "a.yml:2: shared[1].method: 'fair' is none of proportional, activity"),
        (SHARED.replace("proportional", "activity"), "a.yml:2: shared[1]: expected the key unit_price_usd"),
        (
            SHARED.replace("tokens}", "tokens, unit_price_usd: 1}"),
            "shared[1].unit_price_usd: a proportional rule has no",
        ),
        (
            SHARED.replace("proportional, by: tokens", "activity, by: calls, unit_price_usd: -1"),
            "a.yml:2: shared[1].unit_price_usd: expected a number above 0",
        ),
        (
            SHARED.replace("proportional, by: tokens", "activity, by: calls, unit_price_usd: 1, over: month"),
            "shared[1].over: an activity rule counts each day by itself",
        ),
        (
            SHARED.replace("tokens}", "hours, used_by: {team: x}}"),
            "shared[1].used_by: asks about calls, and hours is a",
        ),
        (SHARED.replace("tokens}", "tokens, over: week}"), "a.yml:2: shared[1].over: 'week' is none of day, month"),
        ("several: {weights: {team: {a: 0}}}", "a.yml:1: several.weights.team.a: expected a whole number from 1"),
        ("costs:\n  - {name: x}", "a.yml:2: costs[1]: expected the key file"),
        ("costs:\n  - {file: x.txt}", "a.yml:2: costs[1].file: is no .csv or .parquet"),
        ("costs:\n  - {file: x.csv, name: y}", "a.yml:2: costs[1].name: is for format: focus"),
        ("costs:\n  - {file: x.csv, format: focus}", "a.yml:2: costs[1]: expected the key name"),
        ("usage:\n  - {file: x.csv, format: focus}", "a.yml:2: usage[1]: expected the key metric"),
    ],
)
def test_each_mistake_is_named_with_line_and_key(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as found:
        read_rules(text, "a.yml")
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-10-01,,1", "u.csv:2: metric is empty"),
        (",m,1", "u.csv:2: date is empty"),
        ("2026-10-01,m,-1", "u.csv:2: quantity is -1, expected a number from 0"),
        ("2026-10-01,m,0.0000001", "of at most 6 decimals"),
        ("2026-10-01,m,many", "u.csv:2: quantity is 'many', expected a number"),
    ],
)
def test_each_mistake_of_a_usage_file_is_named(row: str, words: str) -> None:
    with pytest.raises(ChargeError) as found:
        read_usage(f"date,metric,quantity\n{row}\n", "u.csv")
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SHARED.replace("tokens", "hours"), "a.yml:2: shared rule 'shared rule 1': by is 'hours'; there are tokens"),
        ("usage:\n  - {file: none.csv}", "a.yml:2: the file"),
        ("usage:\n  - {file: a.yml, format: parquet}", "is no Parquet"),
        ("usage:\n  - {file: u.csv}", "a usage file has the metric 'tokens', which means the calls' own"),
    ],
)
def test_mistakes_of_files_together_are_named(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("date,metric,quantity\n2026-10-01,tokens,1\n")
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(ConfigError) as found:
        read_allocation(tmp_path / "a.yml")
    assert words in str(found.value)


def charges(*ids: str, organization: str = "") -> list[Charge]:
    head = "charge_id,category,provider,description,amount,currency,period_from,period_to,source,organization\n"
    rows = [f"{one},other,p,d,1,USD,2026-10-01,2026-11-01,s,{organization}\n" for one in ids]
    return read_charges(head + "".join(rows), "c.csv", Exchange())


def test_one_price_recovers_one_charge_of_an_organization() -> None:
    text = "shared:\n  - {charge: {charge_id: v*}, method: activity, by: calls, unit_price_usd: 1}\n"
    said = read_rules(text, "a.yml")
    refuse_shared_prices(said, [*charges("v1", organization="x"), *charges("v2", organization="y"), *charges("w")])
    with pytest.raises(ConfigError, match=r"a.yml:2: .* recovers v1 and v2 on 2026-10-01: its units would be paid for"):
        refuse_shared_prices(said, charges("v1", "v2"))


FOCUS_ROW = {
    "ChargePeriodStart": "2026-10-01T00:00:00Z",
    "ChargePeriodEnd": "2026-10-01T01:00:00Z",
    "ProviderName": "Cloud",
    "ServiceName": "GPU",
    "BillingCurrency": "USD",
    "EffectiveCost": "0.5",
    "ConsumedQuantity": "2",
    "Tags": '{"Team": "ads"}',
}


def test_rows_of_a_focus_file_become_charges_and_usage() -> None:
    rows = [FOCUS_ROW, FOCUS_ROW | {"EffectiveCost": "0.25"}, FOCUS_ROW | {"ServiceName": "Mail"}]
    refund = FOCUS_ROW | {"EffectiveCost": "-2", "ChargePeriodEnd": "2026-10-03T00:00:00Z", "Tags": ""}
    source = Source("f.csv", "focus", "cloud", (("ServiceName", ("GPU*",)),), "hours", (("team", "Team"),))
    made = read_charges(focus_rows.charges_text([*rows, refund], source, "f.csv"), "f.csv", Exchange())
    assert [(one.charge_id, one.category, one.amount, one.team, one.days) for one in made] == [
        ("cloud/2026-10-01/Cloud/GPU/ads", "other", Decimal("0.75"), "ads", 1),
        ("cloud/2026-10-01/Cloud/GPU/2026-10-03", "credit", Decimal(-2), None, 2),
    ]
    [used] = read_usage(focus_rows.usage_text(rows, source, "f.csv"), "f.csv")
    assert (used.metric, used.date, used.owner[2], used.micro) == ("hours", date(2026, 10, 1), "ads", 4_000_000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"EffectiveCost": "a lot"}, "f.csv:2: EffectiveCost is 'a lot', expected a number"),
        ({"ServiceName": ""}, "f.csv:2: ServiceName is empty"),
        ({"ChargePeriodStart": "today"}, "f.csv:2: ChargePeriodStart is 'today', expected a time"),
        (
            {"ChargePeriodEnd": "2026-10-01T00:00:00Z"},
            "f.csv:2: ChargePeriodEnd 2026-10-01 00:00:00+00:00 is not after",
        ),
        ({"Tags": "ads"}, "f.csv:2: Tags is 'ads', expected a JSON object"),
    ],
)
def test_each_mistake_of_a_focus_row_is_named(change: dict[str, str], words: str) -> None:
    source = Source("f.csv", "focus", "cloud", tags=(("team", "Team"),))
    with pytest.raises(ChargeError) as found:
        focus_rows.charges_text([FOCUS_ROW | change], source, "f.csv")
    assert words in str(found.value)
