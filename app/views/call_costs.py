"""What one call cost: computed, reported and final, the difference in words, and its charges line by line."""

from decimal import Decimal
from typing import Any

from app import evidence, figures, grids, price_words
from app.cards import facts, finding
from app.context import Context
from app.grids import Column
from app.palette import model_colour
from app.views import price_card

Row = dict[str, Any]
SETTLED = Decimal("0.000001")
"""Below a millionth of a dollar a difference is rounding."""


def render(context: Context, trace: str, span: Row, org: str | None) -> None:
    """The costs of the call that this span is; nothing where it is none."""
    calls = context.rows("call_costs", trace_id=trace, span_id=span["span_id"], date=span["date"], org=org)
    if not calls:
        return
    call = calls[0]
    lines = context.rows("call_charges", call_id=call["call_id"], date=call["date"])
    title, _ = price_words.COST_SOURCES.get(call["cost_source"], (call["cost_source"], ""))
    finding(f"{grids.text(call['model'])}: {figures.money(call['cost_usd'])} · {title.lower()}", in_words(call, lines))
    evidence.of(call)
    facts(
        [
            ("Computed", _exact(call["computed_cost_usd"])),
            (f"Reported{_by(call)}", _exact(call["reported_cost_usd"])),
            ("Final", _exact(call["cost_usd"])),
            *([("Metered", _exact(call["metered_cost_usd"]))] if call["charge_id"] else []),
            ("At list price", _exact(call["list_cost_usd"])),
            ("Service tier", _tier(call)),
        ]
    )
    if lines:
        _lines(context, call, lines)


def in_words(call: Row, lines: list[Row]) -> str:
    """The difference between computed and reported cost as a sentence, or why a cost is what it is."""
    computed, reported = call["computed_cost_usd"], call["reported_cost_usd"]
    if call["cost_source"] == "response_cache":
        return "Answered from a response cache: nothing was billed, so its cost is a known zero."
    if call["charge_id"] is not None:
        metered = _exact(call["metered_cost_usd"])
        charge = call["charge_id"]
        return f"The charge {charge} pays for it: this is its part of the day. Metered it would cost {metered}."
    if computed is None and reported is None:
        return _unknown(call)
    price = "contracted" if any(line["rate_class"] == price_words.CONTRACTED for line in lines) else "list"
    if computed is None:
        return f"No price is known, so what the {_who(call)} reported counts: {figures.money(reported)}, in one line."
    if reported is None:
        return f"Tokens × {price} price; nobody reported a cost of their own."
    difference = reported - computed
    size = f"{figures.money(abs(difference))} {'less' if difference < 0 else 'more'}"
    if difference == 0:
        return f"The {_who(call)} reported exactly tokens × {price} price."
    if call["cost_source"] == "provider":
        zero = " It reported 0, which stays 0: check it against the invoice." if reported == 0 else ""
        return f"The provider billed {size} than tokens × {price} price: the adjustment line.{zero}"
    if reported == 0:
        nothing = figures.money(reported)
        return (
            f"The client reported {nothing}, but tokens were used and a price is known: tokens × {price} price counts."
        )
    rounding = ", which is rounding" if abs(difference) <= SETTLED else ""
    return f"The client reported {size} than tokens × {price} price{rounding}; the computed cost counts."


def _unknown(call: Row) -> str:
    if call["cost_source"] == "unpriced":
        return (
            f"No price is known for {grids.text(call['model'])}: its cost is unknown, not zero. "
            "Name its price in your SPANLEDGER_PRICES_FILE; the page Prices shows how."
        )
    if call["usage_error"]:
        return f"Its token counts cannot be right ({call['usage_error']}), so nothing is computed from them."
    return "Neither token counts nor a cost were sent, so its cost is unknown, not zero."


def _who(call: Row) -> str:
    return "provider" if call["reported_cost_kind"] == "provider" else "client"


def _by(call: Row) -> str:
    return "" if call["reported_cost_usd"] is None else f" by the {_who(call)}"


def _exact(usd: Decimal | None) -> str:
    return figures.UNKNOWN if usd is None else figures.money(usd)


def _tier(call: Row) -> str:
    asked, rated = call["service_tier"], call["rated_service_tier"]
    if not asked:
        return "standard"
    return asked if rated in {asked.lower(), None} else f"{asked}, priced as {rated} for want of a rate"


def _lines(context: Context, call: Row, lines: list[Row]) -> None:
    known = [line["cost_usd"] for line in lines if line["cost_usd"] is not None]
    summed = sum(known, Decimal(0))
    if call["cost_usd"] is not None and summed != call["cost_usd"]:
        raise AssertionError(
            f"the charges of call {call['call_id']} add up to {summed} USD, its cost is {call['cost_usd']} USD"
        )
    attempts = {line["usage_number"] for line in lines} - {0}
    grids.grid(
        lines,
        [
            Column("charge_kind", "Charge", html=_kind),
            *([Column("usage_number", "Attempt", lambda n: str(n or ""), is_number=True)] if len(attempts) > 1 else []),
            Column("quantity", "Units", html=_units, is_number=True),
            Column("contracted_unit_price", "Unit price", html=_price, is_number=True, is_minor=True),
            *([grids.money("metered_usd", "Metered", is_minor=True)] if call["charge_id"] else []),
            grids.money("cost_usd", "Cost"),
            Column("rate_class", "Rate", lambda value: value or "", is_minor=True),
            Column("source", "Source", html=_source, is_minor=True),
            Column("checked_on", "Checked on", price_card.day, price_words.CHECKED_ON, is_minor=True),
            Column(
                "price_model", "Price list's model", lambda value: value or figures.UNKNOWN, is_minor=True,
                colour=lambda line: model_colour(line["price_model"]), href=lambda line: _card(context, line),
            ),
        ],
        total={"charge_kind": "Sum, the call's cost", "cost_usd": call["cost_usd"]},
    )  # fmt: skip


def _card(context: Context, line: Any) -> str:
    if line["price_model"] is None:
        return context.link("prices")
    return context.link("prices", of=f"{line['price_provider']}/{line['price_model']}")


def _kind(line: Any) -> str:
    """The kind, and what its rate is for; the class has a column of its own."""
    said = "" if line["price_model"] is None else ", ".join(price_card.narrowed({**line, "rate_class": None}))
    return grids.explained(price_words.CHARGE_KINDS.get(line["charge_kind"], str(line["charge_kind"])), said)


def _source(line: Any) -> str:
    return grids.outside(line["source"] or "", line["source_url"])


def _units(line: Any) -> str:
    if line["quantity"] is None:
        return ""
    count = figures.count(line["quantity"])
    return f"{count} {figures.plural(line['unit']) if line['quantity'] != 1 else line['unit']}"


def _price(line: Any) -> str:
    if line["quantity"] is None:
        return ""
    price, at_list = line["contracted_unit_price"], line["list_unit_price"]
    if price is None:
        return '<span class="sl-bad">no price</span>'
    below = f"list: {figures.unit_price(at_list, line['unit'])}" if at_list is not None and at_list != price else ""
    return grids.explained(figures.unit_price(price, line["unit"]), below)
