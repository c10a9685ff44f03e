"""Anthropic's Usage & Cost Admin API: JSON pages of time buckets.

Cost report (`/v1/organizations/cost_report`): `amount` is a decimal text in the currency's smallest unit (cents), with
`currency`; grouped by description also `cost_type`, `model` and `token_type`. Costs that are not tokens (web search,
code execution) are fees. Ungrouped, a bucket is one amount.

Messages usage report (`/v1/organizations/usage_report/messages`): tokens and no money. `uncached_input_tokens`,
`cache_read_input_tokens` and `cache_creation` stand beside each other, none holds another.

Source: the API reference of both reports (platform.claude.com/docs/en/api/admin/cost_report and usage_report).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from transforms.invoices.lines import Invoice, InvoiceLine, Meaning, invoice
from transforms.invoices.pages import Node, buckets, read_pages

PROVIDER = "anthropic"
TOKEN_TYPES = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
}
"""What the reports call a kind -> kind."""

SMALLEST = Decimal("0.01")
"""Of the smallest unit in a unit of the currency; the API bills in US dollars only."""


def read_anthropic(text: str, name: str, meaning: Meaning) -> Invoice:
    """An invoice from pages of either report. Raises InvoiceError naming file and key."""
    found = list(buckets(read_pages(text, name)))
    results = [(bucket.need("starting_at").day(), one) for bucket in found for one in bucket.need("results").items()]
    is_money = any(one.get("amount") for _, one in results)
    lines = (
        line for day, one in results for line in (_cost(day, one, meaning) if is_money else _usage(day, one, meaning))
    )
    days = [bucket.need("starting_at").day() for bucket in found]
    return invoice(name, f"Anthropic {'cost' if is_money else 'usage'} report", lines, days)


def _cost(day: date, one: Node, meaning: Meaning) -> Iterator[InvoiceLine]:
    token_type, cost_type = one.text("token_type"), one.text("cost_type")
    kind = TOKEN_TYPES.get(token_type or "")
    if token_type and kind is None:
        one.need("token_type").refuse(f"{token_type!r} is none of {', '.join(TOKEN_TYPES)}")
    text = one.text("description") or ""
    charge = meaning.kinds.get(text) or ("fee" if cost_type else None)
    yield InvoiceLine(
        where=f"{one.file}: {one.path}",
        day=day,
        provider=PROVIDER,
        model=one.text("model") if kind else None,
        kind=kind,
        charge=None if kind else charge,
        amount=one.need("amount").number() * SMALLEST,
        currency=one.text("currency") or "USD",
        project=_project(one, meaning),
        text=text,
    )


def _usage(day: date, one: Node, meaning: Meaning) -> Iterator[InvoiceLine]:
    for name, kind in TOKEN_TYPES.items():
        group, _, leaf = name.rpartition(".")
        holder = one.get(group) if group else one
        count = holder.count(leaf) if holder else 0
        if count:
            where, project = f"{one.file}: {one.path}", _project(one, meaning)
            yield InvoiceLine(where, day, PROVIDER, one.text("model"), kind, quantity=Decimal(count), project=project)


def _project(one: Node, meaning: Meaning) -> str | None:
    workspace = one.text("workspace_id")
    return meaning.projects.get(workspace or "", workspace)
