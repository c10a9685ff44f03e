"""One distribution: paths of daily spend. Every figure of a forecast is read off the same paths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from transforms.forecasts.series import Floats

LOWEST_PROBABILITY, HIGHEST_PROBABILITY = 0.05, 0.95
"""What was said to be nearly certain happened less often than said (docs/forecasts.md): nobody is told more."""


@dataclass(frozen=True, eq=False)
class Total:
    """The spend of a range of days: one amount a path, US dollars."""

    usd: Floats

    @property
    def mean(self) -> float:
        """Of the paths; means add up over days and over parts, quantiles do not."""
        return float(self.usd.mean())

    def quantile(self, q: float) -> float:
        """US dollars that a share ``q`` of the paths stays at or below."""
        return float(np.quantile(self.usd, q))

    def quantiles(self, of: Sequence[float]) -> list[float]:
        """Several at once."""
        return [float(one) for one in np.quantile(self.usd, of)]


@dataclass(frozen=True, eq=False)
class Forecast:
    """Spend of the days from ``first`` (the day it is made on, whole) on. ``samples``: paths × days, US dollars.

    ``method`` made the point, ``points`` holds the daily points of every method, ``scales`` of every number of days
    from ``first`` what an error of their sum is measured in. ``is_short``: too little past to be calibrated on its
    own; the range was kept wide.
    """

    key: str
    first: date
    method: str
    is_short: bool
    samples: Floats
    points: Mapping[str, Floats]
    scales: Floats

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.samples.shape[1] - 1)

    @property
    def mean(self) -> Floats:
        """US dollars expected, a day."""
        mean: Floats = self.samples.mean(axis=0)
        return mean

    def quantile(self, q: float) -> Floats:
        """US dollars of each day that a share ``q`` of the paths stays at or below. They do not add up: see `total`."""
        daily: Floats = np.quantile(self.samples, q, axis=0)
        return daily

    def total(self, first: date, last: date) -> Total:
        """The sum of the days ``first`` to ``last``. Raises ValueError for days outside of the forecast."""
        return Total(self.samples[:, self._day(first) : self._day(last) + 1].sum(axis=1))

    def point_usd(self, method: str, last: date) -> float:
        """What ``method`` alone expects of the days up to ``last``, US dollars: kept, and scored when they are over."""
        return float(self.points[method][: self._day(last) + 1].sum())

    def scale_usd(self, last: date) -> float:
        """What an error of the sum up to ``last`` is measured in, US dollars (`Past.scale_usd`)."""
        return float(self.scales[self._day(last)])

    def probability_over(self, limit: float, spent: float, to: date) -> float:
        """That ``spent`` and the days up to ``to`` come to more than ``limit``, US dollars; 0.05 to 0.95.

        1 where ``spent`` is over the limit already: that is no forecast.
        """
        if spent > limit:
            return 1.0
        share = float(np.mean(spent + self.total(self.first, to).usd > limit))
        return min(max(share, LOWEST_PROBABILITY), HIGHEST_PROBABILITY)

    def exhausted_on(self, limit: float, spent: float) -> tuple[date | None, date | None, date | None]:
        """The day that passes ``limit`` US dollars: early (10 % of paths), middle, late (90 %); None: later."""
        over = spent + np.cumsum(self.samples, axis=1) > limit
        days = np.sort(np.where(over.any(axis=1), over.argmax(axis=1), over.shape[1]))
        early, middle, late = (int(days[int(share * (len(days) - 1))]) for share in (0.1, 0.5, 0.9))
        return self._date(early), self._date(middle), self._date(late)

    def _date(self, day: int) -> date | None:
        return self.first + timedelta(days=day) if day < self.samples.shape[1] else None

    def _day(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise ValueError(f"{self.key}: {day} is outside of the forecast of {self.first} to {self.last}")
        return (day - self.first).days
