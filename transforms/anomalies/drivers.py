"""What drove an incident: the parts of the scope that cost more, and whether calls, tokens or prices did it.

Both come from the same hours of the 14 days before (28 days for a day) as what was expected. Parts are told by their
change alone. Effects are additive log-mean Divisia like those of "why cost changed" (docs/cost-change.md), on a shorter
chain that hours can be asked for: cost = calls × tokens per call × price of a token, input and output apart. They sum
to the change; what there was nothing of before, or is nothing of now, is `new_work` or `ended_work`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

PARTS = ("workflow", "model", "team", "project", "traffic_source")
LEAST_PART = Decimal("0.1")
"""Parts of less than this share of the change are not told."""
MOST_PARTS = 3
PLACES = Decimal("1e-12")


@dataclass(frozen=True)
class Amounts:
    """Sums over the hours of one side: counts, tokens, US dollars."""

    calls: float = 0.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0
    input_usd: float = 0.0
    output_usd: float = 0.0

    @property
    def usd(self) -> float:
        return self.input_usd + self.output_usd

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class Leaf:
    """The smallest part that is told apart, as expected and as it came. ``scope`` holds a value for each of `PARTS`."""

    scope: dict[str, str | None]
    expected: Amounts
    actual: Amounts


@dataclass(frozen=True)
class Driver:
    """One reason. ``kind`` is one of `PARTS` or user and ``name`` its value; then the amounts are US dollars,
    ``expected`` None for a user.

    Or an effect: calls, output_tokens_per_call, input_tokens_per_call, price, new_work, ended_work. Then ``name`` is
    the workflow that most of it comes from, and the amounts are its calls, tokens per call, or US dollars per million
    tokens.
    """

    kind: str
    name: str | None
    change_usd: Decimal
    expected: float | None
    actual: float


def drivers(leaves: Sequence[Leaf], own_kind: str) -> list[Driver]:
    """Effects and parts of the change, largest first of each; parts of the scope's own kind say nothing."""
    change = sum(leaf.actual.usd - leaf.expected.usd for leaf in leaves)
    if change <= 0:
        return []
    least = float(LEAST_PART) * change
    return [one for one in effects(leaves) if float(one.change_usd) >= least] + [
        part for kind in PARTS if kind != own_kind for part in _parts(leaves, kind, least)
    ]


def _parts(leaves: Iterable[Leaf], kind: str, least: float) -> list[Driver]:
    sums = _summed(leaves, lambda leaf: leaf.scope[kind])
    found = [
        Driver(kind, name, _money(after.usd - before.usd), round(before.usd, 12), round(after.usd, 12))
        for name, (before, after) in sums.items()
        if after.usd - before.usd >= least
    ]
    return sorted(found, key=lambda part: (-part.change_usd, part.name or ""))[:MOST_PARTS]


def _summed(leaves: Iterable[Leaf], key: Callable[[Leaf], str | None]) -> dict[str | None, tuple[Amounts, Amounts]]:
    sums: dict[str | None, tuple[Amounts, Amounts]] = {}
    for leaf in leaves:
        before, after = sums.get(key(leaf), (Amounts(), Amounts()))
        sums[key(leaf)] = (before + leaf.expected, after + leaf.actual)
    return sums


def effects(leaves: Sequence[Leaf]) -> list[Driver]:
    """All effects, largest first; they sum to the change but for rounding at the twelfth decimal."""
    by_kind: dict[str, dict[str | None, float]] = {}
    for leaf in leaves:
        for kind, usd in _of_leaf(leaf.expected, leaf.actual):
            by_workflow = by_kind.setdefault(kind, {})
            name = leaf.scope["workflow"]
            by_workflow[name] = by_workflow.get(name, 0.0) + usd
    workflows = _summed(leaves, lambda leaf: leaf.scope["workflow"])
    found = []
    for kind, parts in by_kind.items():
        name = max(parts, key=lambda one: (parts[one], one or ""))
        before, after = workflows[name]
        found.append(Driver(kind, name, _money(sum(parts.values())), _measure(kind, before), _measure(kind, after)))
    return sorted(found, key=lambda effect: (-effect.change_usd, effect.kind))


def _of_leaf(before: Amounts, after: Amounts) -> list[tuple[str, float]]:
    if not before.calls or not after.calls:
        return [("new_work" if after.calls else "ended_work", after.usd - before.usd)]
    found = []
    for side in ("input", "output"):
        old, new = getattr(before, f"{side}_usd"), getattr(after, f"{side}_usd")
        old_tokens, new_tokens = getattr(before, f"{side}_tokens"), getattr(after, f"{side}_tokens")
        found += _chain(side, (before.calls, old_tokens, old), (after.calls, new_tokens, new))
    return found


def _chain(side: str, before: tuple[float, float, float], after: tuple[float, float, float]) -> list[tuple[str, float]]:
    """Effects of one side of a leaf; calls, tokens and US dollars, before and after."""
    if before[2] == after[2]:
        return []
    if min(*before, *after) <= 0:  # what the chain cannot divide: no such tokens on one side, or priced by nothing
        return [(f"{side}_tokens_per_call", after[2] - before[2])]
    growth = [math.log(new / old) for old, new in zip(before, after, strict=True)]
    mean = (after[2] - before[2]) / growth[2] if abs(growth[2]) > 1e-9 else before[2]
    return [
        ("calls", mean * growth[0]),
        (f"{side}_tokens_per_call", mean * (growth[1] - growth[0])),
        ("price", mean * (growth[2] - growth[1])),
    ]


def _measure(kind: str, amounts: Amounts) -> float:
    if kind == "input_tokens_per_call":
        return round(amounts.input_tokens / amounts.calls, 3) if amounts.calls else 0.0
    if kind == "output_tokens_per_call":
        return round(amounts.output_tokens / amounts.calls, 3) if amounts.calls else 0.0
    if kind == "price":
        tokens = amounts.input_tokens + amounts.output_tokens
        return round(amounts.usd / tokens * 1e6, 6) if tokens else 0.0
    return round(amounts.calls, 3)


def _money(usd: float) -> Decimal:
    return Decimal(repr(usd)).quantize(PLACES)
