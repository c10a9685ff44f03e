"""Self-hosting told in lines and rows: of typed figures, or of own calls."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from spanledger.exits import USAGE, Failure
from spanledger.simulating import traffic
from spanledger.simulating.rows import COUNT, relation
from spanledger.simulating.typed import GPUS
from transforms.columns import MONEY
from transforms.decisions.checks import LEAST_KNOWN
from transforms.decisions.gpus import Choice, choices, read_gpus, shipped
from transforms.decisions.lengths import Band, by_length, together, typical_length
from transforms.decisions.load import Curve, months_until
from transforms.decisions.selfhost import BreakEven, Fleet, Request, api_usd, break_even

SHARE = pa.decimal128(12, 4)
LENGTH_SCHEMA = pa.schema(
    [
        ("answers", pa.string()),
        ("requests", COUNT),
        ("output_tokens", pa.decimal128(18, 1)),
        ("api_usd_per_request", MONEY),
        ("break_even_requests", COUNT),
        ("capacity_requests", COUNT),
        ("can_serve_it", pa.bool_()),
        ("gpus_that_pay", COUNT),
        ("requests_with_them", COUNT),
    ]
)
GPU_SCHEMA = pa.schema(
    [
        ("gpu", pa.string()),
        ("gpus", COUNT),
        ("fleet_usd_per_month", MONEY),
        ("saving_usd_per_month", MONEY),
        ("busy", SHARE),
        ("answer_ms", COUNT),
        ("is_fast_enough", pa.bool_()),
        ("pays_from_times_this_load", SHARE),
        ("source", pa.string()),
    ]
)
Told = tuple[list[str], duckdb.DuckDBPyRelation]


def told(data: Path, said: dict[str, Any]) -> Told:
    """What the command says. Raises Failure, DecisionError, OSError."""
    fleet = _typed_fleet(said)
    if said["model"] or said["workflow"]:
        return _own(data, fleet, said)
    if said["shown"] == GPUS:
        raise Failure("a table of GPUs is made for own calls: name --model or --workflow", USAGE)
    requests = [Request(tokens, said["input_tokens"]) for tokens in _lengths(said)]
    found = [break_even(fleet, one, api_usd(one, said["output_price"], said["input_price"])) for one in requests]
    rows = [
        _row(f"of {one.output_tokens:f}", None, one.output_tokens, at) for one, at in zip(requests, found, strict=True)
    ]
    return [_fleet(fleet), *map(verdict, found)], relation(LENGTH_SCHEMA, rows)


def _typed_fleet(said: dict[str, Any]) -> Fleet:
    """The fleet that was typed. Raises DecisionError."""
    names = ("gpus", "usd_per_gpu_hour", "tokens_per_second", "utilisation", "engineering_usd", "infrastructure_usd")
    more = ("prefill_tokens_per_second", "hours_per_month")
    return Fleet(**{name: said[name] for name in (*names, *more)})


def _lengths(said: dict[str, Any]) -> tuple[Decimal, ...]:
    """The lengths that were typed."""
    return said["output_tokens"] or (Decimal(500),)


def _own(data: Path, fleet: Fleet, said: dict[str, Any]) -> Told:
    names = ("days", "model", "workflow", "organization", "sources")
    of = traffic.Traffic(**{name: said[name] for name in names})
    own = traffic.read(data, of)
    whole = together(own.bands)
    mean = break_even(fleet, whole.mean, whole.api_usd / whole.requests)
    lines = [
        _fleet(fleet),
        f"{of.name[0].upper()}{of.name[1:]}, last {own.days.words}: {_load(own.curve, fleet)}",
        *_among(own, of),
        verdict(mean),
        _crossing(own, fleet, said["growth"]),
    ]
    if said["shown"] == GPUS:
        return _gpus(own, fleet, said, lines)
    found = [
        _row(name, band.requests, band.mean.output_tokens, at) for name, band, at in _bands(fleet, own.bands, mean)
    ]
    return lines, relation(LENGTH_SCHEMA, found)


def _gpus(own: traffic.Own, fleet: Fleet, said: dict[str, Any], lines: list[str]) -> Told:
    path = said["gpu_file"]
    table = read_gpus(path.read_text(encoding="utf-8"), str(path)) if path else shipped()
    long = typical_length(own.bands, Decimal("0.95"))
    rows = _gpu_rows(choices(table, own.curve, fleet, long), said["answer_ms"])
    return [*lines, f"Time told for answers of {long} tokens; 95 of 100 are no longer."], relation(GPU_SCHEMA, rows)


def _among(own: traffic.Own, of: traffic.Traffic) -> Iterable[str]:
    """What else to know of the calls: which are left out, and which are no production."""
    if unknown := own.calls["unknown_cost_calls"]:
        yield (
            f"{unknown:,} of {own.calls['requests']:,} calls are left out, as their cost is unknown: the API takes at "
            "least this."
        )
    if (trials := own.calls["trial_calls"]) and not of.sources:
        yield f"{trials:,} are evaluations and replays; --source production leaves them out."


def _bands(fleet: Fleet, bands: list[Band], mean: BreakEven) -> Iterable[tuple[str, Band, BreakEven]]:
    for band, found in by_length(fleet, bands):
        yield f"up to {band.up_to}" if band.up_to else "longer", band, found
    yield "all", together(bands), mean


def _row(answers: str, requests: int | None, tokens: Decimal, at: BreakEven) -> dict[str, Any]:
    return {
        "answers": answers,
        "requests": requests,
        "output_tokens": tokens,
        "api_usd_per_request": at.usd_per_request,
        "break_even_requests": at.requests,
        "capacity_requests": at.capacity_requests,
        "can_serve_it": at.is_within_capacity,
        "gpus_that_pay": at.gpus,
        "requests_with_them": at.requests_with_gpus,
    }


def _gpu_rows(found: list[Choice], most_ms: Decimal | None) -> list[dict[str, Any]]:
    return [
        {
            "gpu": choice.gpu.name,
            "gpus": choice.fleet.gpus,
            "fleet_usd_per_month": choice.served.fleet_usd,
            "saving_usd_per_month": choice.served.saving_usd,
            "busy": choice.served.busy,
            "answer_ms": choice.answer_ms,
            "is_fast_enough": choice.is_fast_enough(most_ms),
            "pays_from_times_this_load": choice.crossing,
            "source": choice.gpu.source,
        }
        for choice in found
    ]


def _fleet(fleet: Fleet) -> str:
    gpus = "1 GPU" if fleet.gpus == 1 else f"{fleet.gpus} GPUs"
    return f"{gpus}: ${fleet.usd_per_month:,.0f} a month, served or idle."


def verdict(at: BreakEven) -> str:
    """Where the lines meet, whether that can be served, and by how many GPUs otherwise."""
    if at.requests is None:
        return "The API costs nothing: self-hosting never pays."
    place = f"At ${_digits(at.usd_per_request)} a request the lines meet at {millions(at.requests)} requests a month"
    capacity = f"the fleet serves {millions(at.capacity_requests)}"
    if at.is_within_capacity:
        return f"{place}, inside capacity: {capacity}."
    if at.gpus is None:
        return f"{place}, but {capacity}: at that price self-hosting never pays, with no number of such GPUs."
    volume = millions(at.requests_with_gpus or Decimal(0))
    return f"{place}, but {capacity}: it takes {at.gpus} such GPUs and {volume} requests."


def _digits(usd: Decimal) -> str:
    """Six significant digits: `0.000085`, `0.0133539`."""
    return f"{usd.quantize(Decimal(1).scaleb(usd.adjusted() - 5)).normalize():f}"


def millions(number: Decimal) -> str:
    """Numbers of requests: `25.92 M`, `373,333`."""
    return f"{number / 10**6:,.2f} M" if number >= 10**6 else f"{number:,.0f}"


def _load(curve: Curve, fleet: Fleet) -> str:
    found = curve.served(fleet)
    month = millions(curve.a_month(curve.requests, fleet))
    return (
        f"{month} requests a month, ${found.api_usd:,.2f} at the API. The fleet would serve {found.share_served:.1%} "
        f"of the work, be busy {found.busy:.1%} of the time, and all would cost ${found.own_usd:,.2f}."
    )


def _crossing(own: traffic.Own, fleet: Fleet, growth: Decimal) -> str:
    factor = own.curve.crossing(fleet)
    if factor is not None and factor <= 1:
        return "By your own hours it pays now."
    if own.known_share < LEAST_KNOWN:
        return f"By your own hours there is no verdict: the cost of {1 - own.known_share:.0%} of the calls is unknown."
    if factor is None:
        return "By your own hours it pays at no multiple of this load: full hours and all, the API takes less."
    serves = own.curve.served(fleet, factor).share_served
    months = months_until(factor, growth)
    when = (
        f"in {months} months at {growth:.1%} growth"
        if months is not None
        else f"never within 10 years at {growth:.1%} growth"
    )
    place = f"By your own hours it pays from {factor:,.2f} times this load on ({when})"
    return f"{place}, of which it then serves {serves:.1%}."
