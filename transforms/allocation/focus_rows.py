"""Rows of a FOCUS file ("Cost and Usage", any 1.x version) as charges and as usage, in the CSV those are read from.

Charges: one per day (or longer charge period), provider, service, currency and owner, of the effective cost. Usage: the
consumed quantity per day and owner. Rows are picked by the columns of `FOCUS_ASKS`.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from transforms.allocation.sources import TAGGED, Source
from transforms.patterns import matches
from transforms.pricing.charges import PICO, REQUIRED, ChargeError

Row = Mapping[str, str]
CHARGE_COLUMNS = (*REQUIRED, "list_amount", *TAGGED)
USAGE_COLUMNS = ("date", "metric", "quantity", *TAGGED)
MICRO = Decimal("0.000001")


def charges_text(rows: Iterable[Row], source: Source, name: str) -> str:
    """A charges file of the rows of the FOCUS file ``name`` that ``source`` picks. Raises ChargeError."""
    sums: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for where, row in _picked(rows, source, name):
        first, after = _days(row, where)
        what = (
            _said(row, "ProviderName", where),
            _said(row, "ServiceName", where),
            _said(row, "BillingCurrency", where),
        )
        sum_of = sums[f"{first}", f"{after}", *what, *_owner(row, source, where)]
        effective = _number(row, "EffectiveCost", where)
        sum_of[0] += effective
        sum_of[1] += _number(row, "ListCost", where) if row.get("ListCost") else effective
    return _csv(CHARGE_COLUMNS, (_charge(key, sums[key], source, name) for key in sorted(sums)))


def usage_text(rows: Iterable[Row], source: Source, name: str) -> str:
    """A usage file of what the rows that ``source`` picks consumed. Raises ChargeError."""
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for where, row in _picked(rows, source, name):
        if row.get("ConsumedQuantity"):
            sums[f"{_days(row, where)[0]}", *_owner(row, source, where)] += _number(row, "ConsumedQuantity", where)
    lines = ((key[0], source.metric, f"{sums[key].quantize(MICRO):f}", *key[1:]) for key in sorted(sums))
    return _csv(USAGE_COLUMNS, lines)


def _charge(key: tuple[str, ...], sums: list[Decimal], source: Source, name: str) -> tuple[str, ...]:
    effective, listed = sums
    first, after, provider, service, currency, *owner = key
    is_credit = effective < 0
    said = [part for part in (first, provider, service, *owner) if part]
    until = [] if date.fromisoformat(after) == date.fromisoformat(first) + timedelta(1) else [after]
    amounts = [f"{amount.quantize(PICO):f}" for amount in (effective, listed)]
    return (
        *("/".join([source.name, *said, *until, *([currency] if currency != "USD" else [])]),),
        *("credit" if is_credit else "other", provider, service, amounts[0], currency, first, after, f"FOCUS {name}"),
        *(amounts[1] if listed >= 0 and not is_credit else "", *owner),
    )


def _picked(rows: Iterable[Row], source: Source, name: str) -> Iterator[tuple[str, Row]]:
    """Rows that are asked for, each with where it stands; the header is line 1."""
    for number, row in enumerate(rows, start=2):
        if all(matches(row.get(column, ""), asked) for column, asked in source.where):
            yield f"{name}:{number}", row


def _days(row: Row, where: str) -> tuple[date, date]:
    """The UTC days of a charge period, half-open."""
    start, end = (_moment(row, column, where) for column in ("ChargePeriodStart", "ChargePeriodEnd"))
    last = (end - timedelta(microseconds=1)).date()
    if start >= end:
        raise ChargeError(f"{where}: ChargePeriodEnd {end} is not after ChargePeriodStart {start}")
    return start.date(), last + timedelta(1)


def _moment(row: Row, column: str, where: str) -> datetime:
    text = _said(row, column, where)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ChargeError(f"{where}: {column} is {text!r}, expected a time such as 2026-10-01T00:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(row: Row, column: str, where: str) -> Decimal:
    text = _said(row, column, where)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**15:
        raise ChargeError(f"{where}: {column} is {text!r}, expected a number")
    return number


def _said(row: Row, column: str, where: str) -> str:
    text = row.get(column, "").strip()
    if not text:
        raise ChargeError(f"{where}: {column} is empty; FOCUS asks for it")
    return text


def _owner(row: Row, source: Source, where: str) -> tuple[str, ...]:
    """The values of the tags that hold `TAGGED`; '' where one is not there."""
    if not source.tags or not row.get("Tags"):
        return ("",) * len(TAGGED)
    try:
        tags = json.loads(row["Tags"])
    except ValueError as error:
        raise ChargeError(f"{where}: Tags is {row['Tags']!r}, expected a JSON object") from error
    if not isinstance(tags, dict):
        raise ChargeError(f"{where}: Tags is {row['Tags']!r}, expected a JSON object")
    keys = dict(source.tags)
    return tuple(str(tags.get(keys[column]) or "") if column in keys else "" for column in TAGGED)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
