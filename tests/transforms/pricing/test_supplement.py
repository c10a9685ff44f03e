"""Prices that the package lacks: cases 22, 23 and 25 with their numbers, and what the supplement may not do."""

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.transforms.pricing.calculator import cost
from transforms.pricing import prices
from transforms.pricing.ledger import UserFiles, ledger
from transforms.pricing.prices import Rate
from transforms.pricing.supplement import read_supplement
from transforms.yaml_lines import ConfigError

MODELS: dict[tuple[str, str], list[Rate]] = defaultdict(list)
for _rate in ledger(UserFiles()).rates:
    MODELS[_rate.price_provider, _rate.price_model].append(_rate)

JULY_2025, MAY_2026, NOVEMBER_2026 = (datetime(*day, tzinfo=UTC) for day in ((2025, 7, 1), (2026, 5, 1), (2026, 11, 1)))
MILLION = 1_000_000


def per_million(
    provider: str, model: str, kind: str, when: datetime, tier: str = "standard", *, beyond: int = 0
) -> Decimal:
    """US dollars a million tokens of a kind, in a request of so many uncached input tokens beside them."""
    rates = MODELS[provider, model]
    both, alone = ({"input": beyond, kind: 1 + (beyond if kind == "input" else 0)}, {"input": beyond})
    return (cost(rates, both, when, tier) - cost(rates, alone, when, tier)) * MILLION


@pytest.mark.parametrize(
    ("provider", "model", "when", "below", "above"),
    [
        ("anthropic", "claude-sonnet-4-0", JULY_2025, ("3", "15"), ("6", "22.5")),  # in beta
        ("anthropic", "claude-sonnet-4-0", MAY_2026, ("3", "15"), ("3", "15")),  # withdrawn
        ("anthropic", "claude-sonnet-4-6", datetime(2026, 3, 12, tzinfo=UTC), ("3", "15"), ("6", "22.5")),
        ("anthropic", "claude-sonnet-4-6", datetime(2026, 3, 13, tzinfo=UTC), ("3", "15"), ("3", "15")),  # GA
        ("google", "gemini-2.5-pro", NOVEMBER_2026, ("1.25", "10"), ("2.5", "15")),
    ],
)
def test_a_context_tier_is_for_the_whole_request_while_it_holds(
    provider: str, model: str, when: datetime, below: tuple[str, str], above: tuple[str, str]
) -> None:
    for size, (input_price, output_price) in ((200_000, below), (200_001, above)):
        usage = {"input": size, "output": 1_000}
        expected = (Decimal(input_price) * size + Decimal(output_price) * 1_000) / MILLION
        assert cost(MODELS[provider, model], usage, when) == expected, size


@pytest.mark.parametrize("when", [JULY_2025, MAY_2026, NOVEMBER_2026])
@pytest.mark.parametrize(
    ("provider", "model"),
    [("anthropic", "claude-opus-4-5"), ("anthropic", "claude-opus-4-1"), ("openai", "gpt-5"), ("openai", "o3")],
)
def test_batch_is_half_at_any_time_and_for_cached_tokens_too(provider: str, model: str, when: datetime) -> None:
    for kind in ("input", "output"):
        assert per_million(provider, model, kind, when, "batch") * 2 == per_million(provider, model, kind, when)
    if model != "o3":  # the page lists no cached rate for o3 in batch
        cached = per_million(provider, model, "cache_read", when, "batch")
        assert cached * 2 == per_million(provider, model, "cache_read", when)


def test_an_hours_cache_write_is_twice_the_input_and_half_of_that_in_a_batch() -> None:
    assert per_million("anthropic", "claude-sonnet-4-5", "cache_write_1h", MAY_2026) == 6
    assert per_million("anthropic", "claude-sonnet-4-5", "cache_write_1h", MAY_2026, "batch") == 3


def test_batch_beyond_272_thousand_tokens_is_half_of_twice_in_and_of_one_and_a_half_out() -> None:
    for when in (MAY_2026, NOVEMBER_2026):
        in_batch = cost(MODELS["openai", "gpt-5.4"], {"input": 272_001, "output": 1_000}, when, "batch")
        assert in_batch == (Decimal("2.5") * 272_001 + Decimal("11.25") * 1_000) / MILLION


def test_flex_is_half_and_never_a_multiple() -> None:
    for when in (MAY_2026, NOVEMBER_2026):
        usage = {"input": 10_000, "output": 2_000}
        rates = MODELS["openai", "gpt-5"]
        assert cost(rates, usage, when, "flex") * 2 == cost(rates, usage, when) == Decimal("0.0325")


def test_a_batch_on_bedrock_is_not_free() -> None:
    rates = MODELS["aws", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"]
    usage = {"input": 1_800, "output": 1_000}
    assert cost(rates, usage, MAY_2026, "batch") == Decimal("0.0102") == cost(rates, usage, MAY_2026) / 2


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        ("aws", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.00"),
        ("aws", "regional.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.30"),
        ("google", "claude-sonnet-4-5", "3.00"),
        ("google", "regional.claude-sonnet-4-5", "3.30"),
    ],
)
def test_regional_endpoints_cost_a_tenth_more(provider: str, model: str, price: str) -> None:
    assert per_million(provider, model, "input", MAY_2026) == Decimal(price)


def test_inference_kept_in_the_us_costs_a_tenth_more_in_every_tier() -> None:
    for tier, price in (("standard", "5.5"), ("batch", "2.75")):
        usage = {"input": MILLION}
        assert cost(MODELS["anthropic", "claude-opus-4-7"], usage, MAY_2026, tier, "us") == Decimal(price)
        assert cost(MODELS["anthropic", "claude-opus-4-7"], usage, MAY_2026, tier, "us-east-1") < Decimal(price)


def test_cached_tokens_are_stored_by_the_hour() -> None:
    (rate,) = [one for one in MODELS["google", "gemini-2.5-pro"] if one.token_kind == "cache_storage"]
    assert (rate.unit, rate.unit_price_usd * MILLION) == ("token_hour", Decimal("4.5"))


def test_every_supplementary_price_says_where_and_when_it_was_read() -> None:
    ours = [rate for rates in MODELS.values() for rate in rates if rate.source.startswith("supplement")]
    assert ours
    assert all(rate.source_url and rate.checked_on and rate.checked_on > date(2025, 1, 1) for rate in ours)


def test_the_supplement_says_nothing_twice() -> None:
    """Where this fails, an upgrade of genai-prices brought what supplement.yaml states: take it out there."""
    seen: dict[tuple[object, ...], list[Rate]] = defaultdict(list)
    for rate in (one for rates in MODELS.values() for one in rates):
        seen[*rate.card, rate.token_kind].append(rate)
    for rates in seen.values():
        ordered = sorted(rates, key=lambda rate: rate.valid_from)
        for one, two in itertools.pairwise(ordered):
            assert one.valid_to <= two.valid_from, (one, two)


SOURCE = "says: x\n    source_url: https://example.com\n    checked_on: 2026-11-22"
PART = "  - provider: anthropic\n    factor: 0.5\n"
RATE = f"rates:\n  - provider: a\n    model: m\n    prices: {{input: 1}}\n    unit: 1M tokens\n    {SOURCE}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"parts:\n{PART}    {SOURCE}\n{RATE}", "s.yaml:2: parts[1]: expected one of service_tier, region"),
        (f"parts:\n{PART}    region: us\n    models: claude-9\n    {SOURCE}\n{RATE}", "has no model 'claude-9'"),
        (f"parts:\n{PART}    region: us\n    {SOURCE}\n" + RATE.replace("1M tokens", "hour"), "not charged per hour"),
        (f"parts:\n{PART}    region: us\n    {SOURCE}\n" + RATE.replace("input: 1", "input: x"), "expected a number"),
    ],
)
def test_a_wrong_entry_names_file_and_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_supplement(text, "s.yaml", prices.package_rates())
    assert said in str(caught.value)
