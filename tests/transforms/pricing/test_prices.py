"""Rate rows against the package's own calculator, and the user's overrides."""

import itertools
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from genai_prices import Usage, data_snapshot, types
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.pricing.calculator import cost
from transforms.pricing import overrides, prices
from transforms.pricing.prices import PriceError, Rate

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
RATES = prices.package_rates()
BY_MODEL: dict[tuple[str, str], list[Rate]] = defaultdict(list)
for _rate in RATES:
    BY_MODEL[_rate.price_provider, _rate.price_model].append(_rate)

PROVIDERS = data_snapshot.get_snapshot().providers
ASKED = [
    (provider, model, context)
    for provider in PROVIDERS
    for model in provider.models
    if any(rate.token_kind == "input" for rate in BY_MODEL[provider.id, model.id])
    for context in ({}, *(variant.when for variant in model.price_variants or [] if len(variant.when) == 1))
    if not context or next(iter(context)) in prices.TIER_KEYS
]
"""Every model priced by token, in each of its tiers."""

VARIED = [asked for asked in ASKED if asked[2] or isinstance(asked[1].prices, list)]
"""Those with more than one price: tiers, dates, times of day; rare among all, so drawn from apart."""


def _mostly_small(most: int) -> st.SearchStrategy[int]:
    return st.one_of(st.just(0), st.integers(0, 1000), st.integers(0, most), st.sampled_from([200_000, 200_001]))


@settings(max_examples=1200)
@given(
    st.one_of(st.sampled_from(ASKED), st.sampled_from(VARIED)),
    st.tuples(*(_mostly_small(600_000) for _ in range(5))),
    st.integers(0, 4 * 365 * 24 * 60),
)
def test_rates_agree_with_the_packages_calculator(
    asked: tuple[types.Provider, types.ModelInfo, dict[str, str]],
    counts: tuple[int, int, int, int, int],
    minutes: int,
) -> None:
    provider, model, context = asked
    rates = BY_MODEL[provider.id, model.id]
    uncached, cached, written, written_1h, output = counts
    if not any(rate.token_kind == "output" for rate in rates):
        output = 0
    when = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    usage = Usage(
        input_tokens=uncached + cached + written + written_1h,
        cache_read_tokens=cached,
        cache_write_tokens=written + written_1h,
        cache_write_1h_tokens=written_1h,
        output_tokens=output,
    )
    theirs = model.calc_price(usage, provider, genai_request_timestamp=when, price_context=context).total_price
    tokens = dict(zip(("input", "cache_read", "cache_write", "cache_write_1h", "output"), counts, strict=True))
    tier = next(iter(context.values()), "standard")
    ours = cost(rates, tokens | {"output": output}, when, tier)
    assert abs(ours - theirs) <= max(Decimal("1e-12"), _rounding(model, tokens))


def _rounding(model: types.ModelInfo, tokens: dict[str, int]) -> Decimal:
    """A rate has twelve decimals a token; a few published ones (a third of a cent a thousand) have more, and these
    alone may differ, by half of the last decimal a token."""
    if all(_fits(price) for one in _stated(model) for price in vars(one).values() if price is not None):
        return Decimal(0)
    return prices.SMALLEST / 2 * sum(tokens.values())


def _stated(model: types.ModelInfo) -> list[types.ModelPrice]:
    entries = model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
    return [*(entry.prices for entry in entries), *(variant.prices for variant in model.price_variants or [])]


def _fits(price: Decimal | types.TieredPrices) -> bool:
    amounts = [price.base, *(tier.price for tier in price.tiers)] if isinstance(price, types.TieredPrices) else [price]
    return all(amount == amount.quantize(Decimal("1e-6")) for amount in amounts)


def test_every_price_of_the_package_is_of_a_kind_we_know() -> None:
    """Where this fails, an upgrade of genai-prices brought a new kind of price: name it in units.OTHER_KINDS."""
    fields = {
        field
        for provider in PROVIDERS
        for model in provider.models
        for stated in _stated(model)
        for field, price in vars(stated).items()
        if price is not None
    }
    assert fields - set(prices.KINDS.values()) == set()


def test_every_tier_of_the_package_is_one_we_read() -> None:
    """Perplexity's search types choose a fee, OpenRouter's routes a provider; every other variant is a tier."""
    keys = {key for one in PROVIDERS for model in one.models for v in model.price_variants or [] for key in v.when}
    assert keys - set(prices.TIER_KEYS) == {"search_type", "route"}


def test_worked_number() -> None:
    """2,000 input and 500 output tokens at $5 and $30 a million are $0.025."""
    own = overrides.read_overrides(
        "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"
        "acme,m,input,5,,,contract\nacme,m,output,30,,,contract\n",
        "prices.csv",
    )
    one = cost(own, {"input": 2000, "output": 500}, WHEN)
    assert one == Decimal("0.025")
    assert one * 1_000_000 == 25_000


def test_worked_levers() -> None:
    """Two million requests a day of 2,000 and 1,000 tokens at $5 and $30 are $80,000; the levers in sequence."""
    own = overrides.read_overrides(
        "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"
        "acme,large,input,5,,,x\nacme,large,output,30,,,x\nacme,small,input,1,,,x\nacme,small,output,5,,,x\n",
        "prices.csv",
    )
    large = [rate for rate in own if rate.price_model == "large"]
    small = [rate for rate in own if rate.price_model == "small"]

    def a_day(requests: int, input_tokens: int) -> tuple[Decimal, Decimal]:
        tokens = {"input": input_tokens, "output": 1000}
        return cost(large, tokens, WHEN) * requests, cost(small, tokens, WHEN) * requests

    assert a_day(2_000_000, 2000)[0] == 80_000
    assert a_day(1_500_000, 2000)[0] == 60_000  # a quarter from the cache
    routed = a_day(600_000, 2000)[0] + a_day(900_000, 2000)[1]
    assert routed == 60_000 - 29_700
    assert a_day(600_000, 1600)[0] + a_day(900_000, 1600)[1] == routed - 1_560 == 28_740


def test_a_price_holds_whole_while_it_is_valid() -> None:
    own = overrides.read_overrides(
        "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"
        "openai,gpt-4o,input,1,2026-10-01,2026-11-01,deal\nopenai,gpt-4o,output,2,2026-10-01,2026-11-01,deal\n",
        "prices.csv",
    )
    tokens = {"input": 1_000_000, "cache_read": 1_000_000, "output": 1_000_000}
    # the contract names no cache rate: cache reads are billed as input
    assert cost(own, tokens, datetime(2026, 10, 15, tzinfo=UTC)) == 4
    assert {(rate.valid_from, rate.valid_to) for rate in own} == {
        (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    }


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("openai,gpt-4o,inputs,1,,,x", "prices.csv:2: token_kind is 'inputs'"),
        ("openai,gpt-4o,input,cheap,,,x", "prices.csv:2: unit_price_usd_per_million is 'cheap'"),
        ("openai,gpt-4o,input,0.0000025,,,x", "is the unit per million"),
        ("openai,gpt-4o,input,2500000,,,x", "is the unit per million"),
        ("openai,gpt-4o,input,NaN,,,x", "is 'NaN', expected a number"),
        ("openai,gpt-4o,input,1", "prices.csv:2: the row ends before valid_from"),
        ("openai,gpt-4o,input,1,2026-05-01,2026-04-01,x", "prices.csv:2: valid_to 2026-04-01 is not after"),
        ("openai,gpt-4o,input,1,1st of May,,x", "prices.csv:2: '1st of May' is not a date"),
        ("openai,gpt-4o,input,1,,,x\nopenai,gpt-4o,input,2,2026-01-01,,x", "has two rates on 2026-01-01"),
    ],
)
def test_a_wrong_override_names_line_and_value(row: str, named: str) -> None:
    header = ",".join(overrides.OVERRIDE_COLUMNS)
    with pytest.raises(PriceError, match=r"prices\.csv") as caught:
        overrides.read_overrides(f"{header}\n{row}\n", "prices.csv")
    assert named in str(caught.value)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(PriceError, match=r"missing column.*source"):
        overrides.read_overrides("provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to\n", "p.csv")


def test_no_two_rates_of_one_card_overlap() -> None:
    seen: dict[tuple[object, ...], list[Rate]] = defaultdict(list)
    for rate in RATES:
        key = (rate.price_provider, rate.price_model, rate.token_kind, rate.service_tier, rate.input_tokens_above)
        seen[*key, rate.time_from].append(rate)
    for rates in seen.values():
        ordered = sorted(rates, key=lambda rate: rate.valid_from)
        for one, two in itertools.pairwise(ordered):
            assert one.valid_to <= two.valid_from, (one, two)
