"""Exchange rates: what a unit of a currency was worth in US dollars on a day, entered as data.

    currency,date,usd_per_unit,source
    EUR,2026-10-01,1.1650,ECB reference rate

The rate of a day is the latest on or before it. Where there is none, that is said: nothing is converted at a rate of
1, of tomorrow, or of memory. US dollars need no rate.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import NoReturn

from transforms.csv_lines import Line, read_lines

FX_COLUMNS = ("currency", "date", "usd_per_unit", "source")
USD = "USD"
BAND = (Decimal("0.000001"), Decimal(1000))
"""US dollars that a unit of any currency is worth; outside, the file holds the reciprocal or a slip."""


class CurrencyError(ValueError):
    """A currency or a rate that is not there or cannot be meant; names file, line, currency and day."""


@dataclass(frozen=True)
class FxRate:
    """What one unit of a currency was worth on a day."""

    currency: str
    day: date
    usd_per_unit: Decimal
    source: str


@dataclass(frozen=True)
class Exchange:
    """All known rates. `name` is the file they are from, for errors."""

    rates: tuple[FxRate, ...] = ()
    name: str = ""

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency that can be converted on some day."""
        return frozenset({USD, *(rate.currency for rate in self.rates)})

    def rate_on(self, currency: str, day: date) -> FxRate:
        """The latest rate on or before a day. Raises CurrencyError where there is none."""
        if currency == USD:
            return FxRate(USD, day, Decimal(1), "US dollars")
        days, rates = self._by_day.get(currency, ((), ()))
        place = bisect_right(days, day)
        return rates[place - 1] if place else self._refuse_absent(currency, day)

    @cached_property
    def _by_day(self) -> dict[str, tuple[Sequence[date], Sequence[FxRate]]]:
        """Days and rates of each currency in order: files hold decades of days, and an invoice asks line by line."""
        ordered = sorted(self.rates, key=lambda rate: (rate.currency, rate.day))
        groups = {currency: list(group) for currency, group in groupby(ordered, key=lambda rate: rate.currency)}
        return {currency: ([rate.day for rate in group], group) for currency, group in groups.items()}

    def _refuse_absent(self, currency: str, day: date) -> NoReturn:
        raise CurrencyError(self._absent(currency, day))

    def _absent(self, currency: str, day: date) -> str:
        if not self.rates:
            return f"no rate for {currency}: there are no exchange rates; enter them and set SPANLEDGER_FX_FILE"
        days = sorted(rate.day for rate in self.rates if rate.currency == currency)
        if not days:
            return f"{self.name} has no rate for {currency}; it has {', '.join(sorted(self.currencies))}"
        return f"{self.name} has no rate for {currency} on or before {day}; its first is of {days[0]}"


def read_fx(text: str, name: str) -> Exchange:
    """Exchange rates from CSV text with `FX_COLUMNS`. `name` stands in errors. Raises CurrencyError."""
    lines = read_lines(text, name, FX_COLUMNS, (), CurrencyError)
    rates = tuple(_rate(line) for line in lines)
    _refuse_repeats(rates, lines)
    return Exchange(rates, name)


def _rate(line: Line) -> FxRate:
    currency, day, usd = line.required("currency"), line.day("date"), line.amount("usd_per_unit")
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        line.refuse(f"currency is {currency!r}, expected a code of ISO 4217 such as EUR")
    if currency == USD and usd != 1:
        line.refuse(f"a US dollar is 1 US dollar, not {usd}")
    if not BAND[0] <= usd <= BAND[1]:
        line.refuse(f"usd_per_unit is {usd}, outside {BAND[0]} to {BAND[1]}: is it units per US dollar?")
    return FxRate(currency, day or line.refuse("date is empty"), usd, line.required("source"))


def _refuse_repeats(rates: Sequence[FxRate], lines: Sequence[Line]) -> None:
    seen: dict[tuple[str, date], str] = {}
    for rate, line in zip(rates, lines, strict=True):
        first = seen.setdefault((rate.currency, rate.day), line.where)
        if first != line.where:
            line.refuse(f"{rate.currency} has a rate of {rate.day} already, in {first}")
