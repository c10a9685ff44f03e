"""Prices as dated rate rows: what a token of each kind costs, for which model, from when, and where that is written.

Base data is the genai-prices package; the user's own rates come on top (`transforms.price_overrides`). Rows are in
US dollars a token; intervals are half-open, in UTC. Within one (provider, model, tier, kind) intervals never overlap,
so a call meets exactly one rate.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
from genai_prices import data_snapshot, types

from transforms.columns import MONEY

TOKEN_KINDS = {
    "input": "input_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
}
"""Our token kind -> field of genai-prices, US dollars a million tokens."""

BILLED_AS = {"cache_read": "input", "cache_write": "input", "cache_write_1h": "cache_write"}
"""A kind without a rate of its own is billed as this one (genai-prices' rule for units without a price)."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)
MILLION = Decimal(1_000_000)
SMALLEST = Decimal("1e-12")


class PriceError(ValueError):
    """A price row that cannot be meant as written; names file line, column and value."""


@dataclass(frozen=True)
class Rate:
    """One rate row of `dim_prices`."""

    price_provider: str
    price_model: str
    token_kind: str
    unit_price_usd: Decimal
    service_tier: str = "standard"
    input_tokens_above: int = -1
    valid_from: datetime = BEGINNING
    valid_to: datetime = END
    time_from: time | None = None
    time_to: time | None = None
    source: str = "genai-prices"
    source_url: str | None = None
    checked_on: date | None = None

    @property
    def price_id(self) -> str:
        """Hash of everything the row says."""
        return hashlib.md5(repr(self).encode(), usedforsecurity=False).hexdigest()


SCHEMA = pa.schema(
    [
        ("price_id", pa.string()),
        ("price_provider", pa.string()),
        ("price_model", pa.string()),
        ("token_kind", pa.string()),
        ("service_tier", pa.string()),
        ("input_tokens_above", pa.int64()),
        ("valid_from", pa.timestamp("us", tz="UTC")),
        ("valid_to", pa.timestamp("us", tz="UTC")),
        ("time_from", pa.time64("us")),
        ("time_to", pa.time64("us")),
        ("unit_price_usd", MONEY),
        ("source", pa.string()),
        ("source_url", pa.string()),
        ("checked_on", pa.date32()),
    ]
)


def table(rates: Iterable[Rate]) -> pa.Table:
    """Rate rows as a table with `SCHEMA`."""
    return pa.Table.from_pylist([vars(rate) | {"price_id": rate.price_id} for rate in rates], schema=SCHEMA)


def package_rates() -> list[Rate]:
    """Every rate of the installed genai-prices that is priced by token."""
    snapshot = data_snapshot.get_snapshot()
    return [
        rate for provider in snapshot.providers for model in provider.models for rate in _model_rates(provider, model)
    ]


def _model_rates(provider: types.Provider, model: types.ModelInfo) -> Iterator[Rate]:
    url = provider.pricing_urls[0] if provider.pricing_urls else None
    blank = Rate(provider.id, model.id, "input", Decimal(0), source_url=url)
    entries = model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
    dated = [entry for entry in entries if not isinstance(entry.constraint, types.TimeOfDateConstraint)]
    ends = [_starts(entry.constraint) for entry in dated[1:]] + [END]
    for entry, end in zip(dated, ends, strict=True):
        yield from _rates(replace(blank, valid_from=_starts(entry.constraint), valid_to=end), entry.prices)
    for entry in entries:
        if isinstance(entry.constraint, types.TimeOfDateConstraint):
            for start, stop in _clock_windows(entry.constraint):
                yield from _rates(replace(blank, time_from=start, time_to=stop), entry.prices)
    standard = dated[-1].prices
    for tier, starts, prices in _tiers(model):
        merged = {
            kind: getattr(prices, field, None) or getattr(standard, field, None) for kind, field in TOKEN_KINDS.items()
        }
        yield from _merged_rates(replace(blank, service_tier=tier, valid_from=starts), merged)


def _tiers(model: types.ModelInfo) -> Iterator[tuple[str, datetime, types.ModelPrice]]:
    """Flex, priority and batch rates, which the package gives as variants of the newest standard price."""
    seen: set[str] = set()
    for variant in model.price_variants or []:
        tier = variant.when.get("service_tier") or variant.when.get("processing")
        if len(variant.when) == 1 and tier in {"flex", "priority", "batch"} and tier not in seen:
            seen.add(tier)
            yield tier, _starts(variant.constraint), variant.prices


def _starts(constraint: object) -> datetime:
    if isinstance(constraint, types.StartDateConstraint):
        return datetime.combine(constraint.start_date, time(), tzinfo=UTC)
    return BEGINNING


def _clock_windows(constraint: types.TimeOfDateConstraint) -> list[tuple[time, time]]:
    start, stop = constraint.start_time.replace(tzinfo=None), constraint.end_time.replace(tzinfo=None)
    return [(start, stop)] if start < stop else [(start, time.max), (time.min, stop)]


def _rates(blank: Rate, prices: types.ModelPrice) -> Iterator[Rate]:
    yield from _merged_rates(blank, {kind: getattr(prices, field, None) for kind, field in TOKEN_KINDS.items()})


def _merged_rates(blank: Rate, prices: dict[str, Decimal | types.TieredPrices | None]) -> Iterator[Rate]:
    """One row per kind and context tier; a tier of one kind splits every kind, so that a card is whole."""
    starts = sorted(
        {tier.start for price in prices.values() if isinstance(price, types.TieredPrices) for tier in price.tiers}
    )
    for above in [-1, *starts]:
        for kind in TOKEN_KINDS:
            price = _at(_billed(prices, kind), above)
            if price is not None:
                yield replace(blank, token_kind=kind, input_tokens_above=above, unit_price_usd=_published(price))


def _billed(prices: dict[str, Decimal | types.TieredPrices | None], kind: str) -> Decimal | types.TieredPrices | None:
    price = prices[kind]
    return _billed(prices, BILLED_AS[kind]) if price is None and kind in BILLED_AS else price


def _at(price: Decimal | types.TieredPrices | None, above: int) -> Decimal | None:
    if not isinstance(price, types.TieredPrices):
        return price
    current = price.base
    for tier in price.tiers:
        if tier.start <= above:
            current = tier.price
    return current


def _published(usd_per_million: Decimal) -> Decimal:
    """The package writes some rates with a float's noise in the seventeenth digit; twelve decimals per token hold
    every published rate."""
    return (usd_per_million / MILLION).quantize(SMALLEST)


def per_token(usd_per_million: Decimal) -> Decimal:
    """US dollars a token. Raises PriceError where twelve decimals cannot hold it."""
    price = usd_per_million / MILLION
    if price != price.quantize(SMALLEST):
        raise PriceError(f"{usd_per_million} USD per million tokens needs more than 12 decimals per token")
    return price.quantize(SMALLEST)
