"""Total cost of ownership told in lines and rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from spanledger.exits import USAGE, Failure
from spanledger.simulating.rows import relation
from spanledger.simulating.traffic import Traffic, asked
from transforms.columns import MONEY
from transforms.csv_lines import read_lines
from transforms.decisions.checks import DecisionError
from transforms.decisions.days import MONTH_DAYS
from transforms.decisions.tco import EXAMPLE, KINDS, Item, Ownership, own
from transforms.decisions.written import figure

SCHEMA = pa.schema(
    [("kind", pa.string()), ("cost", pa.string()), ("usd_per_month", MONEY), ("share", pa.decimal128(12, 4))]
)


def told(data: Path, said: dict[str, Any]) -> tuple[list[str], duckdb.DuckDBPyRelation]:
    """What the command says. Raises Failure, DecisionError, OSError."""
    own_items, notes = _own_items(data, said["organization"]) if said["has_own"] else ([], [])
    named = [*own_items, *map(_item, said["items"])]
    named += _read(said["file"]) if said["file"] else []
    found = own(named or EXAMPLE)
    rows = [
        {"kind": item.kind, "cost": item.name, "usd_per_month": item.usd, "share": _share(item.usd, found)}
        for item in found.items
    ]
    return [*_lines(found, said["requests"], is_example=not named), *notes], relation(SCHEMA, rows)


def _share(usd: Decimal, found: Ownership) -> Decimal | None:
    return usd / found.total_usd if found.total_usd else None


def _lines(found: Ownership, requests: Decimal | None, *, is_example: bool) -> list[str]:
    parts = ", ".join(f"${found.of_kind(kind):,.0f} {kind}" for kind in KINDS)
    lines = ["An invented example; name your own costs with --item, --file or --own."] if is_example else []
    lines.append(f"${found.total_usd:,.0f} a month: {parts}.")
    if found.multiple is not None:
        lines.append(f"A dollar on the bill comes to ${found.multiple:,.2f}.")
    each = found.usd_per(requests) if requests else None
    return [*lines, f"${each:,.6f} a request."] if each is not None else lines


def _item(text: str) -> Item:
    kind, _, rest = text.partition(":")
    name, _, usd = rest.rpartition("=")
    if not name:
        raise Failure(f"item {text!r}: expected KIND:NAME=USD, such as indirect:engineering=12500", USAGE)
    return Item(name, kind, figure(usd))


def _read(path: Path) -> list[Item]:
    lines = read_lines(path.read_text(encoding="utf-8"), str(path), ("name", "kind", "usd"), (), DecisionError)
    return [Item(line.required("name"), line.one_of("kind", KINDS), line.amount("usd")) for line in lines]


def _own_items(data: Path, organization: str) -> tuple[list[Item], list[str]]:
    """What own model calls cost, brought to a month, and what to know of that."""
    with asked(data, Traffic(MONTH_DAYS, organization=organization)) as build:
        rows, [calls] = build.rows("decide_costs"), build.rows("decide_own")
    scale = Decimal(MONTH_DAYS) / build.days.count
    notes = [f"Own model calls: those of the last {build.days.words}, brought to {MONTH_DAYS} days."]
    if calls["unknown_cost_calls"]:
        notes.append(f"They cost at least this: the cost of {calls['unknown_cost_calls']:,} calls is unknown.")
    return [Item(row["name"], row["kind"], row["usd"] * scale) for row in rows], notes
