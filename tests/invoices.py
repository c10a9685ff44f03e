"""Invoices for the simulated company, written from its events by code that shares nothing with the product.

A provider knows when each call was, what it used and what that costs; it bills by day, model and kind.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

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
