"""Allocation rules: who owns what tags do not say, and who carries what several use. Read from the user's YAML.

    owners:                               # of calls whose tags do not say; of the rules that match the first
      - name: search services
        where: {service_name: search-*, environment: production}
        team: search                      # or shared by weights: {search: 60, ads: 40}
        cost_center: "4711"
        from: 2026-10-01                  # UTC days; `to` is the first it does not hold on
    several:                              # where one call has several owners
      separator: ";"                      # text that holds several, beside lists
      weights: {team: {search: 2}}        # 1 unless said
    shared:                               # charges that nobody owns; of the rules that match the first
      - name: gpu cluster
        charge: {charge_id: gpu-*}
        method: proportional              # by tokens, calls, seconds, cost, or a metric of the usage files
        by: tokens
        over: month                       # weigh by the month's use; the day's unless said
        used_by: {provider: vllm}         # calls that use it; every call unless said
      - name: vector searches
        charge: {provider: pinecone}
        method: activity                  # unit price x count; what that does not recover is unattributed
        by: vector_queries
        unit_price_usd: 0.00004
    costs:                                # files of charges beside SPANLEDGER_CHARGES_FILE
      - {file: cluster.parquet}
      - {file: cloud.csv, format: focus, name: cloud, where: {ServiceName: Amazon SageMaker*}}
    usage:                                # files of what was used
      - {file: queries.csv}
      - {file: cloud.csv, format: focus, metric: gpu_hours, tags: {team: Team}}

In patterns `*` stands for any text and `?` for one character.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from transforms import yaml_values
from transforms.allocation.sources import Source, read_sources
from transforms.yaml_lines import Value, read_yaml

OWNERS = ("team", "project", "cost_center")
"""Who can own spend; each is a column of a call and of a charge."""

ASKS = (
    *("organization", "environment", "traffic_source", "service_name", "dialect", "provider", "model"),
    *("server_address", "region", "service_tier", "workflow_id", "feature", "user_id", "session_id", "customer_id"),
    *("agent_name", "charge_id", *OWNERS),
)
"""Columns of a call that a rule can ask about; `model` is the name asked for, answered or priced."""

CHARGE_ASKS = ("charge_id", "category", "provider", "description")
WEIGHTS = ("tokens", "calls", "seconds", "cost")
SECTIONS = ("owners", "several", "shared", "costs", "usage")
OWNER_KEYS = ("name", "where", *OWNERS, "from", "to")
SHARED_KEYS = ("name", "charge", "method", "by", "over", "used_by", "unit_price_usd", "from", "to")
MOST_WEIGHT = 10_000
MOST_UNIT_PRICE = 1_000_000

Asked = dict[str, tuple[str, ...]]
Shares = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class OwnerRule:
    """Who owns the calls that match: for each of `OWNERS` nobody, or names with their weights."""

    name: str
    asks: Asked
    owners: dict[str, Shares]
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class SharedRule:
    """How charges that match are shared out among those who use them. ``by`` is one of `WEIGHTS` or a metric."""

    name: str
    charges: Asked
    method: str
    by: str
    over: str
    used_by: Asked
    unit_price_usd: Decimal | None
    valid_from: date
    valid_to: date
    where: str = field(repr=False)  # file:line, for complaints


@dataclass(frozen=True)
class AllocationRules:
    """All that an allocation file says."""

    owners: tuple[OwnerRule, ...] = ()
    separator: str | None = None
    weights: tuple[tuple[str, str, int], ...] = ()  # which owner column, name, weight
    shared: tuple[SharedRule, ...] = ()
    costs: tuple[Source, ...] = ()
    usage: tuple[Source, ...] = ()

    @property
    def digest(self) -> str:
        """Changes with anything the rules say."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


NO_RULES = AllocationRules()


def read_rules(text: str, name: str) -> AllocationRules:
    """The rules of a file. ``name`` stands in errors. Raises ConfigError naming file, line and key."""
    document = read_yaml(text, name)
    said = document.fields(SECTIONS, f"the sections {', '.join(SECTIONS)}")
    if not said:
        document.refuse(f"no rule stands here; there are the sections {', '.join(SECTIONS)}")
    entries = {
        section: said[section].items() if section in said else [] for section in SECTIONS if section != "several"
    }
    owners = [_owner(entry, place) for place, entry in enumerate(entries["owners"], start=1)]
    shared = [_shared(entry, place) for place, entry in enumerate(entries["shared"], start=1)]
    _refuse_repeats(entries["owners"], owners)
    _refuse_repeats(entries["shared"], shared)
    separator, weights = _several(said["several"]) if "several" in said else (None, ())
    costs, usage = (read_sources(entries[section], section) for section in ("costs", "usage"))
    return AllocationRules(tuple(owners), separator, weights, tuple(shared), costs, usage)


def _owner(entry: Value, place: int) -> OwnerRule:
    said = entry.fields(OWNER_KEYS, "keys with values, such as where and team")
    if "where" not in said:
        entry.refuse("expected the key where: which calls the rule is about")
    owners = {column: _shares(said[column]) for column in OWNERS if column in said}
    if not owners:
        entry.refuse(f"names no owner; give one of {', '.join(OWNERS)}")
    name = said["name"].text() if "name" in said else f"owner rule {place}"
    return OwnerRule(name, yaml_values.patterns(said["where"], ASKS), owners, *yaml_values.period(said))


def _shares(value: Value) -> Shares:
    """One name, several of equal weight, or names with their weights."""
    if value.is_mapping:
        weighed = {name: yaml_values.whole(weight, 1, MOST_WEIGHT) for name, weight in value.fields().items()}
        return tuple(sorted(weighed.items())) or value.refuse("names no owner")
    names = value.texts()
    if len(set(names)) < len(names):
        value.refuse("names an owner twice; say more of one with weights, such as {search: 2, ads: 1}")
    return tuple((name, 1) for name in sorted(names))


def _several(value: Value) -> tuple[str | None, tuple[tuple[str, str, int], ...]]:
    said = value.fields(("separator", "weights"))
    separator = said["separator"].text() if "separator" in said else None
    weights = [
        (column, name, yaml_values.whole(weight, 1, MOST_WEIGHT))
        for column, owners in (said["weights"].fields(OWNERS) if "weights" in said else {}).items()
        for name, weight in owners.fields().items()
    ]
    return separator, tuple(weights)


def _shared(entry: Value, place: int) -> SharedRule:
    said = entry.fields(SHARED_KEYS, "keys with values, such as charge, method and by")
    for key, what in {"charge": "which charges", "method": "how", "by": "by what use"}.items():
        if key not in said:
            entry.refuse(f"expected the key {key}: {what} it is shared out")
    method, by = said["method"].one_of(("proportional", "activity")), said["by"].text()
    if method == "activity" and "unit_price_usd" not in said:
        entry.refuse("expected the key unit_price_usd: what one of what is counted costs")
    if method == "proportional" and "unit_price_usd" in said:
        said["unit_price_usd"].refuse("a proportional rule has no price; is the method activity?")
    if method == "activity" and "over" in said:
        said["over"].refuse("an activity rule counts each day by itself; over is for proportional rules")
    if by not in WEIGHTS and "used_by" in said:
        said["used_by"].refuse(f"asks about calls, and {by} is a metric; its usage file says who used it")
    return SharedRule(
        name=said["name"].text() if "name" in said else f"shared rule {place}",
        charges=yaml_values.patterns(said["charge"], CHARGE_ASKS),
        method=method,
        by=by,
        over=said["over"].one_of(("day", "month")) if "over" in said else "day",
        used_by=yaml_values.patterns(said["used_by"], ASKS) if "used_by" in said else {},
        unit_price_usd=yaml_values.amount(said["unit_price_usd"], MOST_UNIT_PRICE) if method == "activity" else None,
        valid_from=(days := yaml_values.period(said))[0],
        valid_to=days[1],
        where=f"{entry.file}:{entry.line}",
    )


def _refuse_repeats(entries: Sequence[Value], rules: Sequence[OwnerRule | SharedRule]) -> None:
    """A name stands again only for other days: later terms of the same rule."""
    for place, rule in enumerate(rules):
        for other, earlier in zip(entries[:place], rules[:place], strict=True):
            meets = earlier.valid_from < rule.valid_to and rule.valid_from < earlier.valid_to
            if earlier.name == rule.name and meets:
                entries[place].refuse(
                    f"{rule.name!r} holds on days on which the one in line {other.line} does; end one with `to`, or "
                    "name them apart"
                )
