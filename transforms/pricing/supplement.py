"""Published prices that the package lacks: `transforms/pricing/supplement.yaml`, each entry with its source.

The file says what was checked where and when; this module only multiplies. Nothing here overlaps with the package's
rates: a stated part fills what they leave open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from importlib import resources

from transforms.pricing.overrides import whole_cards
from transforms.pricing.prices import BEGINNING, END, SMALLEST, STANDARD, Rate
from transforms.pricing.units import SPELLINGS, base_unit
from transforms.yaml_lines import Value, read_yaml

FILE = "supplement.yaml"
PART_KEYS = (
    "provider",
    "service_tier",
    "region",
    "model_prefix",
    "factor",
    "models",
    "says",
    "source_url",
    "checked_on",
)
RATE_KEYS = (
    *("provider", "model", "service_tier", "region", "input_tokens_above", "valid_from", "valid_to"),
    *("prices", "unit", "says", "source_url", "checked_on"),
)
VARIED_BY = ("service_tier", "region", "model_prefix")
"""What a part is of: exactly one of these."""


@dataclass(frozen=True)
class Source:
    """Where an entry was read, and when."""

    url: str
    checked_on: date


@dataclass(frozen=True)
class Part:
    """Prices that are `factor` times the standard ones of the same provider."""

    provider: str
    factor: Decimal
    models: tuple[str, ...]
    service_tier: str | None
    region: str | None
    model_prefix: str
    source: Source


def supplement(packaged: Sequence[Rate]) -> list[Rate]:
    """The rates that complete ``packaged``. Raises ConfigError where the file is wrong."""
    return read_supplement(resources.files("transforms.pricing").joinpath(FILE).read_text(), FILE, packaged)


def read_supplement(text: str, name: str, packaged: Sequence[Rate]) -> list[Rate]:
    """The rates stated in a supplement's text. Raises ConfigError naming file, line and key."""
    fields = read_yaml(text, name).fields(("parts", "rates"))
    added = whole_cards(rate for item in fields["rates"].items() for rate in _rates(item))
    for item in fields["parts"].items():
        added += _parts(_part(item), item, [*packaged, *added])
    return added


def _part(item: Value) -> Part:
    fields = item.fields(PART_KEYS)
    varied = [key for key in VARIED_BY if key in fields]
    if len(varied) != 1:
        item.refuse(f"expected one of {', '.join(VARIED_BY)}, got {' and '.join(varied) or 'none'}")
    return Part(
        fields["provider"].text(),
        _amount(fields["factor"]),
        fields["models"].texts() if "models" in fields else (),
        fields["service_tier"].text() if "service_tier" in fields else None,
        fields["region"].text() if "region" in fields else None,
        fields["model_prefix"].text() if "model_prefix" in fields else "",
        _source(fields),
    )


def _rates(item: Value) -> Iterator[Rate]:
    fields = item.fields(RATE_KEYS)
    spelling = fields["unit"].one_of(SPELLINGS)
    unit, count = SPELLINGS[spelling]
    source = _source(fields)
    for kind, price in fields["prices"].fields().items():
        if base_unit(kind, spelling) != unit:
            price.refuse(f"{kind} is not charged per {spelling}")
        yield Rate(
            fields["provider"].text(),
            fields["model"].text(),
            kind,
            (_amount(price) / count).quantize(SMALLEST),
            service_tier=fields["service_tier"].text() if "service_tier" in fields else STANDARD,
            region=fields["region"].text() if "region" in fields else None,
            input_tokens_above=int(_amount(fields["input_tokens_above"])) if "input_tokens_above" in fields else -1,
            valid_from=_midnight(fields.get("valid_from"), BEGINNING),
            valid_to=_midnight(fields.get("valid_to"), END),
            unit=unit,
            source="supplement",
            source_url=source.url,
            checked_on=source.checked_on,
        )


def _source(fields: dict[str, Value]) -> Source:
    return Source(fields["source_url"].text(), _day(fields["checked_on"]))


def _amount(value: Value) -> Decimal:
    try:
        return Decimal(value.text())
    except InvalidOperation:
        value.refuse(f"expected a number, got {value.text()!r}")


def _day(value: Value) -> date:
    try:
        return date.fromisoformat(value.text())
    except ValueError:
        value.refuse(f"expected a day as YYYY-MM-DD, got {value.text()!r}")


def _midnight(value: Value | None, otherwise: datetime) -> datetime:
    return datetime.combine(_day(value), time(), tzinfo=UTC) if value else otherwise


def _parts(part: Part, item: Value, base: Sequence[Rate]) -> Iterator[Rate]:
    """What a part adds, model by model. A model it names and nobody prices is a mistake."""
    models: dict[str, list[Rate]] = {}
    for rate in base:
        is_plain = rate.region is None and rate.time_from is None and rate.token_kind != "cache_storage"
        if rate.price_provider == part.provider and is_plain:
            models.setdefault(rate.price_model, []).append(rate)
    unknown = [model for model in part.models if model not in models]
    if unknown:
        item.refuse(f"{part.provider} has no model {unknown[0]!r}")
    for model, rates in models.items():
        if part.service_tier:
            yield from _tier(part, rates, is_named=model in part.models)
        elif model in part.models:
            yield from (_times(part, rate, part.factor) for rate in rates)


def _tier(part: Part, rates: Sequence[Rate], *, is_named: bool) -> Iterator[Rate]:
    """A tier's rates until the package's own begin: their part of the standard price, else the stated one."""
    own = [rate for rate in rates if rate.service_tier == part.service_tier and rate.valid_from < rate.valid_to]
    standard = [rate for rate in rates if rate.service_tier == STANDARD]
    until = min((rate.valid_from for rate in own), default=END)
    ratios = _ratios(own, standard, until)
    if ratios.get("input", None if own else part.factor) != part.factor or not (own or is_named):
        return
    for rate in standard:
        if rate.valid_from < until:
            factor = ratios.get(rate.token_kind, part.factor)
            yield _times(part, replace(rate, valid_to=min(rate.valid_to, until)), factor)


def _ratios(own: Sequence[Rate], standard: Sequence[Rate], when: datetime) -> dict[str, Decimal]:
    """What part of the standard price each kind is on the first day that the package prices the tier."""
    at_base = [rate for rate in [*own, *standard] if rate.valid_from <= when < rate.valid_to]
    prices = {(r.service_tier, r.token_kind): r.unit_price_usd for r in at_base if r.input_tokens_above == -1}
    return {
        kind: price / prices[STANDARD, kind]
        for (tier, kind), price in prices.items()
        if tier != STANDARD and prices.get((STANDARD, kind))
    }


def _times(part: Part, rate: Rate, factor: Decimal) -> Rate:
    """A rate of the part's tier, region or model. A fee stays what it is; it is there so that the card is whole."""
    tier, region = part.service_tier or rate.service_tier, part.region or rate.region
    varied = replace(rate, price_model=part.model_prefix + rate.price_model, service_tier=tier, region=region)
    if rate.unit != "token":
        return varied
    return replace(
        varied,
        unit_price_usd=(rate.unit_price_usd * factor).quantize(SMALLEST),
        source=f"supplement: {part.factor} × {rate.source}",
        source_url=part.source.url,
        checked_on=part.source.checked_on,
    )
