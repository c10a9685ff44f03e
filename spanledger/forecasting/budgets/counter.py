"""A counter of a budget, and its days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from transforms.forecasts import PriceStep
from transforms.forecasts.series import Floats

DECIMALS = 9


@dataclass(frozen=True)
class Counter:
    """A counter as the build has it. ``named`` are the values of the dimensions that it counts, '' where a call says
    none; ``window_start`` and ``window_end`` (exclusive) are None where it counts for all time."""

    budget_id: str
    counter_key: str
    window_start: datetime | None
    window_end: datetime | None
    limit_usd: float
    scope_key: str
    named: tuple[tuple[str, str], ...]
    spent_usd: float = field(repr=False, compare=False)  # by the build's moment

    @property
    def organization(self) -> str | None:
        """The one that it counts; None where it counts all."""
        return dict(self.named).get("organization")

    @property
    def last_on(self) -> date | None:
        """The last UTC day of which some is in its window."""
        return None if self.window_end is None else (self.window_end - timedelta(microseconds=1)).date()


@dataclass(frozen=True, eq=False)
class Days:
    """A counter's spend before ``today``, the day it is forecast on: US dollars a day from ``first`` on, those that its
    open window counts, and what that counted ``earlier``. ``steps``: prices that changed or will."""

    today: date
    first: date
    usd: Floats
    in_window: Floats
    earlier: float
    steps: tuple[PriceStep, ...] = ()

    @property
    def spent(self) -> float:
        """US dollars of the open window in full days."""
        return self.earlier + float(self.in_window.sum())

    @property
    def told(self) -> bytes:
        """All of it, for digests."""
        said = repr((self.today, self.first, round(self.earlier, DECIMALS), self.steps)).encode()
        return said + np.round(self.usd, DECIMALS).tobytes() + np.round(self.in_window, DECIMALS).tobytes()


Counters = Mapping[Counter, Days]


def told(counters: Counters) -> bytes:
    """What forecasts of counters are made of, for digests."""
    return b"".join(repr(counter).encode() + days.told for counter, days in counters.items())
