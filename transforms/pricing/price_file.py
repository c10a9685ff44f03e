"""The user's price file, read strictly: one price or one discount a row.

    provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source
    openai,gpt-4o,input,2.10,2026-10-01,,contract 7

Optional columns say more: `rate_class` (contracted, or list for a published price that the package lacks),
`service_tier`, `region`, `input_tokens_above`, `time_from` and `time_to` (UTC), and instead of dollars a million:
`unit_price` in `currency` per `unit`, or `discount_percent` off the list prices of a provider (`model` is `*`) or of
some of its models (names separated by `;`). Empty `valid_from` or `valid_to` mean since ever and until further notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal

from transforms.csv_lines import Line, read_lines
from transforms.pricing.currency import USD, CurrencyError, Exchange
from transforms.pricing.prices import BEGINNING, END, KINDS, SMALLEST, STANDARD, PriceError, Rate
from transforms.pricing.units import BANDS, SPELLINGS, base_unit, default_spelling, is_sane, readings

PER_MILLION = "unit_price_usd_per_million"
PRICES = (PER_MILLION, "unit_price", "discount_percent")
"""Columns of which a row fills exactly one."""

OVERRIDE_COLUMNS = ("provider", "model", "token_kind", PER_MILLION, "valid_from", "valid_to", "source")
REQUIRED = tuple(column for column in OVERRIDE_COLUMNS if column != PER_MILLION)
OPTIONAL = (
    *PRICES,
    *("currency", "unit", "rate_class", "service_tier", "region", "input_tokens_above", "time_from", "time_to"),
)
EVERY = "*"


@dataclass(frozen=True)
class Stated:
    """A price as a row states it, and where."""

    rate: Rate
    line: Line


@dataclass(frozen=True)
class Discount:
    """So much per cent off the list prices of some models (none named: of all) of a provider, in one tier or in all."""

    provider: str
    models: tuple[str, ...]
    percent: Decimal
    service_tier: str | None
    valid_from: datetime
    valid_to: datetime
    source: str
    line: Line


def read_price_file(text: str, name: str, exchange: Exchange) -> tuple[list[Stated], list[Discount]]:
    """The prices and the discounts of a price file. `name` stands in errors. Raises PriceError."""
    lines = read_lines(text, name, REQUIRED, OPTIONAL, PriceError)
    if lines and not any(column in lines[0].values for column in PRICES):
        raise PriceError(f"{name}: missing column(s) {PER_MILLION}, or unit_price, or discount_percent")
    stated: list[Stated] = []
    discounts: list[Discount] = []
    for line in lines:
        said = [column for column in PRICES if line.text(column)]
        if len(said) != 1:
            line.refuse(f"expected one of {', '.join(PRICES)}, got {' and '.join(said) or 'none'}")
        if said == ["discount_percent"]:
            discounts.append(_discount(line))
        else:
            stated += [Stated(rate, line) for rate in _rates(line, said[0], exchange)]
    return stated, discounts


def _rates(line: Line, column: str, exchange: Exchange) -> list[Rate]:
    kind = line.text("token_kind")
    unit = base_unit(kind, line.text("unit"))
    if unit is None:
        line.refuse(f"token_kind is {kind!r}, expected one of {', '.join(KINDS)}, cache_storage, tool:<name>")
    spelling = _spelling(line, column, kind, unit)
    valid_from, valid_to = _interval(line)
    stated = line.amount(column)
    currency = _currency(line, column)
    usd = _usd(line, currency, exchange)
    _refuse_slips(line, column, unit, spelling, stated, usd)
    count = SPELLINGS[spelling][1]
    whole = Rate(
        line.required("provider"),
        line.required("model"),
        kind,
        _a_unit(line, column, stated * usd / count, is_exact=currency == USD),
        service_tier=line.text("service_tier").lower() or STANDARD,
        input_tokens_above=line.count("input_tokens_above") if line.text("input_tokens_above") else -1,
        valid_from=valid_from,
        valid_to=valid_to,
        source=_source(line, currency, exchange),
        rate_class=line.one_of("rate_class", ("contracted", "list")) if line.text("rate_class") else "contracted",
        region=line.text("region") or None,
        unit=unit,
        currency=currency,
        unit_price=None if currency == USD else _a_unit(line, column, stated / count, is_exact=True),
    )
    return _windows(line, whole)


def _spelling(line: Line, column: str, kind: str, unit: str) -> str:
    if column == PER_MILLION:
        if unit != "token" or line.text("unit") not in {"", "1M tokens"}:
            line.refuse(f"{PER_MILLION} is for a million tokens; write a price of {kind} in unit_price, with its unit")
        return "1M tokens"
    spelling = line.text("unit") or default_spelling(unit)
    allowed = [name for name, (base, _) in SPELLINGS.items() if base == unit]
    if spelling not in allowed:
        line.refuse(f"unit is {spelling!r}, expected for {kind} one of {', '.join(allowed)}")
    return spelling


def _currency(line: Line, column: str) -> str:
    currency = line.text("currency") or USD
    if column == PER_MILLION and currency != USD:
        line.refuse(f"{PER_MILLION} is in US dollars and currency is {currency!r}; write the price in unit_price")
    return currency


def _usd(line: Line, currency: str, exchange: Exchange) -> Decimal:
    """US dollars a unit of the currency, on the first day of the price."""
    start = line.day("valid_from")
    if currency != USD and start is None:
        line.refuse(f"valid_from is empty: a price in {currency} is converted at the rate of that day")
    try:
        return exchange.rate_on(currency, start or BEGINNING.date()).usd_per_unit
    except CurrencyError as error:
        line.refuse(f"currency is {currency!r}: {error}")


def _source(line: Line, currency: str, exchange: Exchange) -> str:
    source = line.text("source") or "override"
    start = line.day("valid_from")
    if currency == USD or start is None:
        return source
    rate = exchange.rate_on(currency, start)
    return f"{source}; {currency} at {rate.usd_per_unit} USD, {rate.source} of {rate.day}"


def _refuse_slips(line: Line, column: str, unit: str, spelling: str, stated: Decimal, usd: Decimal) -> None:
    """A price beyond its band is a slip of units: say which unit would make sense of it."""
    count = SPELLINGS[spelling][1]
    if is_sane(unit, stated * usd / count):
        return
    low, high = (bound * count for bound in BANDS[unit])
    others = [other for other in readings(unit, stated, usd) if other != spelling]
    hint = f"; {stated} per {' or per '.join(others)} would be inside" if others else ""
    what = "per million tokens" if spelling == "1M tokens" else f"per {spelling}"
    line.refuse(
        f"{column} is {stated}, {(stated * usd).normalize():f} USD {what}, "
        f"outside {low.normalize():f} to {high.normalize():f}: is the unit {what.removesuffix(' tokens')}?{hint}"
    )


def _a_unit(line: Line, column: str, price: Decimal, *, is_exact: bool) -> Decimal:
    """A price a unit in twelve decimals; a converted one is rounded to them, a stated one must fit."""
    rounded = price.quantize(SMALLEST)
    if is_exact and rounded != price:
        line.refuse(f"{column} is {line.text(column)}, which needs more than 12 decimals a unit")
    return rounded


def _interval(line: Line) -> tuple[datetime, datetime]:
    valid_from, valid_to = line.moment("valid_from") or BEGINNING, line.moment("valid_to") or END
    if valid_from >= valid_to:
        line.refuse(f"valid_to {line.text('valid_to')} is not after valid_from {line.text('valid_from')}")
    return valid_from, valid_to


def _windows(line: Line, rate: Rate) -> list[Rate]:
    """The rate in its time of day; one that passes midnight is two."""
    opens, closes = (_clock(line, column) for column in ("time_from", "time_to"))
    if (opens is None) != (closes is None):
        line.refuse("time_from and time_to stand together or not at all")
    if opens is None or closes is None:
        return [rate]
    if opens == closes:
        line.refuse(f"time_to {closes} is time_from")
    windows = [(opens, closes)] if opens < closes else [(opens, time.max), (time.min, closes)]
    return [replace(rate, time_from=start, time_to=end) for start, end in windows if start != end]


def _clock(line: Line, column: str) -> time | None:
    text = line.text(column)
    try:
        clock = time.fromisoformat(text) if text else None
    except ValueError:
        line.refuse(f"{column} is {text!r}, expected HH:MM in UTC")
    if clock and clock.tzinfo:
        line.refuse(f"{column} is {text!r}: it is in UTC, write HH:MM without a zone")
    return clock


def _discount(line: Line) -> Discount:
    percent = line.amount("discount_percent")
    if 0 < percent < 1:
        line.refuse(f"discount_percent is {percent}: is it {(percent * 100).normalize():f} per cent?")
    if not 0 < percent <= 100:
        line.refuse(f"discount_percent is {percent}, expected a number above 0, to 100")
    for column in ("currency", "unit", "region", "input_tokens_above", "time_from", "time_to"):
        if line.text(column):
            line.refuse(f"{column} stands beside discount_percent: a discount takes the list's rates as they are")
    if line.text("token_kind") not in {"", EVERY} or line.text("rate_class") not in {"", "contracted"}:
        line.refuse(f"a discount is contracted and for every kind: leave token_kind empty or {EVERY}")
    return _discount_of(line, percent)


def _discount_of(line: Line, percent: Decimal) -> Discount:
    names = [name.strip() for name in line.required("model").split(";")]
    models = () if names == [EVERY] else tuple(name for name in names if name)
    if EVERY in models:
        line.refuse(f"model is {line.text('model')!r}: {EVERY} stands alone, for every model of the provider")
    start, stop = _interval(line)
    tier = line.text("service_tier").lower() or None
    source = line.text("source") or "override"
    return Discount(line.required("provider"), models, percent, tier, start, stop, source, line)


def rates_of(stated: Sequence[Stated], rate_class: str) -> list[Rate]:
    """The rates of one class."""
    return [one.rate for one in stated if one.rate.rate_class == rate_class]
