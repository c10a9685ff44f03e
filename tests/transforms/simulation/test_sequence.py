"""Levers in sequence: the product's worked numbers, and what holds of any levers on any calls."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.simulation.levers import CASES, LEVERS, PARTS, TOKENS, Ends, Setting
from transforms.simulation.sequence import Case, simulate
from transforms.simulation.typed import Price, batched, cached, routed, share, typed_case

DEAR, CHEAP = Price(Decimal(5), Decimal(30)), Price(Decimal(1), Decimal(5))
WORKED = typed_case(
    2_000_000,
    2000,
    1000,
    DEAR,
    {
        "memoize": share(Decimal("0.25")),
        "route": routed(Decimal("0.6"), DEAR, CHEAP),
        "trim": share(Decimal("0.2")),
    },
)
SHARE = st.decimals(0, 1, places=4)
ENDS = st.builds(Ends, SHARE, SHARE, SHARE)
TIMES = st.builds(Ends, *[st.decimals(0, 3, places=4)] * 3)
MONEY = st.decimals(0, 10**6, places=12)


def settings() -> st.SearchStrategy[dict[str, Setting]]:
    priced = st.builds(Setting, ENDS, st.fixed_dictionaries(dict.fromkeys(TOKENS, SHARE)), ENDS, TIMES)
    shared = st.builds(Setting, ENDS)
    one = {name: priced if name in ("route", "cache", "batch") else shared for name in LEVERS}
    return st.fixed_dictionaries({}, optional=one)


CALLS = st.lists(
    st.builds(Case, st.fixed_dictionaries(dict.fromkeys(PARTS, MONEY)), settings()), min_size=1, max_size=4
)
ORDER = st.permutations(list(LEVERS))
REACH = st.dictionaries(st.sampled_from(list(LEVERS)), SHARE)


def test_a_request_costs_what_its_tokens_cost() -> None:
    """2,000 and 500 tokens at $5 and $30: $0.025, a million of them a day $25,000."""
    assert DEAR.cost(2000, 500) == Decimal("0.025")
    assert simulate([typed_case(10**6, 2000, 500, DEAR, {})], ()).spend_usd == 25_000


def test_levers_in_sequence_each_on_what_the_others_left() -> None:
    result = simulate([WORKED], ["memoize", "route", "trim"])
    assert result.spend_usd == 80_000
    assert [saving.usd.expected for saving in result.savings] == [20_000, 29_700, 1_560]
    assert [saving.alone_usd for saving in result.savings] == [20_000, 39_600, 4_000]
    assert result.remaining_usd.expected == 28_740
    assert round(1 - result.remaining_usd.expected / result.spend_usd, 3) == Decimal("0.641")


def test_the_worked_levers_end_alike_in_all_orders() -> None:
    ends = {simulate([WORKED], order).remaining_usd.expected for order in permutations(["memoize", "route", "trim"])}
    assert ends == {Decimal(28_740)}


@given(CALLS, ORDER, ORDER, REACH)
def test_any_order_ends_at_the_same_cost(
    calls: list[Case], one: list[str], other: list[str], reach: Mapping[str, Decimal]
) -> None:
    assert simulate(calls, one, reach).remaining_usd == simulate(calls, other, reach).remaining_usd


@given(CALLS, ORDER, REACH)
def test_savings_and_what_remains_are_the_spend(
    calls: list[Case], order: list[str], reach: Mapping[str, Decimal]
) -> None:
    """Exactly. No saving exceeds what the levers before it left, so all together do not exceed what is spent; each
    alone neither. A route to what turns out dearer may leave more than was spent, and takes it on itself."""
    result = simulate(calls, order, reach)
    left = result.spend_usd
    for saving in result.savings:
        assert all(saving.usd.at(case) <= left for case in CASES)
        assert saving.alone_usd <= result.spend_usd
        left -= saving.usd.expected
    assert left == result.remaining_usd.expected
    assert all(result.remaining_usd.at(case) >= 0 for case in CASES)


@given(CALLS, ORDER)
def test_a_lever_that_reaches_nothing_saves_nothing(calls: list[Case], order: list[str]) -> None:
    result = simulate(calls, order, dict.fromkeys(LEVERS, Decimal(0)))
    assert result.remaining_usd.expected == result.spend_usd


def test_a_lever_s_range_is_its_own_evidence_s() -> None:
    """Low and high differ where the lever's own figures do, the levers before it stand as expected."""
    half, quarter, none = Decimal("0.5"), Decimal("0.25"), Decimal(0)
    case = Case(
        {"input": Decimal(100)},
        {"memoize": Setting(Ends(none, half, half)), "trim": Setting(Ends(none, quarter, half))},
    )
    memoize, trim = simulate([case], ["memoize", "trim"]).savings
    assert memoize.usd == Ends(Decimal(0), Decimal(50), Decimal(50))
    assert trim.usd == Ends(Decimal(0), Decimal("12.5"), Decimal(25))
    assert simulate([case], ["memoize", "trim"]).remaining_usd == Ends(Decimal(100), Decimal("37.5"), Decimal(25))


def test_what_a_cheaper_model_gets_wrong_is_paid_twice() -> None:
    again = Ends(Decimal("0.9"), Decimal("0.1"), Decimal(0))
    one = Decimal(1)
    case = Case({"input": Decimal(100)}, {"route": Setting(Ends(one, one, one), {"input": Decimal("0.2")}, again)})
    [route] = simulate([case], ["route"]).savings
    assert route.usd == Ends(Decimal(-10), Decimal(70), Decimal(80))


def test_prices_that_may_turn_out_otherwise_do_so_where_least_or_most_is_saved() -> None:
    times = Ends(Decimal(6), Decimal(1), Decimal("0.5"))
    one = Ends(*[Decimal(1)] * 3)
    case = Case({"input": Decimal(100)}, {"route": Setting(one, {"input": Decimal("0.2")}, times=times)})
    [route] = simulate([case], ["route"]).savings
    assert route.usd == Ends(Decimal(-20), Decimal(80), Decimal(90))


def test_cached_and_batched_calls_cost_their_price() -> None:
    settings = {"cache": cached(Decimal("0.5"), Decimal("0.1")), "batch": batched(Decimal(1), Decimal("0.5"))}
    result = simulate([typed_case(1000, 1000, 0, DEAR, settings)], ["cache", "batch"])
    assert [saving.usd.expected for saving in result.savings] == [Decimal("2.25"), Decimal("1.375")]


@pytest.mark.parametrize(
    ("levers", "reach", "message"),
    [
        (["magic"], {}, "no lever 'magic'; there are idempotent_step, memoize"),
        (["trim", "trim"], {}, "named twice"),
        (["trim"], {"trim": Decimal("1.5")}, r"reach of trim is 1\.5; expected 0 to 1"),
    ],
)
def test_what_cannot_be_simulated_is_said(levers: list[str], reach: dict[str, Decimal], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate([WORKED], levers, reach)


def test_what_cannot_be_a_setting_is_said() -> None:
    with pytest.raises(ValueError, match=r"share is 1\.5 where low is saved; expected 0 to 1"):
        share(Decimal("1.5"))
    with pytest.raises(ValueError, match="input at -1 times its price"):
        cached(Decimal(1), Decimal(-1))
    with pytest.raises(ValueError, match=r"prices are .* times what they are; expected none below 0"):
        Setting(share(Decimal(1)).share, times=Ends(Decimal(1), Decimal(1), Decimal(-1)))
    with pytest.raises(ValueError, match="what is free is not routed"):
        routed(Decimal(1), Price(Decimal(0), Decimal(1)), CHEAP)
    with pytest.raises(ValueError, match="a part of a cost is below zero"):
        Case({"input": Decimal(-1)}, {})
