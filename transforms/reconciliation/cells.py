"""Both sides at the finest grain that they share: day × provider × model × project × kind, one cell each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from transforms.invoices.lines import USAGE_KINDS, Invoice, InvoiceLine

ZERO = Decimal(0)
PICO = Decimal("1e-12")
"""Our money has twelve digits behind the point."""
ALL = ""
"""Stands where the invoice does not split: all models, all projects, all kinds."""


class Key(NamedTuple):
    """What a cell is about."""

    day: date
    provider: str
    model: str
    project: str
    kind: str


@dataclass(frozen=True, slots=True)
class Ours:
    """What our calls used of one kind in a quarter of an hour. ``quarter`` counts them from 1970, UTC; ``cost`` is in
    US dollars; ``unpriced`` is the part of ``quantity`` that nobody could price."""

    quarter: int
    provider: str
    model: str
    project: str
    kind: str
    quantity: Decimal
    unpriced: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Grain:
    """By what the invoice splits its usage, as far as we can follow."""

    has_model: bool
    has_kind: bool
    has_project: bool

    def key(self, day: date, provider: str, model: str, project: str, kind: str) -> Key:
        """The cell for this grain."""
        return Key(
            day,
            provider,
            model if self.has_model else ALL,
            project if self.has_project else ALL,
            kind if self.has_kind else ALL,
        )


@dataclass
class Cell:
    """Both sides of one key. ``unit`` is the slack that rounding of its lines explains, in US dollars.

    ``quantity`` and ``amount`` of an invoice are None where it states none.
    """

    key: Key
    our_quantity: Decimal = ZERO
    our_unpriced: Decimal = ZERO
    our_cost: Decimal = ZERO
    has_ours: bool = False
    quantity: Decimal | None = None
    amount: Decimal | None = None
    stated: Decimal | None = None  # quantity × the unit price that the invoice states
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def our_priced(self) -> Decimal:
        """Quantity that has a price with us."""
        return self.our_quantity - self.our_unpriced

    @property
    def our_price(self) -> Decimal | None:
        """US dollars a unit with us, on average."""
        return self.our_cost / self.our_priced if self.our_priced > 0 else None


def grain_of(invoice: Invoice, projects: frozenset[str]) -> Grain:
    """The grain that an invoice and our telemetry share; projects only where some name stands on both sides."""
    usage = [line for line in invoice.lines if line.charge is None]
    return Grain(
        has_model=all(line.model for line in usage),
        has_kind=all(line.kind for line in usage),
        has_project=any(line.project in projects for line in usage if line.project),
    )


Named = Callable[[InvoiceLine], tuple[str, str]]
"""(provider, model) that a line means, in our names."""


def cells(
    lines: Iterable[InvoiceLine],
    ours: Iterable[Ours],
    grain: Grain,
    day_of: Callable[[int], date | None],
    named: Named,
) -> dict[Key, Cell]:
    """Every cell that either side has. ``day_of`` says which of the invoice's days a quarter hour falls on."""
    found = our_cells(ours, grain, day_of)
    for line in lines:
        provider, model = named(line)
        key = grain.key(line.day, provider, model, line.project or "", line.kind or "")
        _add(found.setdefault(key, Cell(key)), line)
    return found


def our_cells(ours: Iterable[Ours], grain: Grain, day_of: Callable[[int], date | None]) -> dict[Key, Cell]:
    """Our side alone."""
    found: dict[Key, Cell] = {}
    for one in ours:
        day = day_of(one.quarter)
        if day is None:
            continue
        key = grain.key(day, one.provider, one.model, one.project, one.kind)
        cell = found.setdefault(key, Cell(key))
        cell.has_ours = True
        cell.our_cost += one.cost
        if grain.has_kind or one.kind in TOKENS:
            cell.our_quantity += one.quantity
            cell.our_unpriced += one.unpriced
    return found


TOKENS = tuple(kind for kind in USAGE_KINDS if kind != "request")


def _add(cell: Cell, line: InvoiceLine) -> None:
    first = not cell.lines
    cell.lines.append(line)
    cell.quantity = _sum(cell.quantity, line.quantity, first)
    cell.amount = _sum(cell.amount, line.amount, first)
    priced = line.unit_price * line.quantity if line.unit_price is not None and line.quantity is not None else None
    cell.stated = _sum(cell.stated, priced, first)


def _sum(one: Decimal | None, other: Decimal | None, is_first: bool) -> Decimal | None:
    """Unknown as soon as a part is."""
    if is_first or one is None or other is None:
        return other if is_first else None
    return one + other


def reference_prices(found: Mapping[Key, Cell]) -> dict[Key, Decimal]:
    """Our unit price for every cell: its own, else that of the nearest day on which we had one for the same kind."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in found.values():
        groups.setdefault((cell.key.provider, cell.key.model, cell.key.kind), []).append(cell)
    return {key: price for group in groups.values() for key, price in _nearest(group)}


def _nearest(group: list[Cell]) -> Iterator[tuple[Key, Decimal]]:
    known = [(cell.key.day, cell.our_price) for cell in group if cell.our_price is not None]
    for cell in group:
        own = cell.our_price
        if own is None and known:
            day = cell.key.day
            own = min(known, key=lambda one: (abs((one[0] - day).days), one[0] > day))[1]
        if own is not None:
            yield cell.key, own


def valued(cell: Cell, price: Decimal | None) -> Cell:
    """A usage report's cell with its quantity at our price, where it states no money and we have a price."""
    if cell.amount is not None or cell.quantity is None or price is None:
        return cell
    amount = (cell.quantity * price).quantize(PICO)
    return replace(cell, amount=amount, stated=amount)
