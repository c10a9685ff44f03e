"""The load as it was: what a fleet serves of it, and from which multiple on it pays."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.decisions.checks import DecisionError
from transforms.decisions.gpus import choices, read_gpus, shipped
from transforms.decisions.lengths import Band, by_length, together
from transforms.decisions.load import Curve, Hour, months_until
from transforms.decisions.selfhost import Fleet, Request, break_even

FLEET = Fleet(1, Decimal(2), Decimal(1000), Decimal("0.8"), Decimal(60))
"""An hour: 3.6 M tokens, at most 2.88 M in fact; a month: $1,500."""


def hour(millions: str) -> Hour:
    tokens = int(Decimal(millions) * 10**6)
    return Hour(tokens // 1000, 0, tokens, Decimal(millions))  # a dollar per million tokens


def test_an_even_load_is_the_plain_formula() -> None:
    curve = Curve([hour("1.44")] * 24, 24)
    found = curve.served(FLEET)
    assert (found.share_served, found.busy, found.peak, found.overflow_usd) == (1, Decimal("0.4"), Decimal("0.5"), 0)
    assert found.api_usd == Decimal("1.44") * 720
    assert curve.crossing(FLEET) == FLEET.usd_per_month / found.api_usd


def test_the_same_tokens_in_few_hours_are_too_many_for_them() -> None:
    even, peaked = Curve([hour("2.4")] * 24, 24), Curve([hour("14.4")] * 4, 24)
    assert even.requests == peaked.requests
    assert even.served(FLEET).saving_usd > 0 > peaked.served(FLEET).saving_usd
    assert peaked.served(FLEET).share_served == Decimal("0.2")
    assert peaked.crossing(FLEET) is None, "four full hours a day are worth $345.60 a month"


def test_a_fleet_has_one_capacity() -> None:
    """All hours full are what an even load may be, whatever the share of time it serves."""
    for share in ("0.3", "0.8", "1"):
        fleet = replace(FLEET, utilisation=Decimal(share), prefill_tokens_per_second=Decimal(10_000))
        curve = Curve([Hour(1000, 4_000_000, 1_000_000, Decimal(1))] * 24, 24)
        served = curve.served(fleet, Decimal(100))
        capacity = break_even(fleet, Request(Decimal(1000), Decimal(4000)), Decimal(1)).capacity_requests
        assert served.busy == fleet.utilisation
        assert abs(served.share_served * 100 * curve.a_month(curve.requests, fleet) - capacity) < Decimal("1e-15")


def test_hours_without_requests_cost_as_much() -> None:
    assert (
        Curve([hour("1")] * 5, 10).served(FLEET).fleet_usd == Curve([hour("1")] * 5, 5).served(FLEET).fleet_usd == 1500
    )


@given(st.lists(st.integers(0, 20_000_000), min_size=1, max_size=30).filter(any), st.integers(1, 5000))
def test_the_crossing_is_where_it_begins_to_pay(tokens: list[int], dollars_per_billion: int) -> None:
    hours = [Hour(1, 0, one, Decimal(one) * dollars_per_billion / 10**8) for one in tokens]
    curve = Curve(hours, len(hours))
    at = curve.crossing(FLEET)
    if at is None:
        assert curve.served(FLEET, Decimal(10) ** 12).saving_usd < Decimal("0.0001")
    else:
        assert abs(curve.served(FLEET, at).saving_usd) < Decimal("0.0001")
        assert curve.served(FLEET, at * Decimal("0.99")).saving_usd < 0


@given(st.lists(st.integers(0, 20_000_000), min_size=1, max_size=30).filter(any))
def test_own_and_overflow_are_never_more_than_the_api_takes_and_the_fleet(tokens: list[int]) -> None:
    found = Curve([Hour(1, one, one, Decimal(one) / 10**6) for one in tokens], len(tokens) + 3).served(FLEET)
    assert 0 <= found.overflow_usd <= found.api_usd
    assert found.own_usd <= found.api_usd + found.fleet_usd
    assert 0 < found.share_served <= 1
    assert found.busy <= Decimal("0.8")


def test_a_load_grows_into_it() -> None:
    assert [months_until(Decimal(2), Decimal(growth)) for growth in ("0", "0.1", "1")] == [None, 8, 1]
    assert months_until(Decimal("0.9"), Decimal(0)) == 0


def test_every_kind_of_gpu_serves_the_greatest_hour() -> None:
    found = choices(shipped(), Curve([hour("30"), hour("3")], 2), FLEET, 500)
    assert len(found) == len(shipped())
    assert all(choice.served.share_served == 1 for choice in found)
    assert [choice.served.own_usd for choice in found] == sorted(choice.served.own_usd for choice in found)
    by_name = {choice.gpu.name: choice for choice in found}
    assert by_name["L4"].answer_ms == 400 + 1000 * Decimal(500) / 18
    assert by_name["L4"].is_fast_enough(Decimal(5000)) is False
    assert by_name["L4"].is_fast_enough(None) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("L4,0,600,mine", "gpus.csv:2: usd_per_gpu_hour is 0, expected more than 0"),
        ("L4,1,fast,mine", "gpus.csv:2: tokens_per_second is 'fast', expected a number"),
        ("L4,1,600,", "gpus.csv:2: source is empty"),
    ],
)
def test_a_wrong_table_says_where(line: str, complaint: str) -> None:
    with pytest.raises(DecisionError, match=complaint):
        read_gpus(f"gpu,usd_per_gpu_hour,tokens_per_second,source\n{line}\n", "gpus.csv")


def test_lengths_decide_capacity_and_their_mean_the_break_even() -> None:
    bands = [Band(100, 900, 0, 90_000, Decimal("0.09")), Band(None, 100, 0, 100_000, Decimal("0.1"))]
    short, long = (found for _, found in by_length(FLEET, bands))
    assert short.capacity_requests == 10 * long.capacity_requests
    assert together(bands).mean.output_tokens == 190


def test_a_load_without_answers_is_none() -> None:
    with pytest.raises(DecisionError, match="nothing to serve"):
        Curve([Hour(3, 100, 0, Decimal(1))], 24)
