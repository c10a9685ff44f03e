"""A bill in FOCUS, FinOps' open form of cost and usage data: CSV or Parquet, versions 1.0 to 1.4.

Read are columns that the specification defines (`COLUMNS`), and `x_ModelName`, `x_TokenType` and `x_ConsumedTokens` of
our own export: FOCUS has no columns yet for a model and a kind of token. Where a cloud names them elsewhere, say where:
`--column model=ResourceName`. A row is ours when its service or provider is one of `PROVIDERS`, or when its
ServiceCategory is AI and the user says whose bill it is; the other rows are left out and counted. BilledCost is
compared: it is what the invoice adds up. So usage that a purchase pays for (an EffectiveCost and nothing billed, in our
own export also an x_CostSource of covered) is left out as well.

Source: FOCUS_Spec, specification/columns; since 1.3 ServiceProviderName, in place of ProviderName.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.csv_lines import Line
from transforms.invoices.generic import columns_of, day_of, figure, read_rows
from transforms.invoices.lines import OTHER_CHARGES, Invoice, InvoiceError, InvoiceLine, Meaning, invoice

HEADER = ("ChargePeriodStart", "ChargeCategory", "BilledCost")
"""Columns that tell the form."""

COLUMNS = {
    "model": ("x_ModelName",),
    "kind": ("x_TokenType", "SkuMeter"),
    "quantity": ("ConsumedQuantity", "x_ConsumedTokens", "PricingQuantity"),
    "project": ("SubAccountName", "SubAccountId"),
    "provider": ("ServiceName", "ServiceProviderName", "ProviderName"),
}
"""Field -> columns that hold it, the first that says something."""

PROVIDERS = {
    "amazon bedrock": "aws.bedrock",
    "anthropic": "anthropic",
    "azure ai inference": "azure.ai.inference",
    "azure openai": "azure.ai.openai",
    "azure openai service": "azure.ai.openai",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "gemini api": "gcp.gemini",
    "groq": "groq",
    "mistral ai": "mistral_ai",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "vertex ai": "gcp.vertex_ai",
    "xai": "x_ai",
}
"""Service or provider, in lower case -> OpenTelemetry's name of the provider."""

METERS = {
    "input": "input",
    "input cache": "cache_read",
    "input cache write": "cache_write",
    "input cache write 1h": "cache_write_1h",
    "output": "output",
    "output reasoning": "output_reasoning",
    "request": "request",
}
"""Meter in lower case -> kind; others are explained by the mapping file."""

CATEGORIES = {"Credit": "credit", "Tax": "tax", "Purchase": "fee", "Adjustment": "fee"}
"""ChargeCategory that is no usage -> charge."""

AI = "AI and Machine Learning"
UNIT = re.compile(r"(?:(?P<count>\d+|[KkMm]|\d+[KkMm])[ -]?)?(?P<name>tokens?|requests?)", re.IGNORECASE)
DAY_LONG = timedelta(hours=23)
NOON = 12


def read_focus(text: str, name: str, meaning: Meaning) -> Invoice:
    """An invoice from FOCUS as CSV. Raises InvoiceError naming file, line and column."""
    return _read(read_rows(text, name), name, meaning)


def read_focus_parquet(content: bytes, name: str, meaning: Meaning) -> Invoice:
    """An invoice from FOCUS as Parquet. Raises InvoiceError naming file, row and column."""
    try:
        table = pq.read_table(pa.BufferReader(content))
    except pa.ArrowException as error:
        raise InvoiceError(f"{name}: not a Parquet file that can be read: {error}") from error
    rows = (
        Line(f"{name}: row {number}", {column: _text(value) for column, value in row.items()}, InvoiceError)
        for number, row in enumerate(table.to_pylist(), start=1)
    )
    return _read(list(rows), name, meaning)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)


def _read(rows: list[Line], name: str, meaning: Meaning) -> Invoice:
    missing = [column for column in HEADER if rows and column not in rows[0].values]
    if missing or not rows:
        raise InvoiceError(f"{name}: no FOCUS data: {', '.join(missing) or 'rows'} missing")
    columns_of(rows[0].values, meaning, name)
    lines: list[InvoiceLine] = []
    others = Decimal(0)
    for row in rows:
        provider = None if _is_prepaid(row) else _provider(row, meaning)
        if provider is None:
            others += figure(row, "BilledCost") or Decimal(0)
        else:
            lines.append(_line(row, provider, meaning))
    return invoice(name, "FOCUS", lines, left_out=(len(rows) - len(lines), others))


def _said(row: Line, field: str, meaning: Meaning) -> str:
    columns = (meaning.columns[field],) if field in meaning.columns else COLUMNS[field]
    return next((row.text(column) for column in columns if row.text(column)), "")


def _provider(row: Line, meaning: Meaning) -> str | None:
    """Whose row it is, None where it is none of an AI provider's."""
    said = (row.text(column) for column in COLUMNS["provider"])
    known = next((PROVIDERS[name.lower()] for name in said if name.lower() in PROVIDERS), None)
    return known or (meaning.provider if row.text("ServiceCategory") == AI else None)


def _is_prepaid(row: Line) -> bool:
    is_free = row.text("ChargeCategory") == "Usage" and figure(row, "BilledCost") == 0
    return is_free and (bool(figure(row, "EffectiveCost")) or row.text("x_CostSource") == "covered")


def _line(row: Line, provider: str, meaning: Meaning) -> InvoiceLine:
    category = row.required("ChargeCategory")
    kind, charge = (None, CATEGORIES[category]) if category in CATEGORIES else _usage(row, meaning)
    project = _said(row, "project", meaning)
    quantity, price = _measured(row, meaning) if kind else (None, None)
    return InvoiceLine(
        where=row.where,
        day=_day(row),
        provider=provider,
        model=_said(row, "model", meaning) or None if kind else None,
        kind=kind,
        charge=charge,
        quantity=quantity,
        amount=figure(row, "BilledCost"),
        currency=row.text("BillingCurrency") or meaning.currency or "USD",
        project=meaning.projects.get(project, project) or None,
        unit_price=price,
        text=row.text("ChargeDescription"),
    )


def _day(row: Line) -> date:
    """The day a row is of. A day that begins in the afternoon, by UTC, is the next day of a place further east."""
    start = day_of(row, "ChargePeriodStart")
    times = [_moment(row, column) for column in ("ChargePeriodStart", "ChargePeriodEnd")]
    if None not in times and _is_evening(*times):
        return start + timedelta(days=1)
    return start


def _is_evening(start: datetime | None, end: datetime | None) -> bool:
    return start is not None and end is not None and end - start >= DAY_LONG and start.hour >= NOON


def _moment(row: Line, column: str) -> datetime | None:
    text = row.text(column)
    return datetime.fromisoformat(text).replace(tzinfo=None) if len(text) > len("2026-10-01") else None


def _usage(row: Line, meaning: Meaning) -> tuple[str | None, str | None]:
    """(kind, other charge) of a usage row. What is not counted in tokens or requests is a fee."""
    word = _said(row, "kind", meaning)
    kind = meaning.kinds.get(word) or METERS.get(word.lower())
    if kind:
        return (None, kind) if kind in OTHER_CHARGES else (kind, None)
    if _factor(row.text("ConsumedUnit") or row.text("PricingUnit")) is not None:
        row.refuse(f"{word!r} is no kind of token that is known; explain it under kinds in the mapping file")
    return None, "fee"


def _measured(row: Line, meaning: Meaning) -> tuple[Decimal | None, Decimal | None]:
    """(tokens or requests, price of one)."""
    if "quantity" in meaning.columns:
        return figure(row, meaning.columns["quantity"]), None
    found = {column: figure(row, column) for column in (*COLUMNS["quantity"], "ContractedUnitPrice")}
    consumed, priced = _factor(row.text("ConsumedUnit")), _factor(row.text("PricingUnit"))
    quantity = _times(found["ConsumedQuantity"], consumed)
    quantity = found["x_ConsumedTokens"] if quantity is None else quantity
    quantity = _times(found["PricingQuantity"], priced) if quantity is None else quantity
    price = found["ContractedUnitPrice"]
    return quantity, price / priced if price is not None and priced else None


def _times(number: Decimal | None, factor: Decimal | None) -> Decimal | None:
    return None if number is None or factor is None else number * factor


def _factor(unit: str) -> Decimal | None:
    """Tokens or requests in a unit such as "Tokens", "1000 Tokens", "1M tokens"; None for other units."""
    parts = UNIT.fullmatch(unit)
    if parts is None:
        return None
    count = (parts["count"] or "1").upper()
    scale: Mapping[str, int] = {"K": 1000, "M": 1_000_000}
    digits = count.rstrip("KM")
    return Decimal(digits or 1) * scale.get(count[-1], 1)
