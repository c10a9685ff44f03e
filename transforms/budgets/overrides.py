"""Overrides: another limit for a time, from the budget file or from a record that somebody gave later."""

from collections.abc import Mapping, Sequence

from transforms.budgets import values
from transforms.budgets.budget import Budget, Override, Pairs
from transforms.yaml_lines import Value, near, read_yaml

KEYS = ("budget", "limit", "factor", "scope", "reason", "by", "valid_from", "valid_to")


def read(entry: Value, budgets: Sequence[Budget]) -> Override:
    """One override of one of these budgets. Raises ConfigError naming file, line and key."""
    said = entry.fields(KEYS, "keys with values, such as budget, limit, reason and valid_to")
    for key, why in (
        ("budget", "the id of a budget"),
        ("reason", "why the limit is another for a time"),
        ("by", "who decided it"),
        ("valid_to", "when it ends"),
    ):
        if key not in said:
            entry.refuse(f"expected the key {key}: {why}")
    budget = _budget(said["budget"], budgets)
    if ("limit" in said) == ("factor" in said):
        entry.refuse("expected either limit or factor: what holds instead of the budget's own limit")
    zone = budget.window.time_zone
    override = Override(
        budget_id=budget.budget_id,
        reason=values.flat(said["reason"]),
        by=values.flat(said["by"]),
        valid_to=values.instant(said["valid_to"], zone),
        valid_from=values.instant(said["valid_from"], zone) if "valid_from" in said else None,
        limit=values.limit(said["limit"], budget.unit) if "limit" in said else None,
        factor=values.factor(said["factor"]) if "factor" in said else None,
        scope=_scope(said, budget),
    )
    if override.valid_from and override.valid_to <= override.valid_from:
        said["valid_to"].refuse("the override ends before it begins; valid_to is the first moment after it")
    return override


def read_one(text: str, name: str, budgets: Sequence[Budget]) -> Override:
    """The override that a text (YAML or JSON, the keys of an entry) states. ``name`` stands in errors."""
    return read(read_yaml(text, name), budgets)


def _budget(value: Value, budgets: Sequence[Budget]) -> Budget:
    ids = [budget.budget_id for budget in budgets]
    said = value.text().strip()
    if said not in ids:
        value.refuse(f"there is no budget {said!r}{near(said, ids)}")
    return budgets[ids.index(said)]


def _scope(said: Mapping[str, Value], budget: Budget) -> Pairs:
    if "scope" not in said:
        return ()
    if not budget.each:
        said["scope"].refuse(f"budget {budget.budget_id} has one counter; leave the scope of the override out")
    named = said["scope"].fields(budget.each, "dimensions with values")
    return tuple((dimension, named[dimension].text()) for dimension in budget.each if dimension in named)
