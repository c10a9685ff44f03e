"""Rate rows against the package's own calculator, and the user's overrides."""

import itertools
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price, data_snapshot
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from transforms import price_overrides, prices
from transforms.prices import PriceError, Rate

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
RATES = prices.package_rates()
BY_MODEL: dict[tuple[str, str], list[Rate]] = defaultdict(list)
for _rate in RATES:
    BY_MODEL[_rate.price_provider, _rate.price_model].append(_rate)

MODELS = sorted(
    (provider.id, model.id)
    for provider in data_snapshot.get_snapshot().providers
    for model in provider.models
    if all(kind in {r.token_kind for r in BY_MODEL[provider.id, model.id]} for kind in ("input", "output"))
)


def cost(rates: list[Rate], tokens: dict[str, int], when: datetime = WHEN) -> Decimal:
    """What the rates of one model make of a usage: the most specific valid card."""
    total_input = sum(count for kind, count in tokens.items() if kind != "output")
    valid = [
        rate
        for rate in rates
        if rate.service_tier == "standard"
        and rate.valid_from <= when < rate.valid_to
        and rate.input_tokens_above < total_input
        and (rate.time_from is None or rate.time_to is None or rate.time_from <= when.time() < rate.time_to)
    ]
    best = {
        kind: max(
            (r for r in valid if r.token_kind == kind), key=lambda r: (r.time_from is not None, r.input_tokens_above)
        )
        for kind, count in tokens.items()
        if count
    }
    return sum((best[kind].unit_price_usd * count for kind, count in tokens.items() if count), Decimal(0))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(MODELS), *(st.integers(min_value=0, max_value=300_000) for _ in range(4)),
)  # fmt: skip
def test_rates_agree_with_the_packages_calculator(
    model: tuple[str, str], uncached: int, cached: int, written: int, output: int
) -> None:
    usage = Usage(
        input_tokens=uncached + cached + written,
        cache_read_tokens=cached,
        cache_write_tokens=written,
        output_tokens=output,
    )
    try:
        calculated = calc_price(usage, model[1], provider_id=model[0], genai_request_timestamp=WHEN)
    except LookupError:
        reject()  # a few ids of the package are not names of its own
    assume(calculated.model.id == model[1])
    theirs = calculated.total_price
    tokens = {"input": uncached, "cache_read": cached, "cache_write": written, "output": output}
    if uncached + cached + written == 0:
        return  # a tier is chosen by input; without any there is nothing to compare but output at the base rate
    # a rate has twelve decimals a token; some published ones (a third of a cent a thousand) have more
    rounding = prices.SMALLEST / 2 * sum(tokens.values())
    assert abs(cost(BY_MODEL[model], tokens) - theirs) <= rounding


def test_worked_number() -> None:
    """2,000 input and 500 output tokens at $5 and $30 a million are $0.025."""
    own = price_overrides.read_overrides(
        "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"
        "acme,m,input,5,,,contract\nacme,m,output,30,,,contract\n",
        "prices.csv",
    )
    assert cost(list(price_overrides.combine([], own)), {"input": 2000, "output": 500}) == Decimal("0.025")


def test_an_override_replaces_the_packages_rates_while_it_is_valid() -> None:
    own = price_overrides.read_overrides(
        "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"
        "openai,gpt-4o,input,1,2026-10-01,2026-11-01,deal\nopenai,gpt-4o,output,2,2026-10-01,2026-11-01,deal\n",
        "prices.csv",
    )
    rates = [
        r for r in price_overrides.combine(RATES, own) if (r.price_provider, r.price_model) == ("openai", "gpt-4o")
    ]
    tokens = {"input": 1_000_000, "cache_read": 1_000_000, "output": 1_000_000}
    # the contract names no cache rate: cache reads are billed as input
    assert cost(rates, tokens, datetime(2026, 10, 15, tzinfo=UTC)) == 4
    for outside in (datetime(2026, 9, 30, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)):
        assert cost(rates, tokens, outside) == Decimal("13.75")


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
    header = ",".join(price_overrides.OVERRIDE_COLUMNS)
    with pytest.raises(PriceError, match=r"prices\.csv") as caught:
        price_overrides.read_overrides(f"{header}\n{row}\n", "prices.csv")
    assert named in str(caught.value)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(PriceError, match=r"missing column.*source"):
        price_overrides.read_overrides(
            "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to\n", "p.csv"
        )


def test_no_two_rates_of_one_card_overlap() -> None:
    seen: dict[tuple[object, ...], list[Rate]] = defaultdict(list)
    for rate in RATES:
        key = (rate.price_provider, rate.price_model, rate.token_kind, rate.service_tier, rate.input_tokens_above)
        seen[*key, rate.time_from].append(rate)
    for rates in seen.values():
        ordered = sorted(rates, key=lambda rate: rate.valid_from)
        for one, two in itertools.pairwise(ordered):
            assert one.valid_to <= two.valid_from, (one, two)
