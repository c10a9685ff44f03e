"""Coverage rules: which calls a charge has paid for already. One CSV row is one way to match, read strictly.

    rule,allocate_by,dialect,user_id
    claude seats,metered,claude_code,*@acme.example

Cells hold one or more patterns, separated by `;`, in which `*` stands for any text and `?` for one character; an empty
cell asks nothing, and a row matches where all its cells do. Rows of one name are alternatives. The first rule that
matches and that a charge pays for on that day covers the call.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from transforms.csv_lines import near, read_lines
from transforms.pricing.charges import Charge, ChargeError

ASKS = (
    *("dialect", "service_name", "environment", "provider", "model", "server_address", "region", "service_tier"),
    *("team", "project", "cost_center", "user_id", "session_id", "customer_id", "agent_name"),
)
"""Columns of a call that a rule can ask about; `model` is the name asked for, answered or priced."""

WEIGHTS = ("metered", "tokens")
"""What a day's charge is shared out by: the cost the calls would have had, or their tokens."""

PATTERNS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        ("rule", pa.string()),
        ("position", pa.int64()),
        ("allocate_by", pa.string()),
        *[(column, PATTERNS) for column in ASKS],
    ]
)


@dataclass(frozen=True)
class CoverageRule:
    """One row: patterns by column."""

    rule: str
    allocate_by: str
    asks: dict[str, tuple[str, ...]]


def read_coverage(text: str, name: str) -> list[CoverageRule]:
    """The rules of a file, in its order. ``name`` stands in errors. Raises ChargeError."""
    lines = read_lines(text, name, ("rule", "allocate_by"), ASKS, ChargeError)
    rules: list[CoverageRule] = []
    for line in lines:
        asks = {column: _patterns(line.text(column)) for column in ASKS if line.text(column)}
        rule = CoverageRule(line.required("rule"), line.one_of("allocate_by", WEIGHTS), asks)
        if not asks:
            line.refuse(f"rule {rule.rule!r} asks nothing and would cover every call; fill one of {', '.join(ASKS)}")
        said = {one.allocate_by for one in rules if one.rule == rule.rule}
        if said - {rule.allocate_by}:
            line.refuse(f"allocate_by is {rule.allocate_by!r}, but {said.pop()!r} in a row of this rule above")
        rules.append(rule)
    return rules


def refuse_unknown_rules(charges: Iterable[Charge], rules: Sequence[CoverageRule], name: str | None) -> None:
    """Every rule that a charge names is there. Raises ChargeError."""
    known = {rule.rule for rule in rules}
    for charge in charges:
        if charge.covers and charge.covers not in known:
            where = f"{name} has no such rule{near(charge.covers, known)}" if name else "set SPANLEDGER_COVERAGE_FILE"
            raise ChargeError(f"{charge.where}: covers is {charge.covers!r}: {where}")


def table(rules: Sequence[CoverageRule]) -> pa.Table:
    """Rules as a table with `SCHEMA`; a rule's place is that of its first row."""
    places: dict[str, int] = {}
    rows = []
    for rule in rules:
        place = places.setdefault(rule.rule, len(places) + 1)
        head = {"rule": rule.rule, "position": place, "allocate_by": rule.allocate_by}
        rows.append(head | {column: list(rule.asks[column]) if column in rule.asks else None for column in ASKS})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _patterns(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
