"""At which unit price the invoice bills each cell: ours where rounding allows it, else the one that its amounts show.

Amounts are rounded, so a line allows an interval of prices. Lines of one model and kind that follow each other and
leave a price in common are taken to have it, written as short as they allow. A price, once changed, holds until a line
contradicts it. Where the invoice states quantities one line is enough; where it states none, our quantities stand in
and `MIN_DAYS` days have to agree, since one day on its own may as well be usage that only one side knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from transforms.reconciliation.cells import Cell, Key
from transforms.reconciliation.numbers import Interval, per_unit, shortest_price

MIN_DAYS = 3
"""Days that have to show the same other price before it is believed, where the invoice states no quantities."""

FACTORS = Interval(Decimal("0.05"), Decimal(20))
"""Times our price that another price may be; beyond, units or columns were mistaken and nothing is named."""


@dataclass
class Stretch:
    """Cells in a row that share a price which is not ours."""

    prices: Interval
    cells: list[Cell] = field(default_factory=list)
    days: set[date] = field(default_factory=set)  # on which our price is ruled out
    last: int = 0  # how many cells there are up to the last that rules our price out

    def add(self, cell: Cell, prices: Interval, is_ours_ruled_out: bool) -> None:
        """Narrow the price down by one more cell."""
        self.prices = prices
        self.cells.append(cell)
        if is_ours_ruled_out:
            self.days.add(cell.key.day)
            self.last = len(self.cells)

    def settled(self) -> Sequence[Cell]:
        """Cells that have this price: what follows the last certain one joins only a price shown for `MIN_DAYS`."""
        return self.cells if len(self.days) >= MIN_DAYS else self.cells[: self.last]


def billed_prices(
    found: Mapping[Key, Cell], references: Mapping[Key, Decimal], slack: Mapping[Key, Decimal]
) -> dict[Key, Decimal]:
    """The invoice's unit price of every cell for which it is known, in US dollars."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in sorted(found.values(), key=lambda one: (one.key.day, one.key)):
        groups.setdefault((cell.key.provider, cell.key.model, cell.key.kind), []).append(cell)
    prices: dict[Key, Decimal] = {}
    for group in groups.values():
        prices |= _stated(group, slack)
        prices |= _inferred([cell for cell in group if cell.key not in prices], references, slack)
    return prices


def _stated(group: Sequence[Cell], slack: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """The prices that the invoice itself writes beside amounts that agree with them."""
    return {
        cell.key: cell.stated / cell.quantity
        for cell in group
        if cell.stated is not None and cell.quantity and cell.amount is not None
        if abs(cell.amount - cell.stated) <= slack[cell.key]
    }


def _inferred(
    group: Sequence[Cell], references: Mapping[Key, Decimal], slack: Mapping[Key, Decimal]
) -> dict[Key, Decimal]:
    prices = {cell.key: references[cell.key] for cell in group if cell.key in references}
    for stretch in _stretches(group, references, slack):
        is_shown = all(cell.quantity is not None for cell in stretch.cells) or len(stretch.days) >= MIN_DAYS
        price = shortest_price(stretch.prices)
        for cell in stretch.settled() if is_shown else ():
            reference = references.get(cell.key)
            if not reference or price / reference in FACTORS:
                prices[cell.key] = price
            else:
                prices.pop(cell.key)
    return prices


def _stretches(
    group: Sequence[Cell], references: Mapping[Key, Decimal], slack: Mapping[Key, Decimal]
) -> Iterator[Stretch]:
    current: Stretch | None = None
    for cell in group:
        quantity = cell.our_priced if cell.quantity is None else cell.quantity
        if cell.amount is None or quantity <= 0:
            continue
        allowed = per_unit(cell.amount, quantity, slack[cell.key])
        ours = references.get(cell.key)
        is_ours = ours is not None and ours in allowed
        both = current.prices.meet(allowed) if current else None
        if current and both:
            current.add(cell, both, not is_ours)
        elif is_ours:
            yield from [current] if current else []
            current = None
        else:
            yield from [current] if current else []
            current = Stretch(allowed)
            current.add(cell, allowed, True)
    yield from [current] if current else []
