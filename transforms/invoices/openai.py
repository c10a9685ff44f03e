"""OpenAI's Costs and Usage APIs: JSON pages of daily buckets.

Costs (`/v1/organization/costs`): `amount.value` and `amount.currency`; grouped by `line_item` also the line item, its
`quantity` and `quantity_unit`; grouped by project or key also these. A line item of a model is "MODEL, METER" with
the meters of `METERS`; any other (tool calls, sessions, images) is a fee. Without `line_item` a bucket is one amount.

Usage (`/v1/organization/usage/completions` and `/embeddings`): tokens and no money. `input_tokens` holds
`input_cached_tokens`. Buckets of other endpoints count no tokens and are left out.

Sources: the API reference's objects "Costs" and "Completions usage" (OpenAI's OpenAPI document 2.3.0, and the types
generated from later ones, which add quantity and api_key_id); line items as published responses show them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transforms.invoices.lines import Invoice, InvoiceLine, Meaning, invoice
from transforms.invoices.pages import Node, buckets, read_pages

PROVIDER = "openai"
METERS = {"input": "input", "cached input": "cache_read", "output": "output"}
"""Meter of a line item -> kind."""

COSTS = "organization.costs.result"
TOKENS = ("organization.usage.completions.result", "organization.usage.embeddings.result")


def read_openai(text: str, name: str, meaning: Meaning) -> Invoice:
    """An invoice from pages of either API. Raises InvoiceError naming file and key."""
    found = list(buckets(read_pages(text, name)))
    results = [(bucket.need("start_time").day(), one) for bucket in found for one in bucket.need("results").items()]
    lines = [line for day, one in results for line in _lines(day, one, meaning)]
    other = sum(one.text("object") not in (COSTS, *TOKENS) for _, one in results)
    days = [bucket.need("start_time").day() for bucket in found]
    is_money = any(one.text("object") == COSTS for _, one in results)
    form = f"OpenAI {'Costs' if is_money else 'Usage'} API"
    return invoice(name, form, lines, days, (other, Decimal(0)))


def _lines(day: date, one: Node, meaning: Meaning) -> Iterator[InvoiceLine]:
    project = one.text("project_id")
    project = meaning.projects.get(project or "", project)
    kind = one.text("object") or one.refuse("has no object")
    if kind == COSTS:
        amount = one.need("amount")
        item = item_of(one.text("line_item") or "", meaning)
        is_tokens = one.text("quantity_unit") == "tokens"
        quantity = one.get("quantity") if is_tokens and item.kind else None
        yield InvoiceLine(
            where=f"{one.file}: {one.path}",
            day=day,
            provider=PROVIDER,
            model=item.model,
            kind=item.kind,
            charge=item.charge,
            quantity=quantity.number() if quantity else None,
            amount=amount.need("value").number(),
            currency=(amount.text("currency") or "USD").upper(),
            project=project,
            text=item.text,
        )
    elif kind in TOKENS:
        yield from _tokens(day, one, project)


def _tokens(day: date, one: Node, project: str | None) -> Iterator[InvoiceLine]:
    whole, cached = one.count("input_tokens"), one.count("input_cached_tokens")
    if cached > whole:
        one.refuse(f"input_cached_tokens {cached} are more than the input_tokens {whole} that hold them")
    counts = {"input": whole - cached, "cache_read": cached, "output": one.count("output_tokens")}
    for kind, count in counts.items():
        if count:
            where = f"{one.file}: {one.path}"
            model = one.text("model")
            yield InvoiceLine(where, day, PROVIDER, model, kind, quantity=Decimal(count), project=project)


@dataclass(frozen=True)
class Item:
    """What a line item is: usage of a kind of a model, all usage together, or a fee."""

    model: str | None = None
    kind: str | None = None
    charge: str | None = None
    text: str = ""


def item_of(text: str, meaning: Meaning) -> Item:
    """What a line item's text says; the user's mapping of kinds goes first."""
    if not text:
        return Item()
    mapped = meaning.kinds.get(text)
    if mapped is not None:
        return Item(charge=mapped, text=text)
    model, _, meter = text.rpartition(", ")
    kind = METERS.get(meter.lower())
    return Item(model, kind, None, text) if model and kind else Item(charge="fee", text=text)
