"""Amounts of an invoice in another currency: converted at our rates, and what the invoice's own rate makes of them.

An invoice in euros prices tokens in dollars and converts once. Which rate it used shows in its lines: our price times
the quantity, divided by the amount, is the same for most of them. Where that rate is not ours, the difference is named.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median_low

from transforms.invoices.lines import InvoiceLine
from transforms.reconciliation.cells import PICO, Cell, Key
from transforms.reconciliation.findings import Finding
from transforms.reconciliation.numbers import Interval

MAJORITY = 0.5
AT_LEAST = 3
"""Lines that have to show one rate, in number and as a share of all that show any, before it is believed."""

Rates = Callable[[str, date], Decimal]
"""US dollars for one unit of a currency on a day."""


def in_dollars(lines: Iterable[InvoiceLine], rates: Rates) -> list[InvoiceLine]:
    """The lines with amounts and prices in US dollars at our rates, to 12 digits; their currency stays named."""
    return [_in_dollars(line, rates(line.currency, line.day)) for line in lines]


def _in_dollars(line: InvoiceLine, rate: Decimal) -> InvoiceLine:
    amount = None if line.amount is None else (line.amount * rate).quantize(PICO)
    price = None if line.unit_price is None else line.unit_price * rate
    return replace(line, amount=amount, unit_price=price)


def invoice_rate(
    found: Mapping[Key, Cell], references: Mapping[Key, Decimal], slack: Mapping[Key, Decimal], rates: Rates
) -> Decimal | None:
    """The exchange rate that most lines of a currency show, None where that is ours or none shows."""
    shown = [(_shown(cell, references, slack[key], rates), cell) for key, cell in found.items()]
    known = [(one, cell) for one, cell in shown if one is not None]
    if not known:
        return None
    middle = median_low((one.low + one.high) / 2 for one, _ in known)
    agreeing = [(one, cell) for one, cell in known if middle in one]
    if len(agreeing) < max(AT_LEAST, MAJORITY * len(known)):
        return None
    if all(rates(cell.lines[0].currency, cell.key.day) in one for one, cell in agreeing):
        return None
    return Interval(max(one.low for one, _ in agreeing), min(one.high for one, _ in agreeing)).shortest()


def _shown(cell: Cell, references: Mapping[Key, Decimal], slack: Decimal, rates: Rates) -> Interval | None:
    """The rates that one cell allows."""
    if not cell.lines or cell.amount is None or cell.key not in references or cell.amount <= slack:
        return None
    quantity = cell.our_priced if cell.quantity is None else cell.quantity
    dollars = quantity * references[cell.key] * rates(cell.lines[0].currency, cell.key.day)
    return Interval(dollars / (cell.amount + slack), dollars / (cell.amount - slack)) if dollars > 0 else None


def at_rate(cell: Cell, invoice_rate: Decimal, rates: Rates) -> tuple[Cell, Finding | None]:
    """The cell as it would be had the invoice's rate been ours, and what the rate makes of it."""
    if not cell.lines or cell.amount is None:
        return cell, None
    currency = cell.lines[0].currency
    ours = rates(currency, cell.key.day)
    amount = cell.amount / ours * invoice_rate
    stated = None if cell.stated is None else cell.stated / ours * invoice_rate
    change = (cell.amount - amount).quantize(PICO)
    detail = f"a {currency} is {invoice_rate:f} USD on the invoice, {ours.normalize():f} with us"
    found = Finding(cell.key, "currency", change, None, detail) if change else None
    return replace(cell, amount=cell.amount - change, stated=stated), found
