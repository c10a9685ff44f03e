"""Prices of the sample company, and what each of its calls is charged by them: the contract's columns, line by line."""

from decimal import Decimal
from typing import Any

RATES = {
    "claude-haiku-4-5": ("1", "0.1", "5"),
    "claude-opus-4-8": ("5", "0.5", "25"),
    "claude-sonnet-4-5": ("3", "0.3", "15"),
    "gpt-5.2": ("1.75", "0.175", "14"),
    "gpt-5.2-mini": ("0.25", "0.025", "2"),
    "gemini-3-flash": ("0.5", "0.05", "3"),
}
"""US dollars a million tokens: input, cache read, output."""

KINDS = ("input", "cache_read", "output")
CONTRACTED = {"gpt-5.2": Decimal("0.9")}
"""What this company pays of a model's list price."""


def prices(model: str) -> dict[str, Decimal]:
    """US dollars a token by kind, at list price."""
    return {kind: Decimal(rate) / 10**6 for kind, rate in zip(KINDS, RATES[model], strict=True)}


def tokens_for(model: str, usd: float) -> int:
    """The input tokens of a call of about that cost: a third of them cached, an eighth as many written."""
    a_token = prices(model)
    return max(24, int(usd / float(a_token["input"] * 2 / 3 + a_token["cache_read"] / 3 + a_token["output"] / 8)))


def lines(model: str, input_tokens: int) -> list[dict[str, Any]]:
    """Charge lines of a call without its keys: kind, quantity, list and contracted price and cost."""
    cached = input_tokens // 3
    counts = {"input": input_tokens - cached, "cache_read": cached, "output": input_tokens // 8}
    paid = CONTRACTED.get(model, Decimal(1))
    return [
        {
            "charge_kind": kind, "quantity": Decimal(counts[kind]), "unit": "token",
            "price_id": f"{model} {kind} {'list' if paid == 1 else 'contracted'}",
            "list_unit_price": price, "contracted_unit_price": price * paid,
            "list_cost_usd": counts[kind] * price, "contracted_cost_usd": counts[kind] * price * paid,
            "effective_cost_usd": counts[kind] * price * paid,
        }
        for kind, price in prices(model).items()
    ]  # fmt: skip


def costs(workflow: str, number: int, charged: list[dict[str, Any]]) -> dict[str, Any]:
    """The three costs of the n-th call. `charged` gets the line that a reported cost adds.

    The provider of invoice-extract bills a tenth less than list, each time. The client of weekly-digest forgets the
    cache's discount, and that of search-answers says 0 now and then.
    """
    computed = sum((line["effective_cost_usd"] for line in charged), Decimal(0))
    cached = next(line for line in charged if line["charge_kind"] == "cache_read")
    full_price = next(line["contracted_unit_price"] for line in charged if line["charge_kind"] == "input")
    reported, kind = {
        "invoice-extract": (computed * Decimal("0.9"), "provider"),
        "weekly-digest": (computed - cached["effective_cost_usd"] + cached["quantity"] * full_price, "client"),
        "search-answers": (Decimal(0) if number % 20 == 0 else None, "client"),
    }.get(workflow, (None, None))
    final = reported if kind == "provider" and reported is not None else computed
    if final != computed:
        none = dict.fromkeys(("quantity", "unit", "price_id", "list_unit_price", "contracted_unit_price"))
        charged.append({
            "charge_kind": "adjustment", **none, "list_cost_usd": Decimal(0),
            "contracted_cost_usd": final - computed, "effective_cost_usd": final - computed,
        })  # fmt: skip
    return {
        "cost_usd": final, "computed_cost_usd": computed, "reported_cost_usd": reported,
        "reported_cost_kind": kind if reported is not None else None,
        "cost_source": "provider" if final is reported else "computed",
        "list_cost_usd": sum((line["list_cost_usd"] for line in charged), Decimal(0)),
    }  # fmt: skip


def unknown(number: int, charged: list[dict[str, Any]]) -> dict[str, Any]:
    """The costs of a call to a model without a price; every other one reports one, and `charged` gets its line."""
    reported = Decimal("0.02") if number % 2 else None
    if reported is not None:
        none = dict.fromkeys(("quantity", "unit", "price_id", "list_unit_price", "contracted_unit_price"))
        charged.append({
            "charge_kind": "reported", **none, "list_cost_usd": reported, "contracted_cost_usd": reported,
            "effective_cost_usd": reported,
        })  # fmt: skip
    return {
        "cost_usd": reported, "computed_cost_usd": None, "reported_cost_usd": reported,
        "reported_cost_kind": "client" if reported else None, "cost_source": "client" if reported else "unpriced",
        "list_cost_usd": reported,
    }  # fmt: skip


def rate_rows() -> list[dict[str, Any]]:
    """The price ledger: list rates of every model, contracted ones where there are, one withdrawn."""
    return [
        {
            "price_id": f"{model} {kind} {rate_class}", "price_provider": provider(model), "price_model": model,
            "token_kind": kind, "rate_class": rate_class, "unit_price_usd": price * share,
        }
        for model in RATES
        for kind, price in prices(model).items()
        for rate_class, share in (("list", Decimal(1)), ("contracted", CONTRACTED.get(model)))
        if share is not None
    ]  # fmt: skip


def provider(model: str) -> str:
    """The price list's name of the provider."""
    return {"cl": "anthropic", "gp": "openai", "ge": "google"}[model[:2]]
