"""The currency that figures are shown in. What is stored, compared and downloaded stays in US dollars.

One rate serves a whole page, whatever day its figures are of: the latest on or before the day of the build. So what
adds up in dollars adds up in any currency. Without a usable rate the page says so and shows dollars.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from transforms.pricing.currency import FX_COLUMNS, USD, CurrencyError, FxRate, read_fx

CURRENCY, FX_FILE = "SPANLEDGER_CURRENCY", "SPANLEDGER_FX_FILE"
SYMBOLS = {USD: "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
"""Signs that mean one currency where they stand alone; every other is written as its code."""


@dataclass(frozen=True)
class Display:
    """A currency with the rate it is shown at; None is US dollars, which need none."""

    rate: FxRate | None = None

    @property
    def currency(self) -> str:
        return self.rate.currency if self.rate else USD

    @property
    def symbol(self) -> str:
        """What stands before an amount: a sign, else the code and a space that does not break."""
        return SYMBOLS.get(self.currency, f"{self.currency}\u00a0")

    @property
    def name(self) -> str:
        return self.rate.currency if self.rate else "US dollars"

    def converted(self, usd: Decimal) -> Decimal:
        """US dollars in this currency, unrounded (28 significant digits)."""
        return usd / self.rate.usd_per_unit if self.rate else usd


US_DOLLARS = Display()
_SHOWN: ContextVar[Display] = ContextVar("display_currency", default=US_DOLLARS)


def told_in_dollars(text: str) -> str:
    """A text that was written with amounts in US dollars, marked as such where another currency is shown."""
    return text if shown().currency == USD else re.sub(r"(?<!US)\$(?=\d)", "US$", text)


def shown() -> Display:
    """The currency of the page that is being drawn."""
    return _SHOWN.get()


def show(display: Display) -> None:
    """Draw what follows, in this thread, in that currency."""
    _SHOWN.set(display)


def chosen(environment: Mapping[str, str], built_on: date) -> tuple[Display, str]:
    """What the settings ask for, at the rate of the build's day; or US dollars and what to do about it."""
    currency = environment.get(CURRENCY, "").strip() or USD
    if currency == USD:
        return US_DOLLARS, ""
    try:
        return Display(_rate(currency, environment.get(FX_FILE, ""), built_on)), ""
    except CurrencyError as error:
        return US_DOLLARS, (
            f"Figures are in US dollars: {CURRENCY} is {currency}, and {error}. "
            f"Enter a rate of {built_on} or before there (columns {', '.join(FX_COLUMNS)}), and reload."
        )


def _rate(currency: str, file: str, built_on: date) -> FxRate:
    if not file:
        raise CurrencyError(f"{FX_FILE}, the file of exchange rates, is not set")
    path = Path(file)
    try:
        said = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CurrencyError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return read_fx(said, path.name).rate_on(currency, built_on)
