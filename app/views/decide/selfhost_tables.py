"""The tables of the page Self-host: what lengths of answers make of a fleet, and which GPUs the load needs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app import decide_words, figures, grids
from app.cards import finding
from app.grids import Column
from transforms.decisions.gpus import Choice, choices, shipped
from transforms.decisions.lengths import Band, by_length, typical_length
from transforms.decisions.load import Curve
from transforms.decisions.selfhost import BreakEven, Fleet


def lengths(bands: Sequence[Band], fleet: Fleet) -> None:
    """Requests by how long their answers are."""
    most = max(bands, key=lambda band: band.output_tokens)
    share = figures.share(most.output_tokens, sum(band.output_tokens for band in bands))
    finding(f"{share} of the output is in answers {_band_name(most.up_to)}", decide_words.LENGTHS)
    grids.grid(
        [_band(band, at) for band, at in by_length(fleet, bands)],
        [
            Column("answers", "Answers"),
            grids.number("requests", "Requests", bar=True),
            grids.money("usd", "API a request"),
            grids.number("meets", "Lines meet at", requests, definition=decide_words.MEETS),
            grids.number("capacity", "Fleet serves", requests, definition=decide_words.CAPACITY, is_minor=True),
            Column("pays", "Pays", is_minor=True),
        ],
    )


def _band(band: Band, at: BreakEven) -> dict[str, Any]:
    pays = "with these GPUs" if at.is_within_capacity else "never" if at.gpus is None else f"with {gpu_count(at.gpus)}"
    return {
        "answers": _band_name(band.up_to),
        "requests": band.requests,
        "usd": at.usd_per_request,
        "meets": at.requests,
        "capacity": at.capacity_requests,
        "pays": pays,
    }


def _band_name(up_to: int | None) -> str:
    return "longer than 4,000 tokens" if up_to is None else f"up to {up_to:,} tokens"


def gpus(curve: Curve, bands: Sequence[Band], fleet: Fleet) -> None:
    """As many of each kind as the load needs, the cheapest first."""
    long = typical_length(bands, Decimal("0.95"))
    found = choices(shipped(), curve, fleet, long)
    saves = found[0].served.saving_usd
    more = f"would cost {figures.money(-saves)} a month more than the API"
    said = f"would save {figures.money(saves)} a month" if saves > 0 else more
    finding(f"{found[0].gpu.name}, the cheapest kind for your greatest hour, {said}", decide_words.GPU_TABLE)
    grids.grid([_choice(choice) for choice in found], _columns(f"{long:,} tokens in"))


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "gpu": choice.gpu.name,
        "gpus": choice.fleet.gpus,
        "usd": choice.served.own_usd,
        "saving": choice.served.saving_usd,
        "busy": choice.served.busy,
        "answer": choice.answer_ms,
        "pays": choice.crossing,
    }


def _columns(answer: str) -> list[Column]:
    return [
        Column("gpu", "GPU"),
        grids.number("gpus", "Needed"),
        grids.money("usd", "A month"),
        grids.number("saving", "Saves", figures.signed_money, is_minor=True),
        grids.number("busy", "Busy", figures.share, definition=decide_words.SERVED, is_minor=True),
        grids.number("answer", answer, figures.duration, definition=decide_words.ANSWER, is_minor=True),
        grids.number("pays", "Pays from", _multiple, definition=decide_words.OWN_HOURS),
    ]


def _multiple(factor: Decimal | None) -> str:
    return "never" if factor is None else f"{figures.times(factor)} the load"


def gpu_count(number: int) -> str:
    """`1 GPU`, `12 GPUs`."""
    return "1 GPU" if number == 1 else f"{number:,} GPUs"


def requests(number: Decimal | None) -> str:
    """Requests: `373,333`, `13.2 M`."""
    if number is None:
        return figures.UNKNOWN
    return f"{number / 10**6:,.1f} M" if number >= 10**6 else f"{number:,.0f}"
