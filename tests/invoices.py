"""Invoices for the simulated company, written from its events by code that shares nothing with the product.

A provider knows when each call was, what it used and what that costs; it bills by day, model and kind.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from sample_traces.company.events import Call, Company
from sample_traces.company.facts import place
from sample_traces.company.prices import MILLION, price_of

NANO = 1_000_000_000


@dataclass(frozen=True)
class Used:
    """What one call used of one kind, as its provider counts and prices it; ``price`` is US dollars a million."""

    at: datetime
    provider: str
    model: str
    service: str
    project: str | None
    kind: str
    quantity: int
    price: Decimal | None

    @property
    def amount(self) -> Decimal:
        """US dollars; nothing where the provider charges nothing we know of."""
        return self.quantity * (self.price or Decimal(0)) / MILLION


@dataclass(frozen=True)
class Billed:
    """One line of an invoice."""

    day: date
    provider: str
    model: str
    project: str | None
    kind: str
    quantity: int
    amount: Decimal


def usage(company: Company, provider: str) -> list[Used]:
    """Everything one provider saw."""
    return [
        used
        for placed in place(company)
        if placed.call.model.provider == provider and placed.call.usage is not None
        for used in _of_call(placed.call, company, placed.run.origin.service, placed.run.origin.project)
    ]


def _of_call(call: Call, company: Company, service: str, project: str | None) -> Iterator[Used]:
    at = datetime.fromtimestamp(call.started_ns // NANO, UTC)
    price = price_of(call.model, at.date(), company.rates)
    counts = call.usage
    assert counts is not None
    cached, written, hour = counts.cached or 0, counts.cache_write or 0, counts.cache_write_1h or 0
    kinds = {
        "input": (counts.input_tokens - cached - written, price and price.input),
        "cache_read": (cached, price and price.cache_read),
        "cache_write": (written - hour, price and price.cache_write),
        "cache_write_1h": (hour, price and price.cache_write_1h),
        "output": (counts.output_tokens or 0, price and price.output),
    }
    for kind, (quantity, unit) in kinds.items():
        if quantity:
            yield Used(at, call.model.provider, call.model.response, service, project, kind, quantity, unit)


def bill(used: Iterable[Used], zone: str = "UTC", by_project: bool = False) -> list[Billed]:
    """The lines for days that begin at midnight of ``zone``."""
    lines: dict[tuple[date, str, str, str, str], Billed] = {}
    for one in used:
        day = one.at.astimezone(ZoneInfo(zone)).date()
        project = one.project if by_project else None
        key = (day, one.provider, one.model, project or "", one.kind)
        line = lines.get(key, Billed(day, one.provider, one.model, project, one.kind, 0, Decimal(0)))
        lines[key] = replace(line, quantity=line.quantity + one.quantity, amount=line.amount + one.amount)
    return [lines[key] for key in sorted(lines)]


def within(lines: Iterable[Billed], first: date, last: date) -> list[Billed]:
    """The lines of a period."""
    return [line for line in lines if first <= line.day <= last]


def repriced(used: Iterable[Used], model: str, since: datetime, change: Callable[[Decimal], Decimal]) -> list[Used]:
    """The usage with another price for one model from a moment on."""
    return [
        replace(one, price=change(one.price)) if one.model == model and one.at >= since and one.price else one
        for one in used
    ]


def rounded(lines: Iterable[Billed], unit: str) -> list[Billed]:
    """Each line rounded to a unit, as providers do."""
    return [replace(line, amount=line.amount.quantize(Decimal(unit), ROUND_HALF_UP)) for line in lines]


def total(lines: Iterable[Billed | Used]) -> Decimal:
    """What lines add up to."""
    return sum((line.amount for line in lines), Decimal(0))


Credit = tuple[date, Decimal]


def as_csv(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """A CSV whose columns are named as the reader names its fields."""
    rows: list[tuple[object, ...]] = [(one.day, one.model, one.kind, one.quantity, _plain(one.amount)) for one in lines]
    rows += [(day, "", "credit", "", amount) for day, amount in credited]
    return _csv(path, ("date", "model", "kind", "quantity", "amount"), rows)


METERS = {"input": "input", "cache_read": "cached input", "output": "output"}


def as_openai_json(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """Pages of the Costs API, grouped by line item."""
    days: dict[date, list[dict[str, object]]] = {}
    for one in lines:
        item = f"{one.model}, {METERS[one.kind]}"
        days.setdefault(one.day, []).append(_openai(item, one.amount, one.quantity))
    for day, amount in credited:
        days.setdefault(day, []).append(_openai("Promotional credit", amount, None))
    pages = [_openai_page(day, days[day], has_more=day != max(days)) for day in sorted(days)]
    return _text(path, "[" + ",\n".join(json.dumps(page) for page in pages) + "]")


def _openai(item: str, amount: Decimal, quantity: int | None) -> dict[str, object]:
    return {
        "object": "organization.costs.result",
        "amount": {"value": float(amount), "currency": "usd"},
        "line_item": item,
        "project_id": None,
        "quantity": quantity,
        "quantity_unit": None if quantity is None else "tokens",
    }


def _openai_page(day: date, results: list[dict[str, object]], has_more: bool) -> dict[str, object]:
    start = int(datetime.combine(day, time(), tzinfo=UTC).timestamp())
    bucket = {"object": "bucket", "start_time": start, "end_time": start + 86400, "results": results}
    return {"object": "page", "data": [bucket], "has_more": has_more, "next_page": "p" if has_more else None}


def as_openai_usage(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """Pages of the Usage API: tokens and no money."""
    days: dict[date, dict[str, dict[str, int]]] = {}
    for one in lines:
        days.setdefault(one.day, {}).setdefault(one.model, {})[one.kind] = one.quantity
    pages = [
        _openai_page(day, [_openai_tokens(model, counts) for model, counts in models.items()], has_more=False)
        for day, models in sorted(days.items())
    ]
    return _text(path, "".join(json.dumps(page) + "\n" for page in pages))


def _openai_tokens(model: str, counts: dict[str, int]) -> dict[str, object]:
    cached = counts.get("cache_read", 0)
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": counts.get("input", 0) + cached,
        "input_cached_tokens": cached,
        "output_tokens": counts.get("output", 0),
        "num_model_requests": 1,
        "model": model,
        "project_id": None,
    }


def as_openai_csv(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """The dashboard's cost export."""
    header = (
        "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,"
        "user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source"
    )
    billed: list[tuple[date, Decimal, object, str]] = [
        (one.day, one.amount, one.quantity, f"{one.model}, {METERS[one.kind]}") for one in lines
    ]
    billed += [(day, amount, "", "Promotional credit") for day, amount in credited]
    rows = [
        (*_seconds(day), day, day, _plain(amount), "usd", quantity, "tokens" if quantity else "", item, *[""] * 8)
        for day, amount, quantity, item in billed
    ]
    return _csv(path, header, rows)


def _seconds(day: date) -> tuple[int, int]:
    start = int(datetime.combine(day, time(), tzinfo=UTC).timestamp())
    return start, start + 86400


TOKEN_TYPES = {
    "input": "uncached_input_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation.ephemeral_5m_input_tokens",
    "cache_write_1h": "cache_creation.ephemeral_1h_input_tokens",
    "output": "output_tokens",
}


def as_anthropic_json(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """Pages of the cost report, grouped by description; amounts in cents, as text."""
    days: dict[date, list[dict[str, object]]] = {}
    for one in lines:
        result = {"cost_type": "tokens", "token_type": TOKEN_TYPES[one.kind], "model": one.model, "description": "x"}
        days.setdefault(one.day, []).append(result | {"amount": _plain(one.amount * 100), "currency": "USD"})
    for day, amount in credited:
        result = {"cost_type": None, "token_type": None, "model": None, "description": "Promotional credit"}
        days.setdefault(day, []).append(result | {"amount": _plain(amount * 100), "currency": "USD"})
    return _text(path, json.dumps({"data": [_bucket(day, days[day]) for day in sorted(days)], "has_more": False}))


def as_anthropic_usage(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """Pages of the messages usage report: tokens and no money."""
    days: dict[date, dict[str, dict[str, object]]] = {}
    for one in lines:
        result = days.setdefault(one.day, {}).setdefault(one.model, {"model": one.model, "cache_creation": {}})
        group, _, leaf = TOKEN_TYPES[one.kind].rpartition(".")
        holder = result[group] if group else result
        assert isinstance(holder, dict)
        holder[leaf] = one.quantity
    found = [_bucket(day, list(models.values())) for day, models in sorted(days.items())]
    return _text(path, json.dumps({"data": found, "has_more": False, "next_page": None}))


def _bucket(day: date, results: list[dict[str, object]]) -> dict[str, object]:
    return {"starting_at": f"{day}T00:00:00Z", "ending_at": f"{day + timedelta(days=1)}T00:00:00Z", "results": results}


DISPLAY_NAMES = {
    "claude-haiku-4-5-20251001": "Claude Haiku 4.5",
    "claude-sonnet-4-5-20250929": "Claude Sonnet 4.5",
}
SHORT_TYPES = {
    "input": "input_no_cache",
    "cache_read": "input_cache_read",
    "cache_write": "input_cache_write_5m",
    "cache_write_1h": "input_cache_write_1h",
    "output": "output",
}


def as_anthropic_cost_csv(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """The Console's cost export."""
    header = (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,"
        "inference_geo,speed,api_key_id,api_key_status"
    )
    rows = [
        (one.day, DISPLAY_NAMES[one.model], "Default", "k", "message", "≤ 200k", SHORT_TYPES[one.kind], *money, *rest)
        for one in lines
        for money in [(_plain(one.amount), _plain(one.amount), "token")]
        for rest in [("global", "", "apikey_x", "active")]
    ]
    rows += [(day, "", "Default", "", "", "", "", _plain(a), "", "promo", "", "", "", "") for day, a in credited]
    return _csv(path, header, rows)


def as_anthropic_usage_csv(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """The Console's usage export: tokens and no money."""
    kinds = ("input", "cache_write", "cache_write_1h", "cache_read", "output")
    header = (
        "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
        "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
        "usage_output_tokens,web_search_count,inference_geo,speed"
    )
    counts: dict[tuple[date, str], dict[str, int]] = {}
    for one in lines:
        counts.setdefault((one.day, one.model), {})[one.kind] = one.quantity
    rows = [
        (day, model, "k", "Default", "standard", "≤ 200k", *(found.get(kind, 0) for kind in kinds), 0, "global", "")
        for (day, model), found in counts.items()
    ]
    return _csv(path, header, rows)


FOCUS_METERS = {"input": "Input", "cache_read": "Input Cache", "output": "Output"}


def focus_rows(lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> list[dict[str, object]]:
    """Rows of a bill in FOCUS, one of which is of another service."""
    rows: list[dict[str, object]] = [
        _focus(one.day, "Usage", one.amount)
        | {
            "SkuMeter": FOCUS_METERS[one.kind],
            "x_ModelName": one.model,
            "ConsumedQuantity": Decimal(one.quantity),
            "ConsumedUnit": "Tokens",
        }
        for one in lines
    ]
    rows += [_focus(day, "Credit", amount) for day, amount in credited]
    machine = _focus(lines[0].day, "Usage", Decimal("12.34"))
    return [*rows, machine | {"ServiceName": "Virtual Machines", "ServiceCategory": "Compute", "ProviderName": "Else"}]


def _focus(day: date, category: str, amount: Decimal) -> dict[str, object]:
    return {
        "BilledCost": amount,
        "BillingCurrency": "USD",
        "ChargeCategory": category,
        "ChargeDescription": "as billed",
        "ChargePeriodStart": datetime.combine(day, time(), tzinfo=UTC),
        "ChargePeriodEnd": datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC),
        "ConsumedQuantity": None,
        "ConsumedUnit": None,
        "ProviderName": "OpenAI",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "OpenAI API",
        "SkuMeter": None,
        "x_ModelName": None,
    }


def as_focus_csv(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """A FOCUS file as CSV."""
    rows = focus_rows(lines, credited)
    return _csv(path, list(rows[0]), [[_focus_text(value) for value in row.values()] for row in rows])


def as_focus_parquet(path: Path, lines: Sequence[Billed], credited: Sequence[Credit] = ()) -> Path:
    """A FOCUS file as Parquet, written by Polars."""
    rows = focus_rows(lines, credited)
    decimals = {name: pl.Decimal(38, 12) for name in ("BilledCost", "ConsumedQuantity")}
    pl.DataFrame(rows, schema_overrides=decimals).write_parquet(path)
    return path


def _focus_text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return "" if value is None else _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def _csv(path: Path, header: Sequence[str] | str, rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(",") if isinstance(header, str) else header)
        writer.writerows(rows)
    return path


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
