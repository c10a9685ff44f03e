"""The user's own prices: a CSV read strictly, and what it replaces.

While one of the user's rates is valid for a model, none of the package's is: a negotiated price is stated whole, so
that two sources never mix within one call. A kind the user leaves out is billed as `prices.BILLED_AS` says.
"""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from transforms.prices import BEGINNING, BILLED_AS, END, TOKEN_KINDS, PriceError, Rate, per_token

SANITY_BAND_USD_PER_MILLION = (Decimal("0.0001"), Decimal(5000))
"""A rate outside is a slip of units: per token typed as per million, or the other way round."""

OVERRIDE_COLUMNS = ("provider", "model", "token_kind", "unit_price_usd_per_million", "valid_from", "valid_to", "source")


def read_overrides(text: str, name: str) -> list[Rate]:
    """The user's own rates from CSV text with `OVERRIDE_COLUMNS`. `name` stands in errors.

    Empty `valid_from` or `valid_to` mean since ever and until further notice; dates are UTC midnights.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = set(OVERRIDE_COLUMNS) - set(reader.fieldnames or [])
    if missing:
        raise PriceError(
            f"{name}: missing column(s) {', '.join(sorted(missing))}; expected {', '.join(OVERRIDE_COLUMNS)}"
        )
    rates = [_override(row, f"{name}:{line}") for line, row in enumerate(reader, start=2)]
    _refuse_overlaps(rates, name)
    return rates


def _override(row: dict[str, str], where: str) -> Rate:
    short = [name for name in OVERRIDE_COLUMNS if row[name] is None]
    if short:
        raise PriceError(f"{where}: the row ends before {short[0]}; expected {', '.join(OVERRIDE_COLUMNS)}")
    if row["token_kind"] not in TOKEN_KINDS:
        raise PriceError(f"{where}: token_kind is {row['token_kind']!r}, expected one of {', '.join(TOKEN_KINDS)}")
    try:
        price = Decimal(row["unit_price_usd_per_million"])
    except InvalidOperation:
        value = row["unit_price_usd_per_million"]
        raise PriceError(f"{where}: unit_price_usd_per_million is {value!r}, expected a number") from None
    low, high = SANITY_BAND_USD_PER_MILLION
    if not price.is_finite() or (price != 0 and not low <= price <= high):
        raise PriceError(
            f"{where}: {price} USD per million tokens is outside {low} to {high}: is the unit per million?"
        )
    valid_from, valid_to = _day(row["valid_from"], where) or BEGINNING, _day(row["valid_to"], where) or END
    if valid_from >= valid_to:
        raise PriceError(f"{where}: valid_to {row['valid_to']} is not after valid_from {row['valid_from']}")
    return Rate(
        row["provider"],
        row["model"],
        row["token_kind"],
        per_token(price),
        valid_from=valid_from,
        valid_to=valid_to,
        source=row["source"] or "override",
    )


def _day(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text[:10]), time(), tzinfo=UTC)
    except ValueError:
        raise PriceError(f"{where}: {text!r} is not a date, expected YYYY-MM-DD") from None


def _refuse_overlaps(rates: Sequence[Rate], name: str) -> None:
    ordered = sorted(rates, key=lambda r: (r.price_provider, r.price_model, r.token_kind, r.valid_from))
    for one, two in itertools.pairwise(ordered):
        same = (one.price_provider, one.price_model, one.token_kind) == (
            two.price_provider,
            two.price_model,
            two.token_kind,
        )
        if same and two.valid_from < one.valid_to:
            raise PriceError(
                f"{name}: {one.price_provider}/{one.price_model} {one.token_kind} has two rates "
                f"on {two.valid_from.date()}"
            )


def combine(base: Sequence[Rate], overrides: Sequence[Rate]) -> list[Rate]:
    """The user's rates in place of the package's: while one is valid, none of the package's for that model is."""
    own = _whole_cards(overrides)
    by_model: dict[tuple[str, str], list[Rate]] = {}
    for rate in own:
        by_model.setdefault((rate.price_provider, rate.price_model), []).append(rate)
    kept = [part for rate in base for part in _outside(rate, by_model.get((rate.price_provider, rate.price_model), []))]
    return [*own, *kept]


def _outside(rate: Rate, owns: Sequence[Rate]) -> list[Rate]:
    """The parts of a base rate's interval in which no override is valid."""
    parts = [rate]
    for own in owns:
        sides = [
            (
                replace(part, valid_to=min(part.valid_to, own.valid_from)),
                replace(part, valid_from=max(part.valid_from, own.valid_to)),
            )
            for part in parts
        ]
        parts = [side for pair in sides for side in pair if side.valid_from < side.valid_to]
    return parts


def _whole_cards(overrides: Sequence[Rate]) -> list[Rate]:
    """Overrides cut at each other's bounds so that the kinds of one model share intervals, each card with all kinds."""
    models: dict[tuple[str, str], list[Rate]] = {}
    for rate in overrides:
        models.setdefault((rate.price_provider, rate.price_model), []).append(rate)
    return [rate for rates in models.values() for rate in _cards_of_model(rates)]


def _cards_of_model(rates: Sequence[Rate]) -> Iterator[Rate]:
    edges = sorted({edge for rate in rates for edge in (rate.valid_from, rate.valid_to)})
    for start, stop in itertools.pairwise(edges):
        card = {rate.token_kind: rate for rate in rates if rate.valid_from <= start and stop <= rate.valid_to}
        for kind in TOKEN_KINDS:
            source = _own_or_billed_as(card, kind)
            if source is not None:
                yield replace(source, token_kind=kind, valid_from=start, valid_to=stop)


def _own_or_billed_as(card: dict[str, Rate], kind: str) -> Rate | None:
    if kind in card:
        return card[kind]
    return _own_or_billed_as(card, BILLED_AS[kind]) if kind in BILLED_AS else None
