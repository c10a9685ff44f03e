"""Takes the difference of a cell apart. For one cell, with q quantities, p unit prices, a amounts:

    invoice − ours = common × (p_invoice − p_ours)     price_difference, for usage on both sides
                   + only theirs × p_invoice           missing_telemetry
                   − only ours × p_ours                not_on_invoice
                   + unpriced with us × p_invoice      unpriced_model
                   + (a_invoice − q_invoice × p_invoice)    rounding, within its tolerance

Parts are rounded to 12 digits and the last takes the rest, so they always add up to the difference, exactly.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from transforms.reconciliation.cells import PICO, ZERO, Cell
from transforms.reconciliation.findings import Finding

MILLION = Decimal(1_000_000)


def explain(cell: Cell, price: Decimal | None, slack: Decimal, is_unknown: bool) -> Iterator[Finding]:
    """The named parts of a cell's difference; nothing where there is none.

    ``price`` is what the invoice bills a unit at, None where that could not be told; ``is_unknown`` where the model's
    name means none that we know.
    """
    amount = ZERO if cell.amount is None else cell.amount
    difference = (amount - cell.our_cost).quantize(PICO)
    if cell.key.kind in ("adjustment", "reported"):
        yield from _some(Finding(cell.key, "reported_cost", difference))
    elif is_unknown and not cell.has_ours:
        yield Finding(cell.key, "unknown_model", difference, cell.quantity, f"billed as {cell.lines[0].model!r}")
    elif not cell.lines:
        yield from _some(Finding(cell.key, "not_on_invoice", difference, -cell.our_quantity))
    elif cell.quantity is None:
        yield from _by_amount(cell, difference, price, slack)
    else:
        yield from _by_quantity(cell, difference, cell.quantity, price, slack)


def _some(finding: Finding) -> Iterator[Finding]:
    if finding.amount or finding.quantity:
        yield finding


def _by_quantity(
    cell: Cell, difference: Decimal, quantity: Decimal, price: Decimal | None, slack: Decimal
) -> Iterator[Finding]:
    if price is None:
        yield from _without_price(cell, difference, quantity)
        return
    common = min(quantity, cell.our_quantity)
    priced = min(common, cell.our_priced)
    ours = cell.our_price or ZERO
    parts = {
        "missing_telemetry": ((quantity - common) * price, quantity - common),
        "not_on_invoice": ((priced - cell.our_priced) * ours, common - cell.our_quantity),
        "price_difference": (priced * (price - ours), priced),
        "unpriced_model": ((common - priced) * price, common - priced),
    }
    yield from _parts(cell, parts, difference, price, slack)


def _parts(
    cell: Cell,
    parts: Mapping[str, tuple[Decimal, Decimal]],
    difference: Decimal,
    price: Decimal,
    slack: Decimal,
) -> Iterator[Finding]:
    rest = difference
    for reason, (exact, quantity) in parts.items():
        amount = exact.quantize(PICO)
        rest -= amount
        if amount or (quantity and reason != "price_difference"):
            yield Finding(cell.key, reason, amount, quantity, _prices(reason, cell, price))
    if rest:
        yield Finding(cell.key, "rounding" if abs(rest) <= slack else "unexplained", rest)


def _prices(reason: str, cell: Cell, price: Decimal) -> str:
    ours = cell.our_price
    if reason != "price_difference" or ours is None:
        return ""
    return f"{per_million(price)} a million instead of {per_million(ours)}"


def per_million(price: Decimal) -> str:
    """A unit price as it is written in price lists."""
    return f"{(price * MILLION).quantize(PICO).normalize():f}"


def _without_price(cell: Cell, difference: Decimal, quantity: Decimal) -> Iterator[Finding]:
    """Nobody knows what the invoice's usage costs: it states none and we have no price, or its price is absurd."""
    if cell.amount is None:
        yield Finding(
            cell.key, "unpriced_model", difference, quantity, "the report states no money, nor have we a price"
        )
    elif quantity <= 0 or cell.our_price is not None:
        yield from _some(Finding(cell.key, "unexplained", difference, quantity, _absurd(cell, quantity)))
    else:
        yield from _some(Finding(cell.key, "missing_telemetry", difference, quantity - cell.our_quantity))


def _absurd(cell: Cell, quantity: Decimal) -> str:
    if quantity <= 0 or cell.amount is None or cell.our_price is None:
        return "an amount without a quantity"
    said, ours = per_million(cell.amount / quantity), per_million(cell.our_price)
    return f"{said} a million instead of {ours}: are units or columns mistaken?"


def _by_amount(cell: Cell, difference: Decimal, price: Decimal | None, slack: Decimal) -> Iterator[Finding]:
    """The invoice states money alone: our quantity stands in for its own."""
    if not cell.has_ours:
        yield from _some(Finding(cell.key, "missing_telemetry", difference))
    elif cell.our_priced <= 0 and not cell.our_cost:
        yield from _some(Finding(cell.key, "unpriced_model", difference, cell.our_unpriced))
    else:
        yield from _priced_by_amount(cell, difference, price, slack)


def _priced_by_amount(cell: Cell, difference: Decimal, price: Decimal | None, slack: Decimal) -> Iterator[Finding]:
    ours, rest = cell.our_price, difference
    if price is not None and ours is not None:
        changed = (cell.our_priced * (price - ours)).quantize(PICO)
        rest -= changed
        if changed:
            yield Finding(
                cell.key, "price_difference", changed, cell.our_priced, _prices("price_difference", cell, price)
            )
    if rest:
        yield Finding(cell.key, "rounding" if abs(rest) <= slack else USAGE, rest)


USAGE = "usage"
"""Not a reason yet: usage or unexplained, which only the cells around it can tell (`relating`)."""
