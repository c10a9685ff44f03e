"""Allocation rules as the tables that the models read."""

import json

import pyarrow as pa

from transforms.allocation.rules import ASKS, CHARGE_ASKS, OWNERS, AllocationRules, Asked, Shares
from transforms.columns import MONEY

PATTERNS = pa.list_(pa.string())
_TERM: list[tuple[str, pa.DataType]] = [
    *(("rule", pa.string()), ("position", pa.int64()), ("valid_from", pa.date32()), ("valid_to", pa.date32())),
]
_ASKED = [(name, PATTERNS) for name in ASKS]
OWNER_RULES = pa.schema([*_TERM, *_ASKED, *[(f"to_{name}", pa.string()) for name in OWNERS]])
SHARED_RULES = pa.schema(
    [
        *_TERM,
        *_ASKED,
        *[(f"charge_{name}", PATTERNS) for name in CHARGE_ASKS],
        *(("method", pa.string()), ("counted", pa.string()), ("is_metric", pa.bool_()), ("over", pa.string())),
        ("unit_price_usd", MONEY),
    ]
)
OWNER_SETS = pa.schema(
    [("owner_column", pa.string()), ("owner_set", pa.string()), ("owner", pa.string()), ("weight", pa.int64())]
)
"""Owners of sets that rules name; and with a null set the weights of owners that tags name together."""

SEPARATORS = pa.schema([("separator", pa.string())])


def owner_rules(rules: AllocationRules) -> pa.Table:
    """Rules on owners, with `OWNER_RULES`; several owners are the name of their set."""
    rows = [
        {"rule": rule.name, "position": place, "valid_from": rule.valid_from, "valid_to": rule.valid_to}
        | _asked(rule.asks)
        | {f"to_{column}": set_name(shares) for column, shares in rule.owners.items()}
        for place, rule in enumerate(rules.owners, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=OWNER_RULES)


def shared_rules(rules: AllocationRules, metrics: frozenset[str]) -> pa.Table:
    """Rules on shared charges, with `SHARED_RULES`."""
    rows = [
        {"rule": rule.name, "position": place, "valid_from": rule.valid_from, "valid_to": rule.valid_to}
        | _asked(rule.used_by)
        | {f"charge_{column}": list(patterns) for column, patterns in rule.charges.items()}
        | {"method": rule.method, "counted": rule.by, "over": rule.over, "unit_price_usd": rule.unit_price_usd}
        | {"is_metric": rule.by in metrics}
        for place, rule in enumerate(rules.shared, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=SHARED_RULES)


def owner_sets(rules: AllocationRules) -> pa.Table:
    """Who is in each set, with `OWNER_SETS`."""
    named = {
        (column, set_name(shares), owner, weight)
        for rule in rules.owners
        for column, shares in rule.owners.items()
        for owner, weight in shares
        if len(shares) > 1
    }
    rows = [*sorted(named), *((column, None, owner, weight) for column, owner, weight in rules.weights)]
    return pa.Table.from_pylist([dict(zip(OWNER_SETS.names, row, strict=True)) for row in rows], schema=OWNER_SETS)


def separators(rules: AllocationRules) -> pa.Table:
    """The separator of several owners in one text, with `SEPARATORS`; no row where there is none."""
    return pa.Table.from_pylist([{"separator": rules.separator}] if rules.separator else [], schema=SEPARATORS)


def set_name(shares: Shares) -> str:
    """One owner's name; of several a text that no tag is."""
    return shares[0][0] if len(shares) == 1 else json.dumps(dict(shares), ensure_ascii=False)


def _asked(asks: Asked) -> dict[str, list[str]]:
    return {column: list(patterns) for column, patterns in asks.items()}
