"""Charges that are not tokens: subscriptions, seats, provisioned throughput, credits. One CSV row a charge.

    charge_id,category,provider,description,amount,currency,period_from,period_to,source
    claude-2026-10,seat,anthropic,10 seats,2000,USD,2026-10-01,2026-11-01,invoice 4711

Days are UTC and half-open: `period_to` is the first day that is not paid for. Optional columns say more:
`invoice_date` (the day it is billed, else the first of its period), `invoice_id`, `list_amount`, `quantity` and `unit`,
the scope (`organization`, `team`, `project`, `cost_center`, `environment`), `covers` (the rule of the coverage file
whose calls it pays for) and `supersedes`: a charge is never edited, a new row replaces it whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from transforms.csv_lines import Line, read_lines
from transforms.pricing.currency import USD, CurrencyError, Exchange

CATEGORIES = (
    *("subscription", "seat", "provisioned_throughput", "commitment", "credit", "tool_fee", "batch_without_spans"),
    *("support", "tax", "other"),
)
REQUIRED = (
    *("charge_id", "category", "provider", "description", "amount", "currency", "period_from", "period_to", "source"),
)
SCOPE = ("organization", "team", "project", "cost_center", "environment")
OPTIONAL = ("invoice_date", "invoice_id", "list_amount", "quantity", "unit", *SCOPE, "covers", "supersedes")

PICO = Decimal("1e-12")
LARGEST_USD = Decimal(1_000_000_000)
LARGEST_QUANTITY = Decimal(10) ** 18
LONGEST_DAYS = 3660


class ChargeError(ValueError):
    """A charge or a coverage rule that cannot be meant as written; names file, line, column and what was expected."""


@dataclass(frozen=True)
class Charge:
    """One charge as it is stated, with what it is in US dollars. None and '' mean not said."""

    charge_id: str
    category: str
    provider: str
    description: str
    amount: Decimal  # in `currency`; negative for a credit
    currency: str
    amount_usd: Decimal
    list_amount_usd: Decimal
    period_from: date
    period_to: date  # the first day after
    source: str
    billed_on: date
    fx_source: str | None  # the exchange rate applied, and whose; None for US dollars
    invoice_id: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    organization: str | None = None
    team: str | None = None
    project: str | None = None
    cost_center: str | None = None
    environment: str | None = None
    covers: str | None = None
    supersedes: str | None = None
    stated: str = ""  # what the row says, whatever the order of its columns: a charge's identity
    where: str = ""  # file:line, for complaints

    @property
    def days(self) -> int:
        """Days it is spread over."""
        return (self.period_to - self.period_from).days


def read_charges(text: str, name: str, exchange: Exchange, earlier: Sequence[Charge] = ()) -> list[Charge]:
    """The charges of a file, in its order. ``name`` stands in errors; ``earlier`` are those of the files before it,
    which its own may supersede. Raises ChargeError."""
    lines = read_lines(text, name, REQUIRED, OPTIONAL, ChargeError)
    charges = [_charge(line, exchange) for line in lines]
    _refuse_repeats(charges, lines, earlier)
    _refuse_loose_ends(charges, lines, earlier)
    return charges


def current(charges: Iterable[Charge]) -> list[Charge]:
    """Those that no other supersedes."""
    everything = list(charges)
    replaced = {charge.supersedes for charge in everything}
    return [charge for charge in everything if charge.charge_id not in replaced]


def spread(amount: Decimal, days: int) -> list[Decimal]:
    """``amount`` dollars over ``days`` equal days, to the last pico-dollar: what cannot be divided goes, a pico-dollar
    each, to the first days. Adds up to the amount exactly."""
    pico = int(amount / PICO)
    sign, whole = (-1 if pico < 0 else 1), abs(pico)
    each, rest = divmod(whole, days)
    return [sign * (each + (day < rest)) * PICO for day in range(days)]


def daily(charge: Charge) -> list[tuple[date, Decimal, Decimal, Decimal]]:
    """Days of a charge with what it costs there: effective and list, spread over its period, and billed, all of it on
    one day, which may lie outside."""
    days = [charge.period_from + timedelta(number) for number in range(charge.days)]
    spreads = (spread(amount, charge.days) for amount in (charge.amount_usd, charge.list_amount_usd))
    rows = {day: (effective, listed) for day, effective, listed in zip(days, *spreads, strict=True)}
    rows.setdefault(charge.billed_on, (Decimal(0), Decimal(0)))
    billed = {charge.billed_on: charge.amount_usd}
    return [(day, *both, billed.get(day, Decimal(0))) for day, both in sorted(rows.items())]


def refuse_shared_cover(charges: Sequence[Charge]) -> None:
    """One day of a rule is paid for by one charge of an organisation: a call has one. Raises ChargeError."""
    covering = sorted(
        (charge for charge in charges if charge.covers), key=lambda one: (one.covers or "", one.period_from)
    )
    for number, one in enumerate(covering):
        for other in covering[number + 1 :]:
            meets = one.covers == other.covers and other.period_from < one.period_to
            if meets and (one.organization == other.organization or not (one.organization and other.organization)):
                raise ChargeError(
                    f"{other.where}: covers is {other.covers!r}, whose calls {one.charge_id} ({one.where}) pays for "
                    f"from {one.period_from} to {one.period_to}; give each a rule of its own, or one charge to both"
                )


def _charge(line: Line, exchange: Exchange) -> Charge:
    period_from, period_to = _period(line)
    billed_on = line.day("invoice_date") or period_from
    category = line.one_of("category", CATEGORIES)
    amount = _amount(line, "amount", category)
    currency = line.required("currency")
    usd, fx_source = _rate(line, currency, billed_on, exchange)
    listed = _amount(line, "list_amount", category) if line.text("list_amount") else amount
    covers = line.text("covers") or None
    if covers and amount < 0:
        line.refuse(f"covers is {covers!r}: a credit pays for no calls; enter it beside the charge that does")
    return Charge(
        charge_id=line.required("charge_id"),
        category=category,
        provider=line.required("provider"),
        description=line.required("description"),
        amount=amount,
        currency=currency,
        amount_usd=_in_band(line, amount * usd),
        list_amount_usd=_in_band(line, listed * usd),
        period_from=period_from,
        period_to=period_to,
        source=line.required("source"),
        billed_on=billed_on,
        fx_source=fx_source,
        invoice_id=line.text("invoice_id") or None,
        quantity=_quantity(line) if line.text("quantity") else None,
        unit=line.text("unit") or None,
        organization=line.text("organization") or None,
        team=line.text("team") or None,
        project=line.text("project") or None,
        cost_center=line.text("cost_center") or None,
        environment=line.text("environment") or None,
        covers=covers,
        supersedes=line.text("supersedes") or None,
        stated=repr(sorted((column, value.strip()) for column, value in line.values.items() if value.strip())),
        where=line.where,
    )


def _period(line: Line) -> tuple[date, date]:
    period_from, period_to = (line.day(column) for column in ("period_from", "period_to"))
    if period_from is None or period_to is None:
        line.refuse(f"{'period_from' if period_from is None else 'period_to'} is empty, expected YYYY-MM-DD")
    if period_from >= period_to:
        line.refuse(f"period_to {period_to} is not after period_from {period_from}; it is the first day not paid for")
    if (period_to - period_from).days > LONGEST_DAYS:
        line.refuse(f"period_to {period_to} is more than {LONGEST_DAYS} days after {period_from}: is the year right?")
    return period_from, period_to


def _amount(line: Line, column: str, category: str) -> Decimal:
    amount = line.amount(column)
    if category == "credit" and amount > 0:
        line.refuse(f"{column} is {amount}: a credit is negative, or 0")
    if category != "credit" and amount < 0:
        line.refuse(f"{column} is {amount}: only a credit is negative; is the category credit?")
    _refuse_digits(line, column, amount)
    return amount


def _quantity(line: Line) -> Decimal:
    quantity = line.amount("quantity")
    _refuse_digits(line, "quantity", quantity)
    if abs(quantity) > LARGEST_QUANTITY:
        line.refuse(f"quantity is {quantity}, beyond {LARGEST_QUANTITY}")
    return quantity


def _refuse_digits(line: Line, column: str, number: Decimal) -> None:
    if number.as_tuple().exponent < -12:  # type: ignore[operator]  # finite, so never 'n', 'N' or 'F'
        line.refuse(f"{column} is {number}, which has more than 12 decimals")


def _rate(line: Line, currency: str, day: date, exchange: Exchange) -> tuple[Decimal, str | None]:
    try:
        rate = exchange.rate_on(currency, day)
    except CurrencyError as error:
        line.refuse(f"currency is {currency!r}: {error}")
    said = None if currency == USD else f"{currency} at {rate.usd_per_unit} USD, {rate.source} of {rate.day}"
    return rate.usd_per_unit, said


def _in_band(line: Line, usd: Decimal) -> Decimal:
    if abs(usd) > LARGEST_USD:
        line.refuse(f"amount is {usd.normalize():f} USD, beyond {LARGEST_USD}: is it in cents?")
    return usd.quantize(PICO)


def _refuse_repeats(charges: Sequence[Charge], lines: Sequence[Line], earlier: Sequence[Charge]) -> None:
    seen = {charge.charge_id: charge.where for charge in earlier}
    for charge, line in zip(charges, lines, strict=True):
        first = seen.setdefault(charge.charge_id, line.where)
        if first != line.where:
            line.refuse(
                f"charge_id is {charge.charge_id!r}, which stands in {first}; a correction has an id of its own and "
                "names the one it supersedes"
            )


def _refuse_loose_ends(charges: Sequence[Charge], lines: Sequence[Line], earlier: Sequence[Charge]) -> None:
    """What a row supersedes stands above it, and nothing is superseded twice; so there are no circles."""
    above = {charge.charge_id for charge in earlier}
    by = {charge.supersedes: charge.charge_id for charge in earlier if charge.supersedes}
    for charge, line in zip(charges, lines, strict=True):
        replaced = charge.supersedes
        if replaced and replaced not in above:
            line.refuse(f"supersedes is {replaced!r}, which is no charge_id above this line")
        if replaced and by.setdefault(replaced, charge.charge_id) != charge.charge_id:
            line.refuse(f"supersedes is {replaced!r}, which {by[replaced]} supersedes already; supersede that one")
        above.add(charge.charge_id)
