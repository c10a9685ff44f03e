"""Prices: what a million tokens of each model cost, by which rates, what has none, what was published otherwise."""

from decimal import Decimal
from typing import Any

import streamlit as st

from app import evidence, figures, grids, price_words
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.grids import Column
from app.measures import first, is_fall, ratio
from app.palette import model_colour
from app.sentences import period_words
from app.views import price_card, reported, restated

Row = dict[str, Any]
PRICE_FILE = "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source"
SUGGESTED = 3
SOURCES = {
    "provider": "provider's bill",
    "client": "client's figure",
    "response_cache": "response cache",
    "covered": "charge",
}


def render(context: Context) -> None:
    """The page of all models, or of the one that the address names in `of`."""
    asked = st.query_params.get("of", "")
    if asked:
        price_card.render(context, asked)
        return
    rows = context.rows("model_prices")
    total = _total(rows)
    if not rows:
        headline("No call in this period, so nothing was paid for", "Choose a longer period, or take a filter away.")
        price_card.lookup(context)
        return
    headline(
        f"A million tokens cost {figures.money(total['usd_per_million'])} {period_words(context)}"
        if total["usd_per_million"] is not None
        else f"No call {period_words(context)} has both a known cost and token counts",
        price_words.PER_MILLION,
    )
    evidence.of(rows, context.rows_before("model_prices"), context.rows("restatements"))
    _cards(context, rows, total)
    finding(_dearest(rows), "A model leads to its rates; its spend leads to its calls.")
    _models(context, rows, total)
    price_card.lookup(context)
    _unpriced(context)
    _sources(context, total)
    reported.section(context)
    restated.section(context)


def _total(rows: list[Row]) -> Row:
    summed = {
        name: sum((row[name] or 0 for row in rows), Decimal(0))
        for name in ("cost_usd", "tokens", "calls", "unknown_cost_calls", "covered_usd", "covered_tokens", "list_usd")
    }
    per_token = ratio(summed["covered_usd"], summed["covered_tokens"])
    return summed | {"model": "All", "usd_per_million": per_token and per_token * 10**6}


def _cards(context: Context, rows: list[Row], total: Row) -> None:
    before = _total(context.rows_before("model_prices"))
    change = figures.change(total["usd_per_million"], before["usd_per_million"])
    saved = total["list_usd"] - total["cost_usd"]
    changes = context.rows("restatements")
    restated_usd = sum((row["change_usd"] for row in changes), Decimal(0))
    unpriced = sum("unpriced" in row["cost_sources"] for row in rows)
    cards(
        [
            Card(
                "Cost per million tokens",
                figures.money(total["usd_per_million"]),
                price_words.PER_MILLION,
                range=f"{figures.money(total['covered_usd'])} for {figures.tokens(total['covered_tokens'])} tokens",
                change=change,
                before=figures.money(before["usd_per_million"]),
                is_good=is_fall(change),
            ),
            Card(
                "Less than at list price" if saved >= 0 else "More than at list price",
                figures.share(ratio(abs(saved), total["list_usd"])),
                price_words.LIST_COST,
                range=f"{figures.money(total['cost_usd'])} instead of {figures.money(total['list_usd'])}",
                change=f"{figures.money(abs(saved))} {'saved' if saved >= 0 else 'on top'}"
                if saved
                else "no difference",
            ),
            Card(
                "Calls of unknown cost",
                figures.share(ratio(total["unknown_cost_calls"], total["calls"])),
                price_words.UNKNOWN_COST,
                range=f"{figures.count(total['unknown_cost_calls'])} of {figures.count(total['calls'])} calls",
                change={0: "every model has a price", 1: "1 model without a price"}.get(
                    unpriced, f"{unpriced} models without a price"
                ),
            ),
            Card(
                "Published figures changed by",
                figures.signed_money(restated_usd),
                price_words.RESTATED,
                range=_by_reason(changes),
                change=f"last on {first(changes)['restated_at']:%-d %b %Y}" if changes else "nothing was restated",
            ),
        ]
    )


def _by_reason(changes: list[Row]) -> str:
    """The two largest parts of the change, e.g. `a rate changed −$2.47, arrived late +$4.34`."""
    sums: dict[str, Decimal] = {}
    for row in changes:
        sums[row["reason"]] = sums.get(row["reason"], Decimal(0)) + row["change_usd"]
    largest = sorted(sums, key=lambda reason: -abs(sums[reason]))[:2]
    said = ", ".join(f"{restated.title(reason).lower()} {figures.signed_money(sums[reason])}" for reason in largest)
    return said or "New less old, over all changes"


def _dearest(rows: list[Row]) -> str:
    priced = [row for row in rows if row["usd_per_million"] is not None]
    if not priced:
        return "No model's tokens have a known cost"
    top = max(priced, key=lambda row: row["usd_per_million"])
    low = min(priced, key=lambda row: row["usd_per_million"])
    text = f"{grids.text(top['model'])} is the dearest a token: {figures.money(top['usd_per_million'])} a million"
    return text if top is low else f"{text}; {grids.text(low['model'])} costs {figures.money(low['usd_per_million'])}"


def _models(context: Context, rows: list[Row], total: Row) -> None:
    grids.grid(
        rows,
        [
            Column(
                "model",
                "Model",
                colour=lambda row: model_colour(row["model"]),
                href=lambda row: _card_link(context, row),
            ),
            Column("provider", "Provider", is_minor=True),
            grids.money(
                "cost_usd", "Spend", bar=True, colour=lambda row: model_colour(row["model"]),
                href=lambda row: context.calls_link(model=row["model"]),
            ),
            grids.money("usd_per_million", "Per M tokens", definition=price_words.PER_MILLION),
            grids.number("tokens", "Tokens", figures.tokens, is_minor=True),
            grids.number("calls", "Calls", is_minor=True),
            grids.number(
                "unknown_cost_calls", "Cost unknown", definition=price_words.UNKNOWN_COST, is_minor=True
            ),
            Column("rate_classes", "Priced by", definition=price_words.CHECKED_ON, html=_priced_by, is_minor=True),
        ],
        total=total,
    )  # fmt: skip


def _card_link(context: Context, row: Any) -> str:
    """Its rates; a model without any leads to its calls."""
    if row["price_model"] is None:
        return context.calls_link(model=row["model"])
    return context.link("prices", of=f"{row['price_provider']}/{row['price_model']}")


def _priced_by(row: Any) -> str:
    said = [*(row["rate_classes"] or []), *(SOURCES[name] for name in row["cost_sources"] if name in SOURCES)]
    if "unpriced" in row["cost_sources"]:
        said.append('<span class="sl-bad">no price</span>')
    checked = (
        "" if row["checked_on"] is None else f'<p class="sl-muted">checked {price_card.day(row["checked_on"])}</p>'
    )
    return f'<div class="sl-two">{", ".join(said) or figures.UNKNOWN}{checked}</div>'


def _unpriced(context: Context) -> None:
    models = context.rows("unpriced_models")
    if not models:
        return
    number = "One model has" if len(models) == 1 else f"{len(models)} models have"
    calls = sum(row["calls"] for row in models)
    finding(
        f"{number} no known price: {figures.count(calls)} calls",
        "They are counted; their cost is unknown, not zero. No price is guessed from a similar name.",
    )
    grids.grid(
        models,
        [
            Column("model", "Model", href=lambda row: context.calls_link(model=row["model"])),
            Column("provider", "Provider"),
            grids.number("calls", "Calls"),
            grids.number("input_tokens", "Tokens in", figures.tokens, is_minor=True),
            grids.number("output_tokens", "Tokens out", figures.tokens, is_minor=True),
            Column("last_date", "Last seen", is_minor=True),
        ],
    )
    with st.expander("How to price them", icon=":material/edit_note:"):
        st.markdown(
            "Write a line for each kind of token into the file that `SPANLEDGER_PRICES_FILE` names, with your price "
            "a million tokens; the next build prices these calls too, back to `valid_from`. If the name is your "
            "own for a model in the price list, say so in `SPANLEDGER_MODEL_NAMES_FILE` instead."
        )
        st.code(_suggestion(models), language="csv")


def _suggestion(models: list[Row]) -> str:
    """Lines of a price file to be completed: the price is left for the one who knows it."""
    lines = [
        f"{row['provider'] or ''},{row['model']},{kind},,{row['last_date'].replace(day=1)},,"
        for row in models[:SUGGESTED]
        if row["model"]
        for kind in ("input", "output")
    ]
    return "\n".join([PRICE_FILE, *lines])


def _sources(context: Context, total: Row) -> None:
    rows = context.rows("cost_sources")
    known = sum(row["calls"] for row in rows if row["cost_usd"] is not None)
    finding(
        f"The cost of {figures.share(known, total['calls'])} of calls is known",
        "Zero, absent and unpriced are three things: a known 0 is in the last column, the unknown in own rows.",
    )
    grids.grid(
        [row | {"share": row["cost_usd"] and ratio(row["cost_usd"], total["cost_usd"])} for row in rows],
        [
            Column("cost_source", "Where the cost comes from", html=_source),
            grids.number("calls", "Calls"),
            grids.money("cost_usd", "Spend"),
            grids.number("share", "Share", figures.share, is_minor=True),
            grids.number("tokens", "Tokens", figures.tokens, is_minor=True),
            grids.number("zero_calls", "Of them exactly 0", is_minor=True),
        ],
        total=total | {"cost_source": "All", "share": 1 if total["cost_usd"] else None},
    )


def _source(row: Any) -> str:
    title, meaning = price_words.COST_SOURCES.get(row["cost_source"], (row["cost_source"], ""))
    return grids.explained(title, meaning)
