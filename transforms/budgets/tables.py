"""Budgets and overrides as rows, for the models: one row a version, and one an override."""

import hashlib
from decimal import Decimal
from typing import Any

import pyarrow as pa

from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import DIMENSIONS, EACH, ESCALATE, PICO, USD, Budget, Override, key_text
from transforms.columns import MONEY

INSTANT = pa.timestamp("us", tz="UTC")
SHARE = pa.decimal128(12, 6)

BUDGET_SCHEMA = pa.schema(
    [
        ("version", pa.string()),  # digest of all below
        ("budget_id", pa.string()),
        ("owner", pa.string()),
        ("description", pa.string()),
        ("scope", pa.string()),  # in words
        ("each", pa.list_(pa.string())),  # dimensions of which each value has a counter of its own
        *((dimension, pa.string()) for dimension in DIMENSIONS),  # null: not named; "*": each value
        ("unit", pa.string()),
        ("limit_usd", MONEY),
        ("limit_count", pa.int64()),
        ("window_kind", pa.string()),
        ("window_seconds", pa.int64()),
        ("time_zone", pa.string()),
        ("thresholds", pa.string()),  # in words
        ("threshold_at", pa.list_(SHARE)),
        ("threshold_policy", pa.list_(pa.string())),
        ("threshold_to", pa.list_(pa.string())),  # of escalate: whom to tell; null of the others
        ("when_unreachable", pa.string()),
        ("deadline_ms", pa.int64()),
        ("alternatives", pa.list_(pa.string())),
        ("valid_from", INSTANT),
        ("valid_to", INSTANT),
        ("scope_key", pa.string()),  # equal where the same calls are counted in the same windows
        ("counter_kind", pa.string()),  # equal where counters mean the same, whatever calls they count
    ]
)
OVERRIDE_SCHEMA = pa.schema(
    [
        ("version", pa.string()),
        ("budget_id", pa.string()),
        ("limit_usd", MONEY),
        ("limit_count", pa.int64()),
        ("factor", pa.decimal128(18, 6)),
        ("counter_parts", pa.list_(pa.string())),  # what a counter's key must hold; empty: all counters
        ("reason", pa.string()),
        ("given_by", pa.string()),
        ("valid_from", INSTANT),
        ("valid_to", INSTANT),
        ("position", pa.int64()),  # of two that hold at once the later counts
    ]
)


def budget_table(book: BudgetBook) -> pa.Table:
    """The versions of a book, with `BUDGET_SCHEMA`."""
    return pa.Table.from_pylist([_budget(one) for one in book.budgets], schema=BUDGET_SCHEMA)


def override_table(book: BudgetBook) -> pa.Table:
    """The overrides of a book, with `OVERRIDE_SCHEMA`."""
    units = {budget.budget_id: budget.unit for budget in book.budgets}
    once = dict.fromkeys(book.overrides)  # what is said twice holds once
    rows = [_override(one, units[one.budget_id], place) for place, one in enumerate(once, start=1)]
    return pa.Table.from_pylist(rows, schema=OVERRIDE_SCHEMA)


def scope_words(budget: Budget) -> str:
    """What it counts, in a line: `team research, each user_id`."""
    named = [f"{name} {value}" for name, value in budget.scope if value != EACH]
    return ", ".join([*named, *(f"each {name}" for name in budget.each)]) or "everything"


def threshold_words(budget: Budget) -> str:
    """Its thresholds in a line: `80% notify, 90% slow below 50, 100% pause`."""
    texts = []
    for one in budget.thresholds:
        more = f" below {one.below_priority}" if one.below_priority else f" to {one.to}" if one.to else ""
        texts.append(f"{(one.at * 100).normalize():f}% {one.policy}{more}")
    return ", ".join(texts)


def _budget(budget: Budget) -> dict[str, Any]:
    window = budget.window
    counted = f"{window.kind} {window.seconds or ''} {window.time_zone}"
    return {
        "version": _digest(repr(budget)),
        "budget_id": budget.budget_id,
        "owner": budget.owner,
        "description": budget.description,
        "scope": scope_words(budget),
        "each": list(budget.each),
        **dict(budget.scope),
        "unit": budget.unit,
        **_limit(budget.limit, budget.unit),
        "window_kind": window.kind,
        "window_seconds": window.seconds,
        "time_zone": window.time_zone,
        "thresholds": threshold_words(budget),
        "threshold_at": [round(one.at, 6) for one in budget.thresholds],
        "threshold_policy": [one.policy for one in budget.thresholds],
        "threshold_to": [(one.to or budget.owner) if one.policy == ESCALATE else None for one in budget.thresholds],
        "when_unreachable": budget.when_unreachable,
        "deadline_ms": budget.deadline_ms,
        "alternatives": list(budget.alternatives),
        "valid_from": budget.valid_from,
        "valid_to": budget.valid_to,
        "scope_key": _digest(f"{counted} {key_text(budget.scope)}"),
        "counter_kind": f"{counted} {budget.unit} {','.join(budget.each)}",
    }


def _override(override: Override, unit: str, place: int) -> dict[str, Any]:
    return {
        "version": _digest(repr(override)),
        "budget_id": override.budget_id,
        **(_limit(override.limit, unit) if override.limit is not None else {}),
        "factor": None if override.factor is None else round(override.factor, 6),
        "counter_parts": [key_text((pair,)) for pair in override.scope],
        "reason": override.reason,
        "given_by": override.by,
        "valid_from": override.valid_from,
        "valid_to": override.valid_to,
        "position": place,
    }


def _limit(limit: int, unit: str) -> dict[str, Any]:
    return {"limit_usd": Decimal(limit) / PICO} if unit == USD else {"limit_count": limit}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
