"""What a forecast is made from: a series of daily spend, forecasts made before, and what is known to come.

Refused with ValueError, naming the series: an array that is not one-dimensional, an amount that is not finite or is
negative, a volume of another length, a factor below zero, dates the wrong way round.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """US dollars of consecutive full UTC days from ``first`` on; a day without spend is 0, never left out.

    ``key`` names the scope, best as ``dimension:value`` ("team:search"): the series of one dimension below one parent
    are a split of it. ``parents`` are the keys of the series that this one is a part of, the nearest first.
    ``volume``: calls of the same days.
    """

    key: str
    first: date
    usd: Floats
    volume: Floats | None = None
    parents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _refuse_unless_amounts(self.key, "spend", self.usd)
        if self.volume is not None:
            _refuse_unless_amounts(self.key, "volume", self.volume)
            if len(self.volume) != len(self.usd):
                raise ValueError(f"{self.key}: {len(self.volume)} days of volume for {len(self.usd)} days of spend")

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.first + timedelta(days=len(self.usd))


@dataclass(frozen=True)
class Past:
    """A forecast that was made on ``origin`` for the ``horizon_days`` from that day on, and what they then cost.

    ``scale_usd`` is what its error is measured in: `Forecast.scale_usd` as it was then, US dollars, above zero.
    ``key`` is the series it was made for; without one it calibrates, but speaks for no series' choice of method.
    """

    origin: date
    horizon_days: int
    method: str
    expected_usd: float
    actual_usd: float
    scale_usd: float
    key: str = ""

    @property
    def error(self) -> float:
        """(actual − expected) ÷ scale."""
        return (self.actual_usd - self.expected_usd) / self.scale_usd

    @property
    def known_on(self) -> date:
        """The first day on which all its days had passed."""
        return self.origin + timedelta(days=self.horizon_days)


@dataclass(frozen=True)
class Event:
    """Something known that multiplies the spend of the series ``key`` and of its parts from ``first`` to ``last``."""

    name: str
    first: date
    last: date
    factor: float
    key: str

    def __post_init__(self) -> None:
        _refuse_unless_factor(f"event {self.name}", self.factor)
        if self.last < self.first:
            raise ValueError(f"event {self.name} ends on {self.last}, before it begins on {self.first}")


@dataclass(frozen=True)
class PriceStep:
    """From ``at`` on the same use costs ``factor`` times what it cost before: an announced price, a model replaced."""

    at: date
    factor: float

    def __post_init__(self) -> None:
        _refuse_unless_factor(f"price step of {self.at}", self.factor)
        if self.factor == 0:
            raise ValueError(f"price step of {self.at}: factor 0; expected more, free use is an event")


def _refuse_unless_amounts(key: str, what: str, amounts: Floats) -> None:
    if amounts.ndim != 1:
        raise ValueError(f"{key}: {what} has {amounts.ndim} dimensions; expected one amount a day")
    wrong = np.flatnonzero(~(np.isfinite(amounts) & (amounts >= 0)))
    if len(wrong):
        raise ValueError(f"{key}: {what} of day {wrong[0]} is {amounts[wrong[0]]}; expected a finite amount, 0 or more")


def _refuse_unless_factor(what: str, factor: float) -> None:
    if not (np.isfinite(factor) and factor >= 0):
        raise ValueError(f"{what}: factor {factor}; expected a finite number, 0 or more")
