"""What an invoice says, whoever wrote it: one line per thing billed, the form that every reader makes.

A line is usage (tokens of a kind, requests) or a charge of its own (credit, discount, tax, fee). Amounts stand as
written, in the invoice's currency; nothing is converted, valued or rounded here. What a file does not say is None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

USAGE_KINDS = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "output_reasoning", "request")
"""Kinds of usage, as in `fct_call_charges`; input is what was neither read from nor written to a cache, and
output_reasoning is apart from output only where it has a price of its own."""

OTHER_CHARGES = ("credit", "discount", "tax", "fee")
"""Charges that no call's usage stands behind. A fee is everything that is none of the other three."""

LARGEST_AMOUNT = Decimal(10) ** 12
LARGEST_QUANTITY = Decimal(10) ** 18
LONGEST = timedelta(days=3660)
YEARS = range(2000, 2200)
"""Beyond these a column was mistaken for another, or a year mistyped."""

CENT = -2
"""Digits behind the point to which every invoice is written, at the least."""


class InvoiceError(ValueError):
    """A file that cannot be read as an invoice; names file, line or key, column, what stands there and what should."""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line. ``day`` is a day as the invoice counts them; which hour it begins at is found later.

    ``kind`` is one of `USAGE_KINDS`, or None where the file does not split usage by kind; ``charge`` is one of
    `OTHER_CHARGES` for lines that are no usage. ``unit_price`` is per token or request, where the file states one.
    """

    where: str
    day: date
    provider: str | None
    model: str | None = None
    kind: str | None = None
    charge: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    currency: str = "USD"
    project: str | None = None
    unit_price: Decimal | None = None
    text: str = ""


@dataclass(frozen=True)
class Invoice:
    """A file that was read. ``first`` and ``last`` are the days it covers; ``left_out`` are lines that are none of
    ours (other services of a cloud bill), as (lines, amount); ``notes`` are facts for the reader of the result."""

    name: str
    form: str
    lines: tuple[InvoiceLine, ...]
    first: date
    last: date
    left_out: tuple[int, Decimal] = (0, Decimal(0))
    notes: tuple[str, ...] = ()

    @property
    def currencies(self) -> frozenset[str]:
        """Currencies of the amounts."""
        return frozenset(line.currency for line in self.lines if line.amount is not None)

    @property
    def states_money(self) -> bool:
        """False for a usage report: quantities alone."""
        return any(line.amount is not None for line in self.lines)

    @property
    def states_usage(self) -> bool:
        """False where usage has amounts alone."""
        return any(line.quantity is not None for line in self.lines if line.charge is None)

    @property
    def smallest_unit(self) -> Decimal:
        """The last digit that amounts need, such as 0.01; what lines may have been rounded to. Never above a cent."""
        exponents = (line.amount.normalize().as_tuple().exponent for line in self.lines if line.amount is not None)
        return Decimal(1).scaleb(min([CENT, *(one for one in exponents if isinstance(one, int))]))


@dataclass(frozen=True)
class Meaning:
    """What the user says of a file that it does not say itself.

    ``columns`` names the file's column for each of `transforms.invoices.generic.FIELDS`; ``kinds``, ``models`` and
    ``projects`` say what words in the file mean; ``provider`` and ``currency`` hold where the file names none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    currency: str | None = None


def invoice(
    name: str,
    form: str,
    lines: Iterable[InvoiceLine],
    days: Iterable[date] = (),
    left_out: tuple[int, Decimal] = (0, Decimal(0)),
    notes: Iterable[str] = (),
) -> Invoice:
    """An invoice over the days of its lines and ``days`` that it names beside them. Raises InvoiceError when empty."""
    found = tuple(lines)
    covered = [*days, *(line.day for line in found)]
    if not found or not covered:
        raise InvoiceError(f"{name}: there is no line in it that could be compared")
    first, last = min(covered), max(covered)
    if last - first > LONGEST or not {first.year, last.year} <= {*YEARS}:
        raise InvoiceError(f"{name}: its days reach from {first} to {last}: is every year right?")
    for line in found:
        _refuse_beyond(line)
    return Invoice(name, form, found, first, last, left_out, tuple(notes))


def _refuse_beyond(line: InvoiceLine) -> None:
    for what, said, most in (("amount", line.amount, LARGEST_AMOUNT), ("quantity", line.quantity, LARGEST_QUANTITY)):
        if said is not None and abs(said) > most:
            raise InvoiceError(f"{line.where}: {what} is {said}, beyond {most:f}: is it the right column?")
