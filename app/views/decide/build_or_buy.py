"""Build or buy: what either costs over months, what else speaks for either, and what all of it costs to own."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, decide_words, evidence, figures, grids
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.palette import BLUE, ORANGE
from app.views.decide import inputs
from app.views.decide.own import Own
from app.views.decide.ownership import ownership
from transforms.decisions.build_or_buy import (
    USUAL_CRITERIA,
    Build,
    Buy,
    Comparison,
    Criterion,
    compare,
    requests_by_month,
    scores,
)
from transforms.decisions.checks import DecisionError
from transforms.decisions.written import figure, volumes

BUILDING, BUYING = "building", "buying"


def render(context: Context) -> None:
    top = st.container()
    try:
        with st.expander("Requests, price, people"):
            build, buy, requests = _asked(context)
        found = compare(build, buy, requests)
    except DecisionError as error:
        st.error(str(error), icon=":material/edit:")
        return
    with top:
        headline(_verdict(found), _sub(found, buy))
    evidence.of(Own(context).calls)
    _cards(found, buy)
    _lines(found)
    _scores()
    ownership(context)


def _asked(context: Context) -> tuple[Build, Buy, list[Decimal]]:
    own = Own(context)
    calls, each = own.a_month(own.calls["requests"]), own.calls["usd_per_request"] or Decimal("0.0001")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        first = inputs.typed(
            "requests", "Requests by month", f"{calls:.0f}", volumes, "10M,12M: the last goes on.", 230
        )
        months = inputs.whole("months", "Months", "24", width=90)
        growth = inputs.percent("growth", "Growth after those", "0%")
        buy = Buy(
            inputs.number("price", "Buying, US$ a request", f"{each.quantize(Decimal('1e-6')).normalize():f}"),
            inputs.number("fee", "and US$ a month", "0"),
        )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        build = Build(
            inputs.whole("build_months", "Months to build", "3"),
            inputs.number("people", "People who build", "2"),
            inputs.number("person_usd", "US$ a person and month", "15000", width=170),
            inputs.number("run_usd", "Running, US$ a month", "6000"),
            inputs.number("keeping", "People who keep it", "0.25"),
        )
    return build, buy, requests_by_month(first, months, growth)


def _verdict(found: Comparison) -> str:
    cheap, dear = sorted(((found.build_usd, "Building"), (found.buy_usd, "Buying")))
    return (
        f"{cheap[1]} costs {figures.money(cheap[0])} over {len(found.months)} months, "
        f"{dear[1].lower()} {figures.money(dear[0])}"
    )


def _sub(found: Comparison, buy: Buy) -> str:
    even = found.even_requests(buy)
    each = f"For {_millions(found.requests)} requests"
    return f"{each}. Both would cost the same at {_millions(even)}." if even is not None else f"{each}."


def _cards(found: Comparison, buy: Buy) -> None:
    even = found.even_requests(buy)
    times = even / found.requests if even is not None and found.requests else None
    cards(
        [
            Card("Building", figures.money(found.build_usd), decide_words.BUILD, change=f"{len(found.months)} months"),
            Card(
                "Buying", figures.money(found.buy_usd), decide_words.BUY, change=f"{_millions(found.requests)} requests"
            ),
            Card(
                "Building is cheaper",
                f"from month {found.crosses}" if found.crosses else "in no month",
                decide_words.CROSSES,
                change=f"within {len(found.months)} months",
            ),
            Card(
                "Both cost the same at",
                _millions(even),
                decide_words.EVEN,
                beside=" requests",
                change=f"{figures.times(times)} what is planned" if times is not None else "nothing is planned",
            ),
        ]
    )


def _lines(found: Comparison) -> None:
    crosses = f"Building has cost less from month {found.crosses} on" if found.crosses else "The lines do not cross"
    finding(f"{crosses} within {len(found.months)} months", "What either has cost by the end of each month.")
    rows = [
        {"at": month.month, "line": side, "usd": usd}
        for month in found.months
        for side, usd in ((BUILDING, month.build_so_far_usd), (BUYING, month.buy_so_far_usd))
    ]
    evidence.worked_out(rows)
    charts.cost_lines(rows, {BUILDING: BLUE, BUYING: ORANGE}, title="month")


def _scores() -> None:
    title = st.container()
    with st.expander("Criteria, weights and scores"):
        cells = st.data_editor(
            [
                {"criterion": one.name, "weight": float(one.weight), BUILDING: float(one.build), BUYING: float(one.buy)}
                for one in USUAL_CRITERIA
            ],
            num_rows="dynamic",
            width="stretch",
        )
    try:
        criteria = _criteria(cells)
        build, buy = scores(criteria)
    except DecisionError as error:
        st.error(str(error), icon=":material/edit:")
        return
    with title:
        _scored(criteria, build, buy)


def _scored(criteria: Sequence[Criterion], build: Decimal, buy: Decimal) -> None:
    winner = "Building is ahead" if build > buy else "Buying is ahead" if buy > build else "Neither is ahead"
    finding(f"{winner} beside money: building scores {_score(build)}, buying {_score(buy)}", decide_words.SCORE)
    grids.grid(
        [vars(one) for one in criteria],
        [
            grids.Column("name", "Criterion"),
            grids.number("weight", "Weight", figures.share),
            grids.number("build", "Building", _score),
            grids.number("buy", "Buying", _score),
        ],
        {"name": "All, by weight", "weight": Decimal(1), "build": build, "buy": buy},
    )


def _criteria(cells: Sequence[dict[str, Any]]) -> list[Criterion]:
    """Of the table's rows; a row whose cells are not all filled is still being written."""
    whole = [row for row in cells if all(value not in (None, "") for value in row.values())]
    return [
        Criterion(str(row["criterion"]), *(figure(str(row[name])) for name in ("weight", BUILDING, BUYING)))
        for row in whole
    ]


def _score(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _millions(number: Decimal | None) -> str:
    if number is None:
        return figures.UNKNOWN
    return f"{number / 10**6:,.0f} M" if number >= 10**7 else f"{number:,.0f}"
