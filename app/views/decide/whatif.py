"""What-if: levers and shares that the reader chooses, applied in sequence to the own calls or to figures as typed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, evidence, figures, grids, lever_words
from app.cards import finding
from app.views.decide import inputs
from transforms.simulation.levers import LEVERS, Ends
from transforms.simulation.sequence import Case, Result, simulate
from transforms.simulation.typed import Price, Prices, typed_case

LOADS = {"own": "Your calls", "typed": "Typed figures"}
TYPED_LEVERS = ["memoize", "route", "trim"]
TYPED_SHARES = {
    "idempotent_step": 5,
    "memoize": 25,
    "route": 60,
    "trim": 20,
    "cache": 50,
    "output_limit": 10,
    "batch": 20,
}
"""Percent; to begin with."""


def what_if(own: Sequence[Case], usage: Sequence[Mapping[str, Any]]) -> None:
    """The section, below whatever the page begins with; `usage` holds the answers that own cases are made of."""
    title = st.container()
    kind = inputs.choice("load", "Load", LOADS, "own")
    try:
        prices, counts = _typed() if kind == "typed" else (None, [])
        order = inputs.several(
            "levers", "Levers, in this order", lever_words.NAMES, TYPED_LEVERS if prices else list(LEVERS)
        )
        shares = _shares(order, prices is not None)
        if prices is None:
            result = simulate(own, order, shares)
        else:
            settings = {name: prices.setting(name, of) for name, of in shares.items()}
            result = simulate([typed_case(counts[0], counts[1], counts[2], prices.now, settings)], order)
    except ValueError as error:
        st.error(str(error), icon=":material/edit:")
        return
    with title:
        finding(*_verdict(result, is_typed=prices is not None))
    if result.spend_usd and order:
        answers = [] if prices else usage
        _bridge(result, answers)
        _each(result, answers)


def _typed() -> tuple[Prices, list[int]]:
    """Prices, then requests a day and tokens of each, in and out."""
    with st.expander("Requests, tokens, prices", expanded=True):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            counts = [
                inputs.whole("requests", "Requests a day", "2M"),
                inputs.whole("input", "Input tokens of each", "2000"),
                inputs.whole("output", "Output tokens of each", "1000"),
            ]
            now = Price(
                inputs.number("input_usd", "US$ a million input", "5"),
                inputs.number("output_usd", "US$ a million output", "30"),
            )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            to = Price(
                inputs.number("to_input_usd", "Cheaper model, input", "1", "US dollars a million tokens.", 180),
                inputs.number("to_output_usd", "Cheaper model, output", "5", "US dollars a million tokens.", 180),
            )
            cache = inputs.number("cache_price", "A cache read", "0.1", "Times the price of fresh input.")
            batch = inputs.number("batch_price", "The batch tier", "0.5", "Times the standard price.")
    return Prices(now, to, cache, batch), counts


def _shares(order: Sequence[str], is_typed: bool) -> dict[str, Decimal]:
    """Of what there is (typed figures), or of what the lever could take (own calls)."""
    what = "Share of the calls or tokens it takes." if is_typed else "How much it takes of what it could."
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        return {
            name: inputs.slid(
                f"share_{name}", lever_words.NAMES[name], TYPED_SHARES[name] if is_typed else 100,
                f"{LEVERS[name].title}. {what}",
            )
            for name in order
        }  # fmt: skip


def _verdict(result: Result, *, is_typed: bool) -> tuple[str, str]:
    spend, left = result.spend_usd, result.remaining_usd
    if not result.savings or not spend:
        return "What if?", "Choose levers, and how much of what they could take they take; or type figures of your own."
    a_day = " a day" if is_typed else ""
    title = (
        f"With these levers {figures.money(left.expected)} of {figures.money(spend)}{a_day} are left, "
        f"{figures.money(spend - left.expected)} ({percent(spend - left.expected, spend)}) saved"
    )
    if is_typed:
        return title, "Like requests at one price. Shares are as you say, so there is no range."
    return title, f"Left: {ends(left)}. Each lever works on what those before it left; thin lines are its own range."


def _bridge(result: Result, answers: Sequence[Mapping[str, Any]]) -> None:
    left = result.remaining_usd
    evidence.of(answers)
    evidence.worked_out(_rows(result))
    charts.savings_bridge(
        result.spend_usd,
        [
            (lever_words.NAMES[one.lever], one.usd.low, one.usd.expected, one.usd.high)
            for one in result.savings
        ],
        (left.low, left.expected, left.high),
    )  # fmt: skip


def _each(result: Result, answers: Sequence[Mapping[str, Any]]) -> None:
    alone = sum((one.alone_usd for one in result.savings), Decimal(0))
    together = result.spend_usd - result.remaining_usd.expected
    finding(_added(alone, together, result), lever_words.OVERLAP)
    evidence.of(answers)
    grids.grid(
        _rows(result),
        [
            grids.Column("lever", "Lever", html=_named),
            grids.number("calls", "Calls", is_minor=True),
            grids.money("alone", "Alone", definition=lever_words.ALONE),
            grids.money("saves", "In sequence", bar=True, definition=lever_words.SAVES),
            grids.Column("range", "Range", is_number=True, definition=lever_words.RANGE, is_minor=True),
            grids.money("left", "Left", definition=lever_words.LEFT),
        ],
        {
            "lever": "Together",
            "calls": None,
            "alone": None,
            "saves": together,
            "range": ends(_saved(result)),
            "left": result.remaining_usd.expected,
        },
    )


def _added(alone: Decimal, together: Decimal, result: Result) -> str:
    if len(result.savings) < 2 or alone == together:
        return f"{'One lever' if len(result.savings) == 1 else 'These levers'} overlap with none"
    beyond = ", beyond all that was spent" if alone > result.spend_usd else ""
    size = "more" if alone > together else "less"
    difference = figures.money(abs(alone - together))
    return f"Added up, each alone would save {figures.money(alone)}{beyond}: {difference} {size} than together"


def _rows(result: Result) -> list[Mapping[str, Any]]:
    left, rows = result.spend_usd, list[Mapping[str, Any]]()
    for one in result.savings:
        left -= one.usd.expected
        rows.append(
            {
                "lever": lever_words.NAMES[one.lever],
                "title": LEVERS[one.lever].title,
                "calls": one.calls,
                "alone": one.alone_usd,
                "saves": one.usd.expected,
                "range": ends(one.usd),
                "left": left,
            }
        )
    return rows


def _named(row: Mapping[str, Any]) -> str:
    return grids.explained(row["lever"], "" if row["lever"] == row["title"] else row["title"])


def _saved(result: Result) -> Ends:
    left = result.remaining_usd
    return Ends(*(result.spend_usd - usd for usd in (left.low, left.expected, left.high)))


def ends(figure: Ends) -> str:
    """`$1.20 to $3.40`; one amount where both are written alike."""
    low, high = (figures.money(usd) for usd in (min(vars(figure).values()), max(vars(figure).values())))
    return low if low == high else f"{low} to {high}"


def percent(part: Decimal, whole: Decimal) -> str:
    """With a digit more than shares have elsewhere: `64.1 %`."""
    return f"{100 * part / whole:.1f} %".replace("-", figures.MINUS)
