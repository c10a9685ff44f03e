"""One model's rates: what is valid when and known when, what the period paid by kind, what was published otherwise."""

from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from app import evidence, figures, grids, price_words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import ratio
from app.sentences import period_words
from app.views import restated

Row = dict[str, Any]
USD = "USD"


def render(context: Context, asked: str) -> None:
    """`asked` is `price provider/price model`, as the address has it."""
    provider, _, model = asked.partition("/")
    subject = {"price_provider": provider, "price_model": model}
    rates = context.rows("price_card", **subject)
    st.html(f'<div class="sl sl-note"><a href="{escape(context.link("prices"))}" target="_self">← All prices</a></div>')
    if not rates:
        st.warning(
            f"No model {asked} in the price list of this build. Look it up by name below.", icon=":material/search_off:"
        )
        lookup(context)
        return
    headline(f"{model}: {_in_and_out(rates)}", f"Rates of {provider}, by kind of token or fee. Dates are UTC.")
    evidence.of(rates)
    _paid(context, subject)
    _rates(rates)
    restated.of_model(context, model)
    lookup(context)


def lookup(context: Context) -> None:
    """A search over every model of the price list; the choice leads to its rates."""
    names = [f"{row['price_provider']}/{row['price_model']}" for row in context.rows("price_models")]
    picked = st.selectbox(
        f"Look up one of {len(names):,} models in the price list",
        names,
        index=None,
        placeholder="provider/model",
        key=f"lookup_{st.query_params.get('of', '')}",
    )
    if picked:
        st.query_params["of"] = picked
        st.rerun()


def day(value: date | datetime | None) -> str:
    return figures.UNKNOWN if value is None else f"{value:%Y-%m-%d}"


def _in_and_out(rates: list[Row]) -> str:
    """The rates of today for plain input and output, contracted before list."""
    plain = [
        rate for rate in rates
        if rate["withdrawn_at"] is None and rate["valid_to"] is None
        and not any(rate[name] for name in ("service_tier", "region", "input_tokens_above", "time_from"))
    ]  # fmt: skip
    found = {kind: next((rate for rate in plain if rate["token_kind"] == kind), None) for kind in ("input", "output")}
    said = [
        f"{figures.unit_price(rate['unit_price_usd'], rate['unit'])} {word}"
        for word, rate in (("in", found["input"]), ("out", found["output"]))
        if rate is not None
    ]
    return ", ".join(said) or f"{len(rates)} rates"


def _paid(context: Context, subject: dict[str, str]) -> None:
    rows = context.rows("model_charges", **subject)
    if not rows:
        finding(f"Nothing was charged by these rates {period_words(context)}")
        return
    spent = sum((row["cost_usd"] or 0 for row in rows), Decimal(0))
    at_list = sum((row["list_usd"] or 0 for row in rows), Decimal(0))
    finding(
        f"{figures.money(spent)} {period_words(context)} by these rates",
        "Units of each kind × their unit price"
        + (f"; {figures.money(at_list)} at list price" if at_list != spent else ""),
    )
    grids.grid(
        [
            row | {"share": ratio(row["cost_usd"], spent), "mean": ratio(row["cost_usd"], row["quantity"])}
            for row in rows
        ],
        [
            Column("charge_kind", "Kind", html=_kind),
            Column("quantity", "Units", html=lambda row: escape(_units(row["quantity"], row["unit"])), is_number=True),
            Column("mean", "Paid a unit, on average", html=_mean, is_number=True, is_minor=True),
            grids.money("cost_usd", "Cost", bar=True),
            grids.number("share", "Share", figures.share, is_minor=True),
            grids.money("list_usd", "At list price", is_minor=True),
            grids.number("calls", "Calls", is_minor=True),
        ],
        total={"charge_kind": "All", "cost_usd": spent, "list_usd": at_list, "share": 1 if spent else None},
    )


def _units(quantity: Decimal | None, unit: str | None) -> str:
    return figures.UNKNOWN if quantity is None else f"{figures.tokens(quantity)} {figures.plural(unit or 'unit')}"


def _mean(row: Any) -> str:
    return (
        escape(figures.unit_price(row["mean"], row["unit"], digits=4)) if row["mean"] is not None else figures.UNKNOWN
    )


def _kind(row: Any) -> str:
    """The kind with what narrows it: tier, region, context, time of day."""
    kind = row.get("charge_kind") or row.get("token_kind")
    return grids.explained(
        price_words.CHARGE_KINDS.get(kind, str(kind).replace("_", " ").replace(":", ": ")), ", ".join(narrowed(row))
    )


def narrowed(row: Any) -> list[str]:
    """What a rate is for beyond its kind: a contract, a tier, a region, long requests, a time of day."""
    said = [price_words.CONTRACTED] if row.get("rate_class") == price_words.CONTRACTED else []
    if row["service_tier"]:
        said.append(f"{row['service_tier']} tier")
    if row.get("region"):
        said.append(str(row["region"]))
    if row["input_tokens_above"]:
        said.append(f"requests above {figures.tokens(row['input_tokens_above'])} tokens in")
    if row.get("time_from"):
        said.append(f"{row['time_from']:%H:%M} – {row['time_to']:%H:%M} UTC")
    return said


def _rates(rates: list[Row]) -> None:
    known = [rate for rate in rates if rate["withdrawn_at"] is None]
    gone = [rate for rate in rates if rate["withdrawn_at"] is not None]
    finding(
        f"{len(known)} rates are known now",
        "Two clocks: when a rate is valid, and when this installation knew it. "
        + "; ".join(f"{name}: {meaning}" for name, meaning in price_words.CLASSES.items()) + ".",
    )  # fmt: skip
    _rate_grid(known)
    if gone:
        finding(f"{len(gone)} rates were known and are withdrawn", "What was published while they were known stays so.")
        _rate_grid(gone)


def _rate_grid(rates: list[Row]) -> None:
    grids.grid(
        rates,
        [
            Column("token_kind", "Kind", html=_kind),
            Column("unit_price_usd", "Unit price", html=_price, is_number=True),
            Column("rate_class", "Class", is_minor=True),
            Column("valid_from", "Valid", html=_valid, definition=price_words.VALID),
            Column("known_at", "Known", html=_known, definition=price_words.KNOWN, is_minor=True),
            Column("source", "Source", html=_source, is_minor=True),
            Column("checked_on", "Checked on", day, is_minor=True),
        ],
    )


def _price(rate: Any) -> str:
    """The price in the shown currency, and as stated where that is another one."""
    stated = f"{rate['unit_price']:f} {rate['currency']} a {rate['unit']}" if rate["currency"] != USD else ""
    return grids.explained(figures.unit_price(rate["unit_price_usd"], rate["unit"]), stated)


def _valid(rate: Any) -> str:
    if rate["valid_from"] is None and rate["valid_to"] is None:
        return "always"
    ends = (f"from {day(rate['valid_from'])}" if rate["valid_from"] else "",
            f"until {day(rate['valid_to'])}" if rate["valid_to"] else "")  # fmt: skip
    return " ".join(filter(None, ends))


def _known(rate: Any) -> str:
    since = f"since {rate['known_at']:%Y-%m-%d %H:%M}"
    return grids.explained(since, f"withdrawn {rate['withdrawn_at']:%Y-%m-%d %H:%M}" if rate["withdrawn_at"] else "")


def _source(rate: Any) -> str:
    return grids.outside(rate["source"], rate["source_url"])
