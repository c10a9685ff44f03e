"""Levers applied to a build's calls, or to requests as typed, told in rows."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from spanledger.exits import USAGE, Failure
from spanledger.published import current
from spanledger.simulating.rows import COUNT, relation
from transforms.columns import MONEY
from transforms.simulation import kept
from transforms.simulation.levers import EXPECTED, LEVERS, Ends, Setting
from transforms.simulation.sequence import Case, Result, simulate
from transforms.simulation.typed import Prices, typed_case

ALL = "all"
SCHEMA = pa.schema(
    [
        ("lever", pa.string()),
        ("calls", COUNT),
        *((f"{name}_usd", MONEY) for name in ("alone", "saving", "low", "high", "remaining")),
        ("saved_share", pa.float64()),
    ]
)
"""A row for each lever in order, and one for all: `saving_usd` of what was left before it, `remaining_usd` after it,
`saved_share` of the whole spend."""


def on_requests(said: Mapping[str, Any]) -> duckdb.DuckDBPyRelation:
    """Like requests. Raises Failure for a lever without its share, ValueError for what cannot be."""
    settings = {name: _typed(name, of, said) for name, of in said["levers"]}
    counts = [_whole(name, said[name]) for name in ("requests", "input_tokens", "output_tokens")]
    case = typed_case(counts[0], counts[1], counts[2], said["price"], settings)
    return _told([case], [name for name, _ in said["levers"]], {})


def on_own_calls(data: Path, said: Mapping[str, Any], write: Callable[[duckdb.DuckDBPyRelation], None]) -> None:
    """The published build's calls of its last 30 days. Raises Failure where there is none, ValueError as `simulate`."""
    scope = {name: said[name] for name in ("organization", "workflow", "step", "source")}
    with current.opened(data) as connection:
        rows = connection.execute(current.question("lever_usage"), scope).to_arrow_table().to_pylist()
    if not rows:
        raise Failure(
            "the published build has no calls of that organization, workflow, step and source in its last 30 days",
            USAGE,
        )
    reach = {name: of for name, of in said["levers"] if of is not None}
    write(_told(list(kept.cases(rows)), [name for name, _ in said["levers"]] or list(LEVERS), reach))


def _told(cases: Sequence[Case], levers: Sequence[str], reach: Mapping[str, Decimal]) -> duckdb.DuckDBPyRelation:
    return relation(SCHEMA, rows(simulate(cases, levers, reach), sum(case.calls for case in cases)))


def rows(result: Result, calls: int) -> list[dict[str, Any]]:
    """With `SCHEMA`."""
    told, left = [], result.spend_usd
    for saving in result.savings:
        left -= saving.usd.expected
        told.append(_row(saving.lever, saving.calls, saving.alone_usd, saving.usd, left, result.spend_usd))
    saved = Ends(*(result.spend_usd - result.remaining_usd.at(case) for case in ("low", EXPECTED, "high")))
    return [*told, _row(ALL, calls, None, saved, left, result.spend_usd)]


def _row(lever: str, calls: int, alone: Decimal | None, saved: Ends, left: Decimal, spend: Decimal) -> dict[str, Any]:
    return {
        "lever": lever,
        "calls": calls,
        "alone_usd": alone,
        "saving_usd": saved.expected,
        "low_usd": saved.low,
        "high_usd": saved.high,
        "remaining_usd": left,
        "saved_share": round(float(saved.expected / spend), 6) if spend else None,
    }


def _typed(lever: str, of: Decimal | None, said: Mapping[str, Any]) -> Setting:
    if of is None:
        raise Failure(f"--lever {lever}: with --requests say how much of it, such as {lever}=0.25", USAGE)
    prices = Prices(*(said[name] for name in ("price", "to_price", "cache_price", "batch_price")))
    return prices.setting(lever, of)


def _whole(name: str, value: Decimal) -> int:
    if value != value.to_integral_value():
        raise Failure(f"--{name.replace('_', '-')} {value}: expected a whole number", USAGE)
    return int(value)
