"""The worked numbers of the product's description, by function."""

from decimal import Decimal

import pytest

from transforms.decisions.build_or_buy import USUAL_CRITERIA, Build, Buy, compare, requests_by_month, scores
from transforms.decisions.selfhost import BreakEven, Fleet, Request, api_usd, break_even
from transforms.decisions.tco import EXAMPLE, own
from transforms.decisions.unit_economics import AI_COST_RATIO, COST_PER_REQUEST, GROSS_MARGIN

FLEET = Fleet(2, Decimal("2.50"), Decimal(2000), Decimal("0.5"), Decimal(1500), Decimal(500))
YEAR_ONE = [Decimal(millions) * 10**6 for millions in (10, 12, 15, 18, 22, 26, 30, 34, 38, 42, 46, 50)]


def meets(output_tokens: int, price: str) -> BreakEven:
    request = Request(Decimal(output_tokens))
    return break_even(FLEET, request, api_usd(request, Decimal(price)))


def test_a_request_and_a_day() -> None:
    usd = api_usd(Request(Decimal(500), Decimal(2000)), Decimal(30), Decimal(5))
    assert usd == Decimal("0.025")
    assert usd * 10**6 == 25000


def test_the_fleet_costs_the_same_whatever_it_serves() -> None:
    assert FLEET.usd_per_month == 5600
    assert FLEET.seconds_per_month * FLEET.tokens_per_second == 2_592_000_000


@pytest.mark.parametrize(
    ("tokens", "capacity", "usd", "millions"),
    [(100, 25_920_000, "0.000085", "65.9"), (500, 5_184_000, "0.000425", "13.2")],
)
def test_at_a_low_price_it_never_pays(tokens: int, capacity: int, usd: str, millions: str) -> None:
    found = meets(tokens, "0.85")
    assert (found.capacity_requests, found.usd_per_request) == (capacity, Decimal(usd))
    assert found.requests is not None
    assert round(found.requests / 10**6, 1) == Decimal(millions)
    assert not found.is_within_capacity
    assert (found.gpus, found.requests_with_gpus) == (None, None)


def test_at_a_high_price_it_pays_well_inside_capacity() -> None:
    found = meets(500, "30")
    assert found.usd_per_request == Decimal("0.015")
    assert found.requests is not None
    assert round(found.requests) == 373_333
    assert found.is_within_capacity
    assert found.gpus == 1


def test_build_or_buy_over_24_months() -> None:
    build = Build(3, Decimal(2), Decimal(15000), Decimal(6000), Decimal("0.25"))
    buy = Buy(Decimal("0.0001"))
    found = compare(build, buy, requests_by_month(YEAR_ONE, 24))
    assert (found.build_usd, found.buy_usd, found.requests) == (294_750, 94_300, 943_000_000)
    assert found.crosses is None
    assert found.even_requests(buy) == 2_947_500_000
    assert scores(USUAL_CRITERIA) == (Decimal("3.6"), Decimal("3.3"))


def test_total_cost_of_ownership() -> None:
    found = own(EXAMPLE)
    assert [found.of_kind(kind) for kind in ("direct", "indirect", "hidden")] == [48_000, 25_000, 7_000]
    assert found.total_usd == 80_000


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        (AI_COST_RATIO, {"0.51": "concerning", "0.5": "acceptable", "0.2": "acceptable", "0.19": "good"}),
        (GROSS_MARGIN, {"0.29": "concerning", "0.3": "acceptable", "0.6": "acceptable", "0.61": "good"}),
        (COST_PER_REQUEST, {"0.11": "concerning", "0.10": "acceptable", "0.01": "acceptable", "0.009": "good"}),
    ],
)
def test_thresholds(scale: object, values: dict[str, str]) -> None:
    assert {value: scale.judge(Decimal(value)) for value in values} == values  # type: ignore[attr-defined]
