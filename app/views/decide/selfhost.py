"""Self-host: from which volume on own GPUs cost less than the API, and whether they can serve that much."""

from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from app import charts, decide_words, evidence, figures
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.palette import BLUE, ORANGE
from app.views.decide import inputs, selfhost_tables
from app.views.decide.own import Own
from app.views.decide.selfhost_tables import gpu_count
from app.views.decide.selfhost_tables import requests as requests_of
from transforms.decisions.checks import LEAST_KNOWN, DecisionError
from transforms.decisions.lengths import Band, together
from transforms.decisions.load import Curve, Hour, months_until
from transforms.decisions.selfhost import BreakEven, Fleet, Request, api_usd, break_even

API, OWN = "API", "own fleet, the rest at the API"
WORDS = NOW, NEVER, NO_VERDICT = "now", "never", "no verdict"
POINTS = 60


@dataclass(frozen=True)
class Load:
    """What is to be served: requests a month; of own calls also bands, hours and where they come from."""

    request: Request
    usd_per_request: Decimal
    requests: Decimal
    bands: tuple[Band, ...] = ()
    curve: Curve | None = None
    own: Own | None = None


def render(context: Context) -> None:
    top = st.container()
    try:
        kind = inputs.choice("load", "Load", {"own": "Your calls", "typed": "Typed figures"}, "own")
        with st.expander("The fleet, and what it costs"):
            fleet, growth = _fleet()
        load = _typed() if kind == "typed" else _own(context, fleet)
    except DecisionError as error:
        st.error(str(error), icon=":material/edit:")
        return
    if load is None:
        with top:
            headline(
                "No call within these filters has both an answer and a cost",
                "Widen the filters, or choose typed figures: a price and a length of answers are enough.",
            )
        return
    at = break_even(fleet, load.request, load.usd_per_request)
    with top:
        headline(_verdict(at, load), _sub(load))
    _told(load)
    _cards(at, load, fleet, growth)
    _lines(at, load, fleet)
    if load.curve is not None:
        selfhost_tables.lengths(load.bands, fleet)
        _told(load)
        selfhost_tables.gpus(load.curve, load.bands, fleet)
        _told(load)


def _told(load: Load) -> None:
    """What own calls say; typed figures stand on the page."""
    evidence.of([load.own.rows(name) for name in ("decide_lengths", "decide_load")] if load.own else [])


def _fleet() -> tuple[Fleet, Decimal]:
    """The fleet, and by how much the load grows a month."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        fleet = Fleet(
            gpus=inputs.whole("gpus", "GPUs", "2"),
            usd_per_gpu_hour=inputs.number("gpu_usd", "US$ a GPU and hour", "2.50"),
            tokens_per_second=inputs.number("speed", "Output tokens a second", "2000", "Of all GPUs together."),
            prefill_tokens_per_second=inputs.number("prefill", "Input tokens a second", "15000", decide_words.PREFILL),
            utilisation=inputs.percent("use", "Share of time it serves", "50%", decide_words.UTILISATION),
            engineering_usd=inputs.number("engineering", "Engineering, US$ a month", "1500", width=170),
            infrastructure_usd=inputs.number("infrastructure", "Infrastructure, US$ a month", "500", width=170),
            hours_per_month=inputs.number("hours", "Hours a month", "720"),
        )
        return fleet, inputs.percent("growth", "Load grows a month by", "0%")


def _typed() -> Load:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        request = Request(
            inputs.number("output", "Output tokens a request", "500", width=170),
            inputs.number("input", "Input tokens a request", "0", width=170),
        )
        prices = (
            inputs.number("output_usd", "US$ a million output", "0.85", width=170),
            inputs.number("input_usd", "US$ a million input", "0", width=170),
        )
        requests = inputs.number("requests", "Requests a month", "1M", width=170)
    return Load(request, api_usd(request, *prices), requests)


def _own(context: Context, fleet: Fleet) -> Load | None:
    own = Own(context)
    bands = tuple(Band(**row) for row in own.rows("decide_lengths"))
    if not bands:
        return None
    whole = together(bands)
    curve = Curve([Hour(**row) for row in own.rows("decide_load")], own.days.hours)
    month = curve.a_month(curve.requests, fleet)
    return Load(whole.mean, whole.api_usd / whole.requests, month, bands, curve, own)


def _verdict(at: BreakEven, load: Load) -> str:
    if at.requests is None:
        return "Self-hosting never pays: the API costs nothing"
    if at.gpus is None:
        return (
            f"Self-hosting never pays at {figures.money(at.usd_per_request)} a request, with any number of these GPUs"
        )
    if not at.is_within_capacity:
        return f"It takes {at.gpus} such GPUs and {requests_of(at.requests_with_gpus)} requests a month to pay"
    least = "at least " if load.own is not None and load.own.known_share < 1 else ""
    now = f"you have {least}{requests_of(load.requests)}"
    return f"Self-hosting pays from {requests_of(at.requests)} requests a month on; {now}"


def _sub(load: Load) -> str:
    tokens = (
        f"{figures.tokens(load.request.input_tokens)} input and {figures.tokens(load.request.output_tokens)} output"
    )
    if load.own is None:
        return f"The mean request: {tokens} tokens. An even load is assumed; your calls show their own hours."
    return (
        f"Your answered calls within the filters, {load.own.days.words} brought to a month: on average {tokens} "
        f"tokens. {load.own.note} Choose one model above, for a fleet serves one."
    )


def _cards(at: BreakEven, load: Load, fleet: Fleet, growth: Decimal) -> None:
    shown = [
        Card("Fleet", figures.money(at.fleet_usd), decide_words.FLEET, beside=" a month", change=gpu_count(fleet.gpus)),
        Card(
            "Lines meet at",
            requests_of(at.requests),
            decide_words.MEETS,
            beside=" requests",
            change=f"{_exact(at.usd_per_request)} a request at the API",
        ),
        Card(
            "Fleet serves up to",
            requests_of(at.capacity_requests),
            decide_words.CAPACITY,
            beside=" requests",
            change="enough to pay" if at.is_within_capacity else "too few to pay",
            is_good=at.is_within_capacity,
        ),
    ]
    cards([*shown, _standing(load, fleet, growth)])


def _standing(load: Load, fleet: Fleet, growth: Decimal) -> Card:
    if load.curve is None or load.own is None:
        usd = load.requests * load.usd_per_request
        said = f"{requests_of(load.requests)} requests"
        return Card("API at your volume", figures.money(usd), decide_words.MEETS, beside=" a month", change=said)
    factor, now = load.curve.crossing(fleet), load.curve.served(fleet)
    known = load.own.known_share
    least = "at least " if known < 1 else ""
    value, when = _pays(factor), _when(factor, growth)
    if value != NOW and known < LEAST_KNOWN:
        value, when = NO_VERDICT, f"cost of {figures.share(1 - known)} of the calls unknown"
    return Card(
        "By your own hours",
        value,
        decide_words.OWN_HOURS,
        beside="" if value in WORDS else " today's load",
        range=f"{least}{figures.money(now.api_usd)} a month at the API now",
        change=when,
    )


def _pays(factor: Decimal | None) -> str:
    return NEVER if factor is None else NOW if factor <= 1 else figures.times(factor)


def _when(factor: Decimal | None, growth: Decimal) -> str:
    if factor is None:
        return "even full hours spare too little"
    months = months_until(factor, growth)
    return f"in {months} months at this growth" if months is not None else "not within 10 years at this growth"


def _lines(at: BreakEven, load: Load, fleet: Fleet) -> None:
    most = max(at.requests or Decimal(0), load.requests, Decimal(1)) * Decimal("1.6")
    finding(
        f"At its capacity of {requests_of(at.capacity_requests)} requests the fleet replaces "
        f"{figures.money(at.capacity_requests * at.usd_per_request)} of API calls for {figures.money(at.fleet_usd)}",
        "Cost a month by requests a month, at an even load. Beyond its capacity the rest goes to the API.",
    )
    rows = []
    for step in range(POINTS + 1):
        requests = most * step / POINTS
        beyond = max(requests - at.capacity_requests, Decimal(0))
        rows.append({"at": requests, "line": API, "usd": requests * at.usd_per_request})
        rows.append({"at": requests, "line": OWN, "usd": at.fleet_usd + beyond * at.usd_per_request})
    evidence.worked_out(rows)
    charts.cost_lines(rows, {API: ORANGE, OWN: BLUE}, title="requests a month")


def _exact(usd: Decimal) -> str:
    return figures.exact_money(usd.quantize(Decimal(1).scaleb(usd.adjusted() - 3)) if usd else usd)
