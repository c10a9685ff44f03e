"""Attribution on any rules and any data: every pico-dollar and every call is somebody's, or nobody's by name."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dbt_project.allocation_sql import Row, attributed
from transforms.allocation.rules import AllocationRules, read_rules
from transforms.allocation.usage import Usage

DAY = date(2026, 10, 1)
PICO = Decimal("1e-12")
NAMES = ["search", "ads", "ops", "müsli; bar", '["ads"', ""]
TAGS = st.one_of(
    st.none(),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(["search", "ads", "ops"]), max_size=3).map(json.dumps),
    st.just("ads;search"),
)


def call(cost: Any, day: date = DAY, **said: Any) -> dict[str, Any]:
    """A call of a second and ten tokens."""
    usual = {"organization": "", "traffic_source": "production", "input_tokens": 10, "output_tokens": 0}
    return {"date": day, **usual, "started_ns": 0, "ended_ns": 10**9, "cost_usd": cost, **said}


def charge(charge_id: str, left: Any, day: date = DAY, **said: Any) -> dict[str, Any]:
    """What a charge of one day leaves over."""
    usual = {"category": "other", "provider": "acme", "description": "invoice"}
    return {"date": day, "charge_id": charge_id, **usual, "unallocated_cost_usd": left, **said}


def shares(rows: list[Row], charge_id: str | None, amount: str = "cost_usd") -> dict[str | None, Decimal]:
    """What each team carries of a charge; of the calls without one."""
    sums: dict[str | None, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.charge_id == charge_id:
            sums[row.team] += getattr(row, amount)
    return dict(sums)


def rules(text: str) -> AllocationRules:
    return read_rules(text, "allocation.yml")


def shared_rule(by: str, method: str, over: str, has_users: bool) -> str:
    extra = "unit_price_usd: 0.000000000007" if method == "activity" else f"over: {over}"
    users = "\n    used_by: {service_name: a*}" if has_users and by != "searches" else ""
    return f"  - charge: {{charge_id: shared*}}\n    method: {method}\n    by: {by}\n    {extra}{users}\n"


@st.composite
def rule_sets(draw: st.DrawFn) -> AllocationRules:
    owner = st.sampled_from(["search", "[search, ads]", "{search: 7, ads: 3, ops: 1}"])
    service = st.sampled_from(["'a*'", "'*'", "'b?'"])
    owners = [
        f"  - where: {{service_name: {draw(service)}}}\n    {column}: {draw(owner)}\n"
        for column in draw(st.lists(st.sampled_from(["team", "project", "cost_center"]), max_size=3))
    ]
    by = st.sampled_from(["tokens", "calls", "seconds", "cost", "searches"])
    parts = st.builds(
        shared_rule, by, st.sampled_from(["proportional", "activity"]), st.sampled_from(["day", "month"]), st.booleans()
    )
    shared = draw(st.lists(parts, max_size=2))
    several = "several:\n  separator: ';'\n  weights: {team: {search: 3}}\n" if draw(st.booleans()) else ""
    text = (
        ("owners:\n" + "".join(owners) if owners else "") + ("shared:\n" + "".join(shared) if shared else "") + several
    )
    return rules(text) if text else AllocationRules()


MONEY = st.integers(0, 10**15).map(lambda pico: pico * PICO)
CALLS = st.lists(
    st.builds(
        call,
        st.one_of(st.none(), MONEY),
        st.sampled_from([DAY, DAY + timedelta(1)]),
        team=TAGS,
        project=TAGS,
        service_name=st.sampled_from(["a1", "b1", None]),
        input_tokens=st.one_of(st.none(), st.integers(0, 10**12)),
    ),
    max_size=8,
)
CHARGES = st.lists(
    st.builds(
        charge,
        st.sampled_from(["shared-1", "shared-2", "other"]),
        st.integers(-(10**21), 10**21).filter(bool).map(lambda pico: pico * PICO),
        st.sampled_from([DAY, DAY + timedelta(1), DAY + timedelta(2)]),
        team=st.sampled_from([None, None, "ads"]),
    ),
    max_size=4,
    unique_by=lambda one: (one["charge_id"], one["date"]),
)
USAGE = st.lists(
    st.builds(
        Usage,
        st.just("searches"),
        st.sampled_from([DAY, DAY + timedelta(1)]),
        st.sampled_from([("", None, "search", None, None), ("", None, None, None, None)]),
        st.integers(0, 10**17),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(CALLS, CHARGES, rule_sets(), USAGE)
def test_every_pico_dollar_and_every_call_is_attributed_once(
    calls: list[dict[str, Any]], charges: list[dict[str, Any]], said: AllocationRules, usage: list[Usage]
) -> None:
    rows = attributed(calls, charges, said, usage)
    expected: dict[tuple[date, str | None], Decimal] = defaultdict(Decimal)
    found: dict[tuple[date, str | None], Decimal] = defaultdict(Decimal)
    for one in calls:
        expected[one["date"], None] += one["cost_usd"] or 0
    for one in charges:
        expected[one["date"], one["charge_id"]] += one["unallocated_cost_usd"]
    for row in rows:
        found[row.date, row.charge_id] += row.cost_usd
        assert (row.method == "unattributed") == (row.team is row.project is row.cost_center is None)
        assert (row.reason is not None) == (row.method == "unattributed")
        assert abs(row.full_cost_usd) >= abs(row.cost_usd)
    assert {key: sum_ for key, sum_ in found.items() if sum_} == {key: sum_ for key, sum_ in expected.items() if sum_}
    assert sum(row.calls for row in rows) == len(calls)


def largest_remainder(whole: int, weights: Mapping[str, int]) -> dict[str, int]:
    """The parts by exact fractions; ties in the order of names."""
    total = sum(weights.values())
    exact = {name: Fraction(abs(whole) * weight, total) for name, weight in weights.items()}
    parts = {name: part.numerator // part.denominator for name, part in exact.items()}
    order = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in order[: abs(whole) - sum(parts.values())]:
        parts[name] += 1
    return {name: part if whole > 0 else -part for name, part in parts.items()}


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(-(10**21), 10**21).filter(bool),
    st.lists(st.integers(0, 10**17), min_size=1, max_size=6).filter(any),
)
@example(1, [1, 1, 1])
@example(100, [1, 1, 1])
@example(-(10**21) + 1, [10**17, 10**17 - 1, 1])
def test_shares_are_those_of_the_largest_remainder(whole: int, weights: list[int]) -> None:
    users = {f"team-{place}": weight for place, weight in enumerate(weights)}
    usage = [Usage("searches", DAY, ("", None, team, None, None), weight) for team, weight in users.items()]
    said = rules("shared:\n  - {charge: {charge_id: shared}, method: proportional, by: searches}\n")
    rows = attributed([], [charge("shared", whole * PICO)], said, usage)
    users = {team: weight for team, weight in users.items() if weight}
    expected = {team: part * PICO for team, part in largest_remainder(whole, users).items()}
    assert shares(rows, "shared") == expected


def test_a_cluster_is_shared_by_tokens_searches_by_price_and_a_platform_by_calls() -> None:
    """product.md: 2 GPUs of $2.50 for 720 hours and $2,000 beside make $5,600 a month; $8,000 of vector database and
    $3,000 of platform beside it."""
    said = rules(
        """
        shared:
          - name: gpu cluster
            charge: {charge_id: gpu-*}
            method: proportional
            by: tokens
            used_by: {provider: vllm}
          - name: searches
            charge: {charge_id: vectors}
            method: activity
            by: searches
            unit_price_usd: 0.05
          - name: platform
            charge: {charge_id: platform}
            method: proportional
            by: calls
        """
    )
    calls = [
        call(Decimal(1), team="search", provider="vllm", input_tokens=6000),
        call(Decimal(1), team="ads", provider="vllm", input_tokens=3000),
        call(Decimal(1), provider="vllm", input_tokens=1000),
        call(Decimal(1), team="search", provider="openai", input_tokens=90000),
    ]
    charges = [charge("gpu-1", Decimal(5600)), charge("vectors", Decimal(8000)), charge("platform", Decimal(3000))]
    usage = [
        Usage("searches", DAY, ("", None, team, None, None), n * 10**6)
        for team, n in (("search", 100_000), ("ads", 50_000))
    ]
    rows = attributed(calls, charges, said, usage)
    assert shares(rows, "gpu-1") == {"search": 3360, "ads": 1680, None: 560}
    assert shares(rows, "vectors") == {"search": 5000, "ads": 2500, None: 500}
    assert shares(rows, "platform") == {"search": 1500, "ads": 750, None: 750}
    assert shares(rows, None) == {"search": 2, "ads": 1, None: 1}
    reasons = {(row.charge_id, row.reason) for row in rows if row.team is None}
    assert ("vectors", "not recovered by the price") in reasons
    assert ("gpu-1", "used by calls that nobody owns") in reasons


def test_a_price_that_recovers_more_than_the_cost_says_so_in_a_row_of_its_own() -> None:
    said = rules("shared:\n  - {charge: {charge_id: db}, method: activity, by: calls, unit_price_usd: 2}\n")
    rows = attributed([call(None, team="ads") for _ in range(3)], [charge("db", Decimal(5))], said)
    assert shares(rows, "db") == {"ads": 6, None: -1}
    assert [row.reason for row in rows if row.team is None] == ["recovered beyond its cost"]


def test_what_nobody_used_and_what_no_rule_names_stays_unattributed_by_name() -> None:
    said = rules(
        "shared:\n  - {charge: {charge_id: gpu}, method: proportional, by: tokens, used_by: {provider: vllm}}\n"
    )
    owned = charge("seats", Decimal(3), team="ops", cost_center="4711")
    rows = attributed([], [charge("gpu", Decimal(1)), charge("tax", Decimal(2)), owned], said)
    found = {(row.charge_id, row.method, row.team, row.cost_center, row.reason) for row in rows}
    assert found == {
        ("gpu", "unattributed", None, None, "nobody used it"),
        ("tax", "unattributed", None, None, "no rule for this charge"),
        ("seats", "direct", "ops", "4711", None),
    }


def test_rules_hold_on_their_days_the_first_that_matches_and_only_where_tags_are_silent() -> None:
    said = rules(
        """
        owners:
          - {name: early, where: {service_name: s}, team: old, to: 2026-10-02}
          - {name: late, where: {service_name: s}, team: new, project: both}
        """
    )
    calls = [
        call(Decimal(1), DAY, service_name="s"),
        call(Decimal(2), DAY + timedelta(1), service_name="s"),
        call(Decimal(4), DAY, service_name="s", team="tagged"),
        call(Decimal(8), DAY, service_name="t"),
    ]
    found = {(row.team, row.project, row.rule): row.cost_usd for row in attributed(calls, [], said)}
    assert found == {
        ("old", "both", "early, late"): 1,
        ("new", "both", "late"): 2,
        ("tagged", "both", "late"): 4,
        (None, None, None): 8,
    }


def test_the_use_of_a_month_weighs_days_on_which_nobody_works() -> None:
    said = "shared:\n  - {charge: {charge_id: gpu}, method: proportional, by: seconds%s}\n"
    calls = [call(Decimal(0), team="ads"), call(Decimal(0), team="ops", ended_ns=3 * 10**9)]
    weekend = charge("gpu", Decimal(4), DAY + timedelta(1))
    assert shares(attributed(calls, [weekend], rules(said % "")), "gpu") == {None: 4}
    assert shares(attributed(calls, [weekend], rules(said % ", over: month")), "gpu") == {"ads": 1, "ops": 3}


def test_a_day_boundary_changes_no_total() -> None:
    """Row 28 of the cases: five days came to $701.39, and their days added up to $1,070.94."""
    parts = [Decimal(cents) / 100 for cents in (9_999, 12_345, 20_202, 7_593, 20_000)]
    calls = [call(part, DAY + timedelta(place), team="ads") for place, part in enumerate(parts)]
    rows = attributed(calls, [], AllocationRules())
    days = {row.date: row.cost_usd for row in rows}
    assert days == {DAY + timedelta(place): part for place, part in enumerate(parts)}
    assert sum(days.values()) == Decimal("701.39")


def test_calls_of_several_teams_are_divided_or_counted_for_each_and_the_total_is_said_either_way() -> None:
    """Row 29 of the cases: $5,634.68 of 1,740,301 requests became $9,436.18 of 1,962,829."""
    both, alone = Decimal("3801.50"), Decimal("1833.18")
    calls = [
        call(both, team='["a","b"]', copies=222_528),
        call(alone, team="a", copies=1_000_000),
        call(Decimal(0), team="c", copies=517_773),
    ]
    rows = attributed(calls, [], AllocationRules())
    assert (sum(row.cost_usd for row in rows), sum(row.calls for row in rows)) == (Decimal("5634.68"), 1_740_301)
    assert (sum(row.full_cost_usd for row in rows), sum(row.full_calls for row in rows)) == (
        Decimal("9436.18"),
        1_962_829,
    )
    assert shares(rows, None) == {"a": alone + both / 2, "b": both / 2, "c": 0}
    assert shares(rows, None, "full_cost_usd") == {"a": alone + both, "b": both, "c": 0}


def test_several_owners_by_stated_weights() -> None:
    said = rules(
        "several:\n  separator: ';'\n  weights: {team: {a: 3}}\n"
        "owners:\n  - {where: {user_id: x}, team: {a: 1, b: 4}}\n"
    )
    tagged, ruled = call(Decimal(4), team="a; b"), call(Decimal(5), user_id="x")
    assert shares(attributed([tagged], [], said), None) == {"a": 3, "b": 1}
    assert shares(attributed([ruled], [], said), None) == {"a": 1, "b": 4}
