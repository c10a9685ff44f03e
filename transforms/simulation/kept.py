"""Cases as a build keeps them (`rpt_lever_usage`): written from what was observed, read back for any simulation."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from transforms.columns import MONEY
from transforms.simulation.levers import CASES, PARTS, Ends, Setting
from transforms.simulation.observing import Finding, Observed
from transforms.simulation.sequence import Case

KEY = ("organization", "environment", "workflow_id", "step", "traffic_source", "model")
SHAPE = (
    *("price_provider", "price_model", "service_tier", "paid_again", "asked_again", "is_cache_hit"),
    *("input_tokens_to", "output_tokens_to"),
)
"""What a shape is told by beside `KEY`: with both, the calls of `fct_call_shapes` that a row is made of are found."""
ENDS = ("share", "again", "times")
_TYPES = {"is_cache_hit": pa.bool_(), "input_tokens_to": pa.int64(), "output_tokens_to": pa.int64()}
FINDING = pa.struct(
    [
        ("lever", pa.string()),
        *((f"{name}_{case}", MONEY) for name in ENDS for case in CASES),
        *((f"{part}_price", MONEY) for part in PARTS),
        *((name, pa.string()) for name in ("words", "to_model")),
        ("tokens_to", pa.int64()),
    ]
)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in KEY),
        *((name, pa.int64()) for name in ("calls", "unknown_cost_calls")),
        *((f"{part}_cost_usd", MONEY) for part in PARTS),
        ("levers", pa.list_(FINDING)),
        ("shapes", pa.list_(pa.struct([(name, _TYPES.get(name, pa.string())) for name in SHAPE]))),
    ]
)


def rows(found: Iterable[Observed]) -> list[dict[str, Any]]:
    """With `SCHEMA`; calls of one step and model about which the levers can do the same are one row."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in found:
        key = tuple(getattr(one.shape, name) for name in KEY)
        levers = [_told(lever, finding) for lever, finding in one.findings.items()]
        row = kept.setdefault(
            (*key, *(tuple(lever.values()) for lever in levers)),
            {
                **dict(zip(KEY, key, strict=True)),
                **dict.fromkeys(("calls", "unknown_cost_calls"), 0),
                **{f"{part}_cost_usd": Decimal(0) for part in PARTS},
                "levers": levers,
                "shapes": [],
            },
        )
        row["shapes"].append({name: getattr(one.shape, name) for name in SHAPE})
        row["calls"] += one.shape.calls
        row["unknown_cost_calls"] += one.shape.unknown_cost_calls
        for part in PARTS:
            row[f"{part}_cost_usd"] += one.case.costs[part]
    return list(kept.values())


def cases(kept: Iterable[Mapping[str, Any]]) -> Iterator[Case]:
    """What `rows` wrote, for `sequence.simulate`."""
    for row in kept:
        settings = {one["lever"]: _setting(one) for one in row["levers"] if one["share_low"] is not None}
        yield Case({part: row[f"{part}_cost_usd"] for part in PARTS}, settings, row["calls"])


def _told(lever: str, finding: Finding) -> dict[str, Any]:
    setting = finding.setting
    return {
        "lever": lever,
        **{f"{name}_{case}": getattr(setting, name).at(case) if setting else None for name in ENDS for case in CASES},
        **{f"{part}_price": setting.prices.get(part) if setting else None for part in PARTS},
        "words": finding.words,
        "to_model": finding.to_model,
        "tokens_to": finding.tokens_to,
    }


def _setting(told: Mapping[str, Any]) -> Setting:
    share, again, times = (Ends(*(told[f"{name}_{case}"] for case in CASES)) for name in ENDS)
    prices = {part: told[f"{part}_price"] for part in PARTS if told[f"{part}_price"] is not None}
    return Setting(share, prices, again, times)
