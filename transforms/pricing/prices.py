"""Prices as dated rate rows: what a unit of each kind costs, for which model, from when, and where that is written.

Base data is the genai-prices package, completed by our own sourced rules (`supplement`); what the user pays instead
comes on top (`overrides`, `deployments`), and `ledger` puts all of it together. Rows are in US dollars a unit;
intervals are half-open, in UTC. Within one class, provider, model, tier, region and kind intervals never overlap, so a
call meets exactly one rate.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
from genai_prices import data_snapshot, types

from transforms.columns import MONEY
from transforms.pricing.units import BILLED_AS, OTHER_KINDS, TOKEN_KINDS, base_unit, package_count

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)
SMALLEST = Decimal("1e-12")
STANDARD = "standard"

KINDS = TOKEN_KINDS | OTHER_KINDS

TIER_KEYS = ("service_tier", "processing", "speed")
"""What genai-prices calls the request's properties that we call its service tier."""


class PriceError(ValueError):
    """A price row that cannot be meant as written; names file, line and column, and what was expected."""


@dataclass(frozen=True)
class Rate:
    """One rate row of `dim_prices`."""

    price_provider: str
    price_model: str
    token_kind: str
    unit_price_usd: Decimal
    service_tier: str = STANDARD
    input_tokens_above: int = -1
    valid_from: datetime = BEGINNING
    valid_to: datetime = END
    time_from: time | None = None
    time_to: time | None = None
    source: str = "genai-prices"
    source_url: str | None = None
    checked_on: date | None = None
    rate_class: str = "list"  # list | contracted
    region: str | None = None  # None holds anywhere
    unit: str = "token"
    currency: str = "USD"
    unit_price: Decimal | None = None  # in `currency`, where that is not US dollars

    @cached_property
    def price_id(self) -> str:
        """Hash of what is charged for what from when; not of its end, nor of where that is written and who looked."""
        return self._hash("valid_to", "source", "source_url", "checked_on")

    @cached_property
    def version(self) -> str:
        """Hash of all that makes it another statement: the same rate with another end or source is one."""
        return self._hash("source_url", "checked_on")

    @property
    def stated(self) -> dict[str, Any]:
        """The fields by name, without what was worked out from them."""
        return {name: value for name, value in vars(self).items() if name in _FIELDS}

    def _hash(self, *left_out: str) -> str:
        said = {name: value for name, value in self.stated.items() if name not in left_out}
        return hashlib.md5(repr(sorted(said.items())).encode(), usedforsecurity=False).hexdigest()

    @property
    def card(self) -> tuple[object, ...]:
        """What a rate must share with others to stand on one card with them, apart from the interval."""
        clock = (self.time_from, self.time_to)
        tier = (self.service_tier, self.region, self.input_tokens_above)
        return (self.price_provider, self.price_model, self.rate_class, *tier, *clock)


_FIELDS = frozenset(field.name for field in fields(Rate))

SCHEMA = pa.schema(
    [
        ("price_id", pa.string()),
        ("version", pa.string()),
        ("price_provider", pa.string()),
        ("price_model", pa.string()),
        ("token_kind", pa.string()),
        ("unit", pa.string()),
        ("rate_class", pa.string()),
        ("service_tier", pa.string()),
        ("region", pa.string()),
        ("input_tokens_above", pa.int64()),
        ("valid_from", pa.timestamp("us", tz="UTC")),
        ("valid_to", pa.timestamp("us", tz="UTC")),
        ("time_from", pa.time64("us")),
        ("time_to", pa.time64("us")),
        ("unit_price_usd", MONEY),
        ("currency", pa.string()),
        ("unit_price", MONEY),
        ("source", pa.string()),
        ("source_url", pa.string()),
        ("checked_on", pa.date32()),
    ]
)


def table(rates: Iterable[Rate]) -> pa.Table:
    """Rate rows as a table with `SCHEMA`."""
    return pa.Table.from_pylist([_row(rate) for rate in rates], schema=SCHEMA)


def _row(rate: Rate) -> dict[str, object]:
    stated = rate.unit_price_usd if rate.unit_price is None else rate.unit_price
    return rate.stated | {"price_id": rate.price_id, "version": rate.version, "unit_price": stated}


def package_rates() -> list[Rate]:
    """Every rate of the installed genai-prices, as list prices."""
    snapshot = data_snapshot.get_snapshot()
    return [
        rate for provider in snapshot.providers for model in provider.models for rate in _model_rates(provider, model)
    ]


def _model_rates(provider: types.Provider, model: types.ModelInfo) -> Iterator[Rate]:
    url = provider.pricing_urls[0] if provider.pricing_urls else None
    blank = Rate(provider.id, model.id, "input", Decimal(0), source_url=url)
    entries = model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
    by_date = [entry for entry in entries if not isinstance(entry.constraint, types.TimeOfDateConstraint)]
    for tier in _contexts(model):
        for start, stop, prices in _intervals(replace(model, prices=by_date), by_date, tier):
            yield from _cards(replace(blank, service_tier=tier, valid_from=start, valid_to=stop), prices)
    for entry in entries:
        if isinstance(entry.constraint, types.TimeOfDateConstraint):
            for opens, closes in _clock_windows(entry.constraint):
                yield from _cards(replace(blank, time_from=opens, time_to=closes), entry.prices)


def _contexts(model: types.ModelInfo) -> list[str]:
    """Tiers with a price of their own. A variant that says nothing but "the default tier" is the standard price."""
    tiers = {_tier(variant) for variant in model.price_variants or [] if len(variant.when) == 1}
    return [STANDARD, *sorted(tier for tier in tiers if tier and tier != "default")]


def _tier(variant: types.PriceVariant) -> str | None:
    return next((variant.when[key] for key in TIER_KEYS if key in variant.when), None)


def _intervals(
    model: types.ModelInfo, entries: list[types.ConditionalPrice], tier: str
) -> Iterator[tuple[datetime, datetime, types.ModelPrice]]:
    """When which prices hold for a tier, as the package itself chooses them; nothing before the tier has a price."""
    variants = [variant for variant in model.price_variants or [] if _tier(variant) == tier]
    constraints = [*(entry.constraint for entry in entries), *(variant.constraint for variant in variants)]
    edges = sorted({BEGINNING, *map(_starts, constraints)})
    for start, stop in _stretches(model, variants, edges):
        yield start, stop, _prices(model, variants, start)


def _stretches(
    model: types.ModelInfo, variants: list[types.PriceVariant], edges: list[datetime]
) -> list[tuple[datetime, datetime]]:
    """Intervals between the edges, neighbours of equal prices as one."""
    found: list[tuple[datetime, datetime]] = []
    for start, stop in zip(edges, [*edges[1:], END], strict=True):
        if variants and not any(_starts(variant.constraint) <= start for variant in variants):
            continue
        if found and found[-1][1] == start and _same(model, variants, found[-1][0], start):
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found


def _same(model: types.ModelInfo, variants: list[types.PriceVariant], one: datetime, two: datetime) -> bool:
    return bool(_prices(model, variants, one) == _prices(model, variants, two))


def _prices(model: types.ModelInfo, variants: list[types.PriceVariant], when: datetime) -> types.ModelPrice:
    return model.get_prices(when, variants[0].when if variants else None)


def _starts(constraint: object) -> datetime:
    if isinstance(constraint, types.StartDateConstraint):
        return datetime.combine(constraint.start_date, time(), tzinfo=UTC)
    return BEGINNING


def _clock_windows(constraint: types.TimeOfDateConstraint) -> list[tuple[time, time]]:
    start, stop = constraint.start_time.replace(tzinfo=None), constraint.end_time.replace(tzinfo=None)
    return [(start, stop)] if start < stop else [(start, time.max), (time.min, stop)]


def _cards(blank: Rate, prices: types.ModelPrice) -> Iterator[Rate]:
    """One row per kind and context tier; a tier of one kind splits every kind, so that a card is whole."""
    found = {kind: getattr(prices, field) for kind, field in KINDS.items()}
    tiers = {tier.start for price in found.values() if isinstance(price, types.TieredPrices) for tier in price.tiers}
    for above in [-1, *sorted(tiers)]:
        for kind in KINDS:
            price = _at(_billed(found, kind), above)
            if price is not None:
                amount = _published(price, package_count(KINDS[kind]))
                unit = base_unit(kind) or kind
                yield replace(blank, token_kind=kind, unit=unit, input_tokens_above=above, unit_price_usd=amount)


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


def _published(price: Decimal, count: int) -> Decimal:
    """The package writes some rates with a float's noise in the seventeenth digit; twelve decimals a unit hold every
    published rate."""
    return (price / count).quantize(SMALLEST)
