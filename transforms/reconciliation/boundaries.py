"""At which hour the invoice's days begin: the boundary under which most of its days agree with our calls.

Every boundary in use on earth is tried (`spanledger.zones` lists them). UTC holds unless another makes clearly more
cells equal: by at least `MARGIN` of all that are compared and `AT_LEAST` in number. Missing usage or other prices spoil
a cell under every boundary alike, so they do not mislead; small amounts that rounding could make equal do not count.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from transforms.reconciliation.cells import Cell, Grain, Key, Ours

MARGIN = 0.1
AT_LEAST = 3
TELLING = 4
"""Times its slack that an amount must be to tell boundaries apart."""


@dataclass(frozen=True)
class Boundary:
    """A way to cut time into days. ``starts`` are the quarter hours since 1970 at which the days from ``first`` on
    begin, and one more, at which the last one ends."""

    name: str
    first: date
    starts: tuple[int, ...]

    def day_of(self, quarter: int) -> date | None:
        """The day a quarter hour falls on, None outside the period."""
        place = bisect_right(self.starts, quarter) - 1
        return self.first + timedelta(days=place) if 0 <= place < len(self.starts) - 1 else None


def best_boundary(
    theirs: Mapping[Key, Cell],
    ours: Sequence[Ours],
    grain: Grain,
    slack: Mapping[Key, Decimal],
    candidates: Sequence[Boundary],
) -> Boundary:
    """The boundary of the invoice's days; the first of ``candidates``, which is UTC, where none is clearly better.

    ``theirs`` are cells of the invoice alone. Candidates that are equally good yield to the earlier one.
    """
    board = _Board.of(theirs, ours, grain, slack, candidates[0])
    scores = [board.score(one) for one in candidates]
    best = max(range(len(candidates)), key=lambda place: (scores[place], -place))
    needed = scores[0][0] + max(AT_LEAST, MARGIN * board.compared)
    return candidates[best if scores[best][0] >= needed else 0]


@dataclass
class _Board:
    """Both sides as arrays: our values by quarter hour and group, the invoice's by day and group."""

    quarters: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    groups: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    theirs: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
    slack: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"

    @classmethod
    def of(
        cls,
        theirs: Mapping[Key, Cell],
        ours: Sequence[Ours],
        grain: Grain,
        slack: Mapping[Key, Decimal],
        utc: Boundary,
    ) -> "_Board":
        by_quantity = any(cell.quantity is not None for cell in theirs.values())
        places: dict[tuple[str, ...], int] = {}
        keys = [grain.key(utc.first, one.provider, one.model, one.project, one.kind) for one in ours]
        groups = [places.setdefault(key[1:], len(places)) for key in keys]
        spots = [((key.day - utc.first).days, places.setdefault(key[1:], len(places)), key) for key in theirs]
        shape = (len(utc.starts) - 1, max(len(places), 1))
        said, loose = np.zeros(shape), np.full(shape, 1e-9)
        for day, group, key in spots:
            said[day, group] = float((theirs[key].quantity if by_quantity else theirs[key].amount) or 0)
            loose[day, group] = 0.5 if by_quantity else float(slack[key])
        return cls(
            np.array([one.quarter for one in ours], dtype=np.int64),
            np.array(groups, dtype=np.int64),
            np.array([float(one.quantity if by_quantity else one.cost) for one in ours]),
            said,
            loose,
        )

    @property
    def compared(self) -> int:
        """Cells of the invoice that are large enough to tell."""
        return int((np.abs(self.theirs) > TELLING * self.slack).sum())

    def score(self, boundary: Boundary) -> tuple[int, float]:
        """(cells that agree, less the sum of differences): the larger the better."""
        days = np.searchsorted(np.array(boundary.starts), self.quarters, side="right") - 1
        count, width = self.theirs.shape
        inside = (days >= 0) & (days < count)
        spots = days[inside] * width + self.groups[inside]
        ours = np.bincount(spots, weights=self.values[inside], minlength=count * width).reshape(count, width)
        apart = np.abs(ours - self.theirs)
        agree = (apart <= self.slack) & (np.abs(self.theirs) > TELLING * self.slack)
        return int(agree.sum()), -float(apart.sum())
