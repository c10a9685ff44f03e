"""Self-host: from which volume on own GPUs cost less than the API, and whether they can serve that much."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, decide_words, figures, grids
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.grids import Column
from app.palette import BLUE, ORANGE
from app.views.decide import inputs
from transforms.decisions.checks import DecisionError
from transforms.decisions.gpus import choices, shipped
from transforms.decisions.lengths import Band, by_length, together, typical_length
from transforms.decisions.load import Curve, Hour, months_until
from transforms.decisions.selfhost import BreakEven, Fleet, Request, api_usd, break_even

API, OWN = "API", "own fleet, the rest at the API"
POINTS = 60


@dataclass(frozen=True)
class Load:
    """What is to be served: requests a month, None where only a price was typed; bands and hours of own calls."""

    request: Request
    usd_per_request: Decimal
    requests: Decimal | None
    bands: tuple[Band, ...] = ()
    curve: Curve | None = None


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
        headline(_verdict(at, load), _sub(context, load))
    _cards(at, load, fleet, growth)
    _lines(at, load, fleet)
    if load.curve is not None:
        _lengths(load, fleet)
        _gpus(load.curve, load, fleet)


def _fleet() -> tuple[Fleet, Decimal]:
    """The fleet, and by how much the load grows a month."""
    with st.container(horizontal=True, gap="small"):
        fleet = Fleet(
            gpus=inputs.whole("gpus", "GPUs", "2"),
            usd_per_gpu_hour=inputs.number("gpu_usd", "US$ a GPU and hour", "2.50"),
            tokens_per_second=inputs.number("speed", "Output tokens a second", "2000", "Of all GPUs together."),
            utilisation=inputs.percent("use", "Share of time it serves", "50%"),
            engineering_usd=inputs.number("engineering", "Engineering, US$ a month", "1500", width=170),
            infrastructure_usd=inputs.number("infrastructure", "Infrastructure, US$ a month", "500", width=170),
            hours_per_month=inputs.number("hours", "Hours a month", "720"),
        )
        return fleet, inputs.percent("growth", "Load grows a month by", "0%")


def _typed() -> Load:
    with st.container(horizontal=True, gap="small"):
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
    bands = tuple(Band(**row) for row in context.rows("decide_lengths"))
    if not bands:
        return None
    whole = together(bands)
    curve = Curve([Hour(**row) for row in context.rows("decide_load")], context.window.days * 24)
    return Load(whole.mean, whole.api_usd / whole.requests, curve.a_month(curve.requests, fleet), bands, curve)


def _verdict(at: BreakEven, load: Load) -> str:
    if at.requests is None:
        return "Self-hosting never pays: the API costs nothing"
    if at.gpus is None:
        return (
            f"Self-hosting never pays at {figures.money(at.usd_per_request)} a request, with any number of these GPUs"
        )
    if not at.is_within_capacity:
        return f"It takes {at.gpus} such GPUs and {_count(at.requests_with_gpus)} requests a month to pay"
    now = f"; you have {_count(load.requests)}" if load.requests is not None else ""
    return f"Self-hosting pays from {_count(at.requests)} requests a month on{now}"


def _sub(context: Context, load: Load) -> str:
    tokens = (
        f"{figures.tokens(load.request.input_tokens)} input and {figures.tokens(load.request.output_tokens)} output"
    )
    if load.curve is None:
        return f"The mean request: {tokens} tokens. An even load is assumed; your calls show their own hours."
    return (
        f"Your calls within the filters, {context.window.days} days brought to a month: on average {tokens} tokens. "
        "Choose one model above, for a fleet serves one."
    )


def _cards(at: BreakEven, load: Load, fleet: Fleet, growth: Decimal) -> None:
    shown = [
        Card(
            "Fleet", figures.money(at.fleet_usd), decide_words.FLEET, beside=" a month", change=_gpu_count(fleet.gpus)
        ),
        Card(
            "Lines meet at",
            _count(at.requests),
            decide_words.MEETS,
            beside=" requests",
            change=f"{_exact(at.usd_per_request)} a request at the API",
        ),
        Card(
            "Fleet serves up to",
            _count(at.capacity_requests),
            decide_words.CAPACITY,
            beside=" requests",
            change="enough to pay" if at.is_within_capacity else "too few to pay",
            is_good=at.is_within_capacity,
        ),
    ]
    cards([*shown, _standing(load, fleet, growth)])


def _standing(load: Load, fleet: Fleet, growth: Decimal) -> Card:
    if load.curve is None:
        usd = (load.requests or Decimal(0)) * load.usd_per_request
        said = f"{_count(load.requests)} requests"
        return Card("API at your volume", figures.money(usd), decide_words.MEETS, beside=" a month", change=said)
    factor, now = load.curve.crossing(fleet), load.curve.served(fleet)
    value = "never" if factor is None else "now" if factor <= 1 else figures.times(factor)
    return Card(
        "By your own hours",
        value,
        decide_words.OWN_HOURS,
        beside="" if factor is None or factor <= 1 else " today's load",
        range=f"{figures.money(now.api_usd)} a month at the API now",
        change=_when(factor, growth),
    )


def _when(factor: Decimal | None, growth: Decimal) -> str:
    if factor is None:
        return "even full hours spare too little"
    months = months_until(factor, growth)
    return f"in {months} months at this growth" if months is not None else "not within 10 years at this growth"


def _lines(at: BreakEven, load: Load, fleet: Fleet) -> None:
    most = max(at.requests or Decimal(0), load.requests or Decimal(0), Decimal(1)) * Decimal("1.6")
    finding(
        f"At its capacity of {_count(at.capacity_requests)} requests the fleet replaces "
        f"{figures.money(at.capacity_requests * at.usd_per_request)} of API calls for {figures.money(at.fleet_usd)}",
        "Cost a month by requests a month, at an even load. Beyond its capacity the rest goes to the API.",
    )
    rows = []
    for step in range(POINTS + 1):
        requests = most * step / POINTS
        beyond = max(requests - at.capacity_requests, Decimal(0))
        rows.append({"at": requests, "line": API, "usd": requests * at.usd_per_request})
        rows.append({"at": requests, "line": OWN, "usd": at.fleet_usd + beyond * at.usd_per_request})
    charts.cost_lines(rows, {API: ORANGE, OWN: BLUE}, title="requests a month")


def _lengths(load: Load, fleet: Fleet) -> None:
    found = [_band(band.up_to, band, at) for band, at in by_length(fleet, load.bands)]
    most = max(load.bands, key=lambda band: band.output_tokens)
    share = figures.share(most.output_tokens, sum(band.output_tokens for band in load.bands))
    finding(f"{share} of the output is in answers {_band_name(most.up_to)}", decide_words.LENGTHS)
    grids.grid(
        found,
        [
            Column("answers", "Answers"),
            grids.number("requests", "Requests", bar=True),
            grids.money("usd", "API a request"),
            grids.number("meets", "Lines meet at", _count, definition=decide_words.MEETS),
            grids.number("capacity", "Fleet serves", _count, definition=decide_words.CAPACITY, is_minor=True),
            Column("pays", "Pays", is_minor=True),
        ],
    )


def _band(up_to: int | None, band: Band, at: BreakEven) -> dict[str, Any]:
    pays = "with these GPUs" if at.is_within_capacity else "never" if at.gpus is None else f"with {_gpu_count(at.gpus)}"
    return {
        "answers": _band_name(up_to),
        "requests": band.requests,
        "usd": at.usd_per_request,
        "meets": at.requests,
        "capacity": at.capacity_requests,
        "pays": pays,
    }


def _band_name(up_to: int | None) -> str:
    return "longer than 4,000 tokens" if up_to is None else f"up to {up_to:,} tokens"


def _gpus(curve: Curve, load: Load, fleet: Fleet) -> None:
    long = typical_length(load.bands, Decimal("0.95"))
    found = choices(shipped(), curve, fleet, long)
    best = found[0]
    saves = best.served.saving_usd
    more = f"would cost {figures.money(-saves)} a month more than the API"
    said = f"would save {figures.money(saves)} a month" if saves > 0 else more
    finding(f"{best.gpu.name}, the cheapest kind for your greatest hour, {said}", decide_words.GPU_TABLE)
    grids.grid(
        [
            {
                "gpu": choice.gpu.name,
                "gpus": choice.fleet.gpus,
                "usd": choice.served.own_usd,
                "saving": choice.served.saving_usd,
                "busy": choice.served.busy,
                "answer": choice.answer_ms,
                "pays": choice.crossing,
            }
            for choice in found
        ],
        [
            Column("gpu", "GPU"),
            grids.number("gpus", "Needed"),
            grids.money("usd", "A month"),
            grids.number("saving", "Saves", figures.signed_money, is_minor=True),
            grids.number("busy", "Busy", figures.share, definition=decide_words.SERVED, is_minor=True),
            grids.number(
                "answer", f"{long:,} tokens in", figures.duration, definition=decide_words.ANSWER, is_minor=True
            ),
            grids.number("pays", "Pays from", _multiple, definition=decide_words.OWN_HOURS),
        ],
    )


def _multiple(factor: Decimal | None) -> str:
    return "never" if factor is None else f"{figures.times(factor)} the load"


def _gpu_count(number: int) -> str:
    return "1 GPU" if number == 1 else f"{number:,} GPUs"


def _count(number: Decimal | None) -> str:
    """Requests: `373,333`, `13.2 M`."""
    if number is None:
        return figures.UNKNOWN
    return f"{number / 10**6:,.1f} M" if number >= 10**6 else f"{number:,.0f}"


def _exact(usd: Decimal) -> str:
    return figures.exact_money(usd.quantize(Decimal(1).scaleb(usd.adjusted() - 3)) if usd else usd)
