"""Where unit economics go, and the month in which they turn."""

from dataclasses import replace
from decimal import Decimal

import pytest

from transforms.decisions.build_or_buy import Build, Buy, Criterion, compare, requests_by_month, scores
from transforms.decisions.checks import DecisionError
from transforms.decisions.projection import Growth, project, turning
from transforms.decisions.rates import Rate, surely
from transforms.decisions.tco import Item, own
from transforms.decisions.unit_economics import Unit

NONE = surely(Decimal(0))
NOW = Unit(Decimal(600), Decimal(1000), Decimal(6000), Decimal(100), Decimal(500))


def test_a_month_and_what_it_is_judged() -> None:
    assert (NOW.cost_per_request_usd, NOW.cost_per_user_usd, NOW.revenue_per_user_usd) == (Decimal("0.1"), 6, 10)
    assert (NOW.ai_cost_ratio, NOW.gross_margin) == (Decimal("0.6"), Decimal("-0.1"))
    assert NOW.judged == {
        "ai_cost_ratio": "concerning",
        "gross_margin": "concerning",
        "cost_per_request_usd": "acceptable",
    }
    assert set(Unit(Decimal(5)).judged.values()) == {None}


def test_what_is_at_least_is_not_called_good() -> None:
    """Concerning stands: what is missing only makes it worse. Nine calls in ten known are enough for a verdict."""
    good = Unit(Decimal(100), Decimal(1000), Decimal(20_000), known_share=Decimal("0.7"))
    assert good.is_at_least
    assert good.judged == dict.fromkeys(("ai_cost_ratio", "gross_margin", "cost_per_request_usd"))
    assert set(replace(good, known_share=Decimal("0.9")).judged.values()) == {"good"}
    assert replace(NOW, known_share=Decimal("0.1")).judged["gross_margin"] == "concerning"
    assert project(good, Growth(NONE, NONE, NONE, NONE), 1)[1].known_share == Decimal("0.7")


@pytest.mark.parametrize("rate", ["0", "0.05"])
def test_a_margin_on_the_target_has_not_turned_yet(rate: str) -> None:
    """Whatever the split of costs: a path is a float, and 30 % of it may be a digit less."""
    growth = Growth(surely(Decimal(rate)), NONE, NONE, NONE)
    for cost in range(100, 7000, 37):
        now = Unit(Decimal(cost), Decimal(10_000), other_cost_usd=Decimal(7000 - cost))
        found = turning(now, growth, 3, Decimal("0.3"))
        assert found.is_there_now
        assert (found.expected, found.p10, found.p50, found.p90, found.share_never) == (None, None, None, None, 1)


def test_users_grow_requests_cheapen_other_costs_stay() -> None:
    growth = Growth(surely(Decimal("0.1")), NONE, NONE, surely(Decimal("0.05")))
    after = project(NOW, growth, 12)[1]
    assert after == Unit(Decimal(627), Decimal(1100), Decimal(6600), Decimal(110), Decimal(500))


def test_the_month_it_turns_follows_from_scale() -> None:
    growth = Growth(surely(Decimal("0.1")), NONE, NONE, NONE)
    found = turning(NOW, growth, 24, Decimal(0))
    assert not found.is_there_now
    # 400 × 1.1^n ≥ 500
    assert [found.expected, found.p10, found.p50, found.p90, found.share_never] == [3, 3, 3, 3, 0]
    assert found.margin_p50[0] == pytest.approx(-0.1)


def test_a_good_margin_can_be_eaten_by_longer_use() -> None:
    growth = Growth(NONE, surely(Decimal("0.1")), NONE, NONE)
    found = turning(Unit(Decimal(500), Decimal(1000)), growth, 24, Decimal(0))
    assert found.is_there_now
    assert found.expected == 8, "500 × 1.1^8 is the first above 1,000"


def test_uncertain_rates_spread_the_month() -> None:
    growth = Growth(Rate(Decimal("0.05"), Decimal("0.01"), Decimal("0.12")), NONE, NONE, surely(Decimal("0.01")))
    found = turning(NOW, growth, 36, Decimal(0))
    assert found.p10 is not None
    assert found.p50 is not None
    assert found.p10 < found.p50
    assert found == turning(NOW, growth, 36, Decimal(0)), "the same figures, the same paths"
    low, high = (
        turning(NOW, Growth(surely(Decimal(rate)), NONE, NONE, surely(Decimal("0.01"))), 36, Decimal(0))
        for rate in ("0.12", "0.01")
    )
    # a tenth of the paths lies beyond each end of the range; the crossing may fall just beside a month's end
    ends = ((found.p10, low.expected), (found.p90, high.expected))
    assert all(abs((month or 99) - (alone or -99)) <= 1 for month, alone in ends)
    assert all(a <= b <= c for a, b, c in zip(found.margin_p10, found.margin_p50, found.margin_p90, strict=True))


def test_what_never_turns_says_so() -> None:
    found = turning(NOW, Growth(NONE, NONE, NONE, NONE), 36, Decimal(0))
    assert (found.expected, found.p50, found.share_never) == (None, None, 1.0)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (lambda: turning(Unit(Decimal(5)), Growth(NONE, NONE, NONE, NONE), 12, Decimal(0)), "no revenue"),
        (lambda: Rate(Decimal(1), Decimal(2), Decimal(3)), "expected low ≤ expected ≤ high"),
        (lambda: project(NOW, Growth(NONE, NONE, NONE, NONE), 0), "months is 0, expected 1 to 120"),
        (lambda: Growth(NONE, NONE, NONE, surely(Decimal(1))), "efficiency is up to 1"),
        (lambda: Unit(Decimal(-1)), "cost_usd is -1"),
        (lambda: own([Item("a", "direct", Decimal(1)), Item("a", "hidden", Decimal(1))]), "a stands twice"),
        (lambda: Item("a", "other", Decimal(1)), "kind of a is 'other'"),
        (lambda: scores([Criterion("a", Decimal("0.9"), Decimal(1), Decimal(1))]), "weights add up to 0.9"),
        (lambda: Criterion("a", Decimal(1), Decimal(6), Decimal(1)), r"score of a \(build\) is 6"),
        (lambda: requests_by_month([], 3), "at least one month"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said(wrong: object, complaint: str) -> None:
    with pytest.raises(DecisionError, match=complaint):
        wrong()  # type: ignore[operator]


def test_building_pays_in_the_end_where_requests_are_dear() -> None:
    build, buy = Build(1, Decimal(1), Decimal(1000), Decimal(100), Decimal(0)), Buy(Decimal(1))
    found = compare(build, buy, requests_by_month([Decimal(200)], 24, Decimal("0.1")))
    before, at = found.months[found.crosses - 2], found.months[found.crosses - 1]  # type: ignore[operator]
    assert before.build_so_far_usd >= before.buy_so_far_usd
    assert at.build_so_far_usd < at.buy_so_far_usd
