"""Rectangles of a partition: each level of names divides the spend of the level above. Pure, exact.

A rectangle spans from `low` to `high` of the whole spend, in US dollars: its height is its spend, so areas of a level
sum to the whole. What is too small to be seen is one rectangle of several names, which the levels below divide no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Path = tuple[str | None, ...]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Rectangle:
    """`path`: the names above; `names`: its own, several where small ones stand together, which then cover `levels`."""

    path: Path
    names: tuple[str | None, ...]
    low: Decimal
    high: Decimal
    levels: int = 1

    @property
    def usd(self) -> Decimal:
        return self.high - self.low

    @property
    def level(self) -> int:
        return len(self.path)


def partition(leaves: Iterable[tuple[Path, Decimal]], least_share: Decimal) -> list[Rectangle]:
    """The rectangles, level by level, the largest first. ``leaves``: the names from the top down, US dollars.

    ``least_share`` of the whole is the smallest that stands alone. Raises ValueError for spend below zero, which no
    area can show, and for paths of different lengths.
    """
    spend = _summed(leaves)
    total = sum(spend.values(), ZERO)
    depths = {len(path) for path in spend}
    if len(depths) > 1:
        raise ValueError(f"expected names of one number of levels, got {sorted(depths)}")
    if not total:
        return []
    found: list[Rectangle] = []
    _divide((), spend, ZERO, total * least_share, depths.pop(), found)
    return sorted(found, key=lambda one: (one.level, one.low))


def _summed(leaves: Iterable[tuple[Path, Decimal]]) -> dict[Path, Decimal]:
    spend: dict[Path, Decimal] = {}
    for path, usd in leaves:
        if usd < 0:
            raise ValueError(f"{' / '.join(map(str, path))} has a spend of {usd} USD; an area cannot be below zero")
        spend[path] = spend.get(path, ZERO) + usd
    return {path: usd for path, usd in spend.items() if usd}


def _divide(
    path: Path, spend: Mapping[Path, Decimal], low: Decimal, least: Decimal, depth: int, found: list[Rectangle]
) -> None:
    """Add the rectangles below ``path``, whose spend begins at ``low``."""
    children: dict[str | None, dict[Path, Decimal]] = {}
    for leaf, usd in spend.items():
        children.setdefault(leaf[len(path)], {})[leaf] = usd
    sums = {name: sum(below.values(), ZERO) for name, below in children.items()}
    for names in _shown(sums, least):
        high = low + sum((sums[name] for name in names), ZERO)
        is_last = len(names) > 1 or len(path) + 1 == depth
        found.append(Rectangle(path, names, low, high, depth - len(path) if len(names) > 1 else 1))
        if not is_last:
            _divide((*path, names[0]), children[names[0]], low, least, depth, found)
        low = high


def _shown(sums: Mapping[str | None, Decimal], least: Decimal) -> Sequence[tuple[str | None, ...]]:
    """Names by spend, the largest first; those too small to stand alone together at the end, where they are several."""
    ordered = sorted(sums, key=lambda name: (-sums[name], name is None, name or ""))
    small = tuple(name for name in ordered if sums[name] < least)
    if len(small) < 2:
        return [(name,) for name in ordered]
    return [*((name,) for name in ordered if name not in small), small]
