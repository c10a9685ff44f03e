"""Prices: whether the user's files can be used, whether what we bring along is sane, and how old what was read is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from importlib import metadata

from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.prices.price_editing import unstated
from spanledger.prices.price_list import display_exchange, read_price_list
from spanledger.settings import PRICE_FILES, Settings
from transforms.pricing.prices import PriceError, Rate
from transforms.pricing.units import is_sane

SUBJECT = "prices"
OLD_AFTER_DAYS = 400
FX_OLD_AFTER_DAYS = 45


def prices(settings: Settings, today: date) -> Iterator[Finding]:
    """Findings about every price there is; ``today`` is what ages are counted to."""
    try:
        ledger = read_price_list(settings.price_files).ledger
    except (PriceError, OSError) as error:
        yield fault(SUBJECT, str(error), "correct it there; the published build keeps its prices until then")
        return
    yield from _files(settings, ledger.own)
    yield from _packaged(ledger.rates)
    yield from _old(ledger.rates, today)
    yield from (note(SUBJECT, text) for text in unstated(ledger))
    yield from _ended(ledger.own, today)
    yield from _currency(settings, today)


def _files(settings: Settings, own: Sequence[Rate]) -> Iterator[Finding]:
    named = [f"{name} {path}" for name in PRICE_FILES if (path := getattr(settings, name))]
    if named:
        models = {(rate.price_provider, rate.price_model) for rate in own}
        yield ok(SUBJECT, f"{'; '.join(named)}: {len(own)} rates of {len(models)} models of your own")


def _packaged(rates: Sequence[Rate]) -> Iterator[Finding]:
    listed = [rate for rate in rates if rate.rate_class == "list"]
    for rate in listed:
        if not is_sane(rate.unit, rate.unit_price_usd):
            detail = f"{_said(rate)} at {rate.unit_price_usd} USD a {rate.unit} cannot be meant"
            yield fault(SUBJECT, detail, "state the right price in your price file, with rate_class list")
    yield ok(SUBJECT, f"{len(listed):,} list rates, of genai-prices {metadata.version('genai-prices')} and supplement")


def _old(rates: Sequence[Rate], today: date) -> Iterator[Finding]:
    days = sorted({rate.checked_on for rate in rates if rate.checked_on})
    if days and (today - days[0]).days > OLD_AFTER_DAYS:
        cure = "upgrade SpanLedger, or state what changed in your price file"
        yield note(SUBJECT, f"some supplementary prices were last compared with their source on {days[0]}", cure)


def _ended(own: Sequence[Rate], today: date) -> Iterator[Finding]:
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    last: dict[tuple[str, str], datetime] = {}
    for rate in own:
        key = (rate.price_provider, rate.price_model)
        last[key] = max(rate.valid_to, last.get(key, rate.valid_to))
    for (provider, model), end in sorted(last.items()):
        if end <= now:
            yield note(SUBJECT, f"your price of {provider}/{model} ended on {end:%F}; since then the list price holds")


def _currency(settings: Settings, today: date) -> Iterator[Finding]:
    try:
        exchange = display_exchange(settings.price_files, settings.currency)
    except PriceError as error:
        yield fault("currency", str(error), "enter its rates in fx_file, or show US dollars")
        return
    days = sorted(rate.day for rate in exchange.rates if rate.currency == settings.currency)
    if days and (today - days[-1]).days > FX_OLD_AFTER_DAYS:
        yield note(
            "currency", f"the latest rate of {settings.currency} is of {days[-1]}", "enter newer ones in fx_file"
        )


def _said(rate: Rate) -> str:
    return f"{rate.token_kind} of {rate.price_provider}/{rate.price_model}"
