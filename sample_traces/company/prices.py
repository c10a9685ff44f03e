"""List prices typed by hand from the providers' price pages, in US dollars per million tokens.

Deliberately a second source: the product takes its prices from a package, the truth takes them from here, and a test
compares the two. Checked 2026-11-22. Cache writes are priced for five minutes and for one hour.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sample_traces.company.events import Call, Model, Rate, Usage

MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens of each kind; ``None`` where the provider has no such kind."""

    input: Decimal
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None


def _price(*figures: str) -> Price:
    return Price(*(Decimal(figure) for figure in figures))


LIST_PRICES: dict[tuple[str, str], Price] = {
    ("openai", "gpt-4o"): _price("2.50", "10.00", "1.25"),
    ("openai", "gpt-4o-mini"): _price("0.15", "0.60", "0.075"),
    ("openai", "gpt-5-mini"): _price("0.25", "2.00", "0.025"),
    ("openai", "text-embedding-3-small"): _price("0.02"),
    ("anthropic", "claude-haiku-4-5"): _price("1.00", "5.00", "0.10", "1.25", "2.00"),
    ("anthropic", "claude-sonnet-4-5"): _price("3.00", "15.00", "0.30", "3.75", "6.00"),
    ("gcp.gemini", "gemini-2.5-flash"): _price("0.30", "2.50", "0.03"),
}
"""Public list prices by provider and requested model. The simulation stays below every long-context tier."""


def price_of(model: Model, on: date, rates: list[Rate]) -> Price | None:
    """Price of a model on a UTC day: the company's own dated rate, else the list price, else ``None`` (unpriced)."""
    own = {
        rate.token_kind: rate.usd_per_million
        for rate in rates
        if (rate.provider, rate.model) == (model.provider, model.request)
        and rate.valid_from <= on
        and (rate.valid_to is None or on < rate.valid_to)
    }
    return Price(**own) if own else LIST_PRICES.get((model.provider, model.request))


def cost_of(call: Call, rates: list[Rate]) -> Decimal | None:
    """Exact US dollars of a call; ``None`` where its usage or its price is unknown."""
    day = datetime.fromtimestamp(call.started_ns // 1_000_000_000, UTC).date()
    price = price_of(call.model, day, rates)
    if call.usage is None or price is None:
        return None
    return (
        sum((tokens * _known(unit, kind, call) for kind, tokens, unit in _leaves(call.usage, price)), Decimal(0))
        / MILLION
    )


def _leaves(usage: Usage, price: Price) -> list[tuple[str, int, Decimal | None]]:
    """Disjoint kinds with their tokens and unit prices; kinds without tokens are left out."""
    cached, written = usage.cached or 0, usage.cache_write or 0
    one_hour = usage.cache_write_1h or 0
    leaves = [
        ("uncached input", usage.input_tokens - cached - written, price.input),
        ("cache read", cached, price.cache_read),
        ("cache write", written - one_hour, price.cache_write),
        ("one-hour cache write", one_hour, price.cache_write_1h),
        ("output", usage.output_tokens or 0, price.output),
    ]
    if any(tokens < 0 for _, tokens, _ in leaves):
        raise ValueError(f"parts of {usage} are larger than the whole")
    return [leaf for leaf in leaves if leaf[1]]


def _known(unit: Decimal | None, kind: str, call: Call) -> Decimal:
    if unit is None:
        raise ValueError(f"{call.model.request} has no price for {kind}, but call {call.span_id} has such tokens")
    return unit
