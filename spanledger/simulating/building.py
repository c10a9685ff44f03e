"""Build or buy told in lines and rows."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from spanledger.exits import USAGE, Failure
from spanledger.simulating.rows import COUNT, relation
from transforms.columns import MONEY
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
from transforms.decisions.written import figure, volumes

AMOUNTS = ("build_usd", "buy_usd", "build_so_far_usd", "buy_so_far_usd")
SCHEMA = pa.schema([("month", COUNT), ("requests", COUNT), *((name, MONEY) for name in AMOUNTS)])


def told(said: dict[str, Any]) -> tuple[list[str], duckdb.DuckDBPyRelation]:
    """What the command says. Raises Failure, DecisionError."""
    requests = requests_by_month(volumes(said["requests"]), said["months"], said["growth"].expected)
    build = Build(
        *(said["months_to_build"], said["people"], said["usd_per_person_month"]),
        *(said["run_usd"], said["keeping_people"]),
    )
    buy = Buy(said["usd_per_request"], said["fee_usd"])
    found = compare(build, buy, requests)
    lines = [*_lines(found, buy), _scores([_criterion(text) for text in said["criteria"]] or USUAL_CRITERIA)]
    return lines, relation(SCHEMA, [vars(month) for month in found.months])


def _criterion(text: str) -> Criterion:
    name, _, figures = text.partition("=")
    parts = figures.split(":")
    if not name or len(parts) != 3:
        raise Failure(f"criterion {text!r}: expected NAME=WEIGHT:BUILD:BUY, such as privacy=0.3:5:2", USAGE)
    return Criterion(name, *(figure(part) for part in parts))


def _lines(found: Comparison, buy: Buy) -> list[str]:
    cheaper, dearer = sorted((("Building", found.build_usd), ("Buying", found.buy_usd)), key=lambda side: side[1])
    even = found.even_requests(buy)
    crossing = f"from month {found.crosses} on building has cost less" if found.crosses else "the lines do not cross"
    return [
        f"{cheaper[0]} costs ${cheaper[1]:,.0f} over {len(found.months)} months, {dearer[0].lower()} "
        f"${dearer[1]:,.0f}, for {found.requests / 10**6:,.2f} M requests; {crossing}.",
        "Buying takes nothing a request." if even is None else f"Both cost the same at {even / 10**6:,.2f} M requests.",
    ]


def _scores(criteria: Sequence[Criterion]) -> str:
    build, buy = scores(criteria)
    whose = "" if criteria is not USUAL_CRITERIA else " by the usual weights and scores; yours: --criterion"
    return f"Beside money: building scores {build.normalize():f}, buying {buy.normalize():f}{whose}."
