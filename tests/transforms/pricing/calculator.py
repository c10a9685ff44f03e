"""A calculator for tests: what rates make of a usage, by the rules that docs/prices.md states."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from transforms.pricing.prices import Rate


def card(
    rates: Iterable[Rate], input_tokens: int, when: datetime, tier: str = "standard", region: str | None = None
) -> dict[str, Decimal]:
    """The unit prices that hold together for a call of one model: its own tier before standard, its region before
    any, a time of day before none, then the highest context tier that its input exceeds."""
    fitting = [rate for rate in rates if _fits(rate, input_tokens, when, tier, region)]
    best: dict[str, Rate] = {}
    for rate in sorted(fitting, key=lambda rate: _preference(rate, tier)):
        best[rate.token_kind] = rate
    top = max((_preference(rate, tier) for rate in fitting), default=None)
    return {kind: rate.unit_price_usd for kind, rate in best.items() if _preference(rate, tier) == top}


def _fits(rate: Rate, input_tokens: int, when: datetime, tier: str, region: str | None) -> bool:
    return (
        rate.service_tier in {"standard", tier}
        and rate.region in {None, region}
        and rate.valid_from <= when < rate.valid_to
        and rate.input_tokens_above < input_tokens
        and (rate.time_from is None or rate.time_to is None or rate.time_from <= when.time() < rate.time_to)
    )


def _preference(rate: Rate, tier: str) -> tuple[bool, bool, bool, int]:
    return (
        rate.service_tier == tier,
        rate.region is not None,
        rate.time_from is not None,
        rate.input_tokens_above,
    )


def cost(
    rates: Iterable[Rate],
    tokens: Mapping[str, int],
    when: datetime,
    tier: str = "standard",
    region: str | None = None,
) -> Decimal:
    """US dollars of one answered call of one model."""
    input_tokens = sum(count for kind, count in tokens.items() if kind != "output")
    prices = card(rates, input_tokens, when, tier, region)
    used = {kind: count for kind, count in tokens.items() if count} | ({"request": 1} if "request" in prices else {})
    return sum((prices[kind] * count for kind, count in used.items()), Decimal(0))
