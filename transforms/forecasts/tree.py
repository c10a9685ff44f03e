"""Which series are parts of which: an organization of teams, teams of projects, and again of workflows and models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms.forecasts.series import Floats, Series

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Split:
    """The parts of ``parent`` by one dimension: the text before the colon of their keys."""

    parent: str
    dimension: str
    parts: tuple[str, ...]


def splits(series: Sequence[Series], today: date) -> list[Split]:
    """Every split whose parent is given, those of the uppermost parents first.

    A series is a part of its nearest parent. Raises ValueError where parts do not add up to their parent on every full
    day before ``today``: what belongs to no part needs a series of its own.
    """
    by_key = {one.key: one for one in series}
    found: dict[tuple[str, str], list[str]] = {}
    for one in series:
        if one.parents and one.parents[0] in by_key:
            found.setdefault((one.parents[0], one.key.partition(":")[0]), []).append(one.key)
    made = [Split(parent, dimension, tuple(parts)) for (parent, dimension), parts in found.items()]
    for split in made:
        _refuse_unless_whole(split, by_key, today)
    return sorted(made, key=lambda split: _depth(split.parent, by_key))


def _depth(key: str, by_key: Mapping[str, Series]) -> int:
    seen = {key}
    while by_key[key].parents and (key := by_key[key].parents[0]) in by_key:
        if key in seen:
            raise ValueError(f"{key} is a part of itself: {sorted(seen)}")
        seen.add(key)
    return len(seen)


def _refuse_unless_whole(split: Split, by_key: Mapping[str, Series], today: date) -> None:
    parent = by_key[split.parent]
    whole = parent.usd[: (today - parent.first).days]
    together = np.zeros(len(whole))
    for part in split.parts:
        together += aligned(by_key[part], parent.first, len(whole))
    wrong = np.flatnonzero(np.abs(together - whole) > TOLERANCE * np.maximum(whole, 1.0))
    if len(wrong):
        day = int(wrong[0])
        raise ValueError(
            f"{split.parent}: its parts by {split.dimension} spent {together[day]} USD on its day {day}, itself "
            f"{whole[day]}; expected the same (what belongs to no {split.dimension} is a part of its own)"
        )


def aligned(one: Series, first: date, days: int) -> Floats:
    """Its spend on ``days`` days from ``first`` on, 0 where it has none."""
    shift = (one.first - first).days
    spend = np.zeros(days)
    begin, end = max(shift, 0), min(shift + len(one.usd), days)
    if end > begin:
        spend[begin:end] = one.usd[begin - shift : end - shift]
    return spend
