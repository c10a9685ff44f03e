"""Series with labelled anomalies (NAB), hour by hour, and how alarms are held against the labels.

An alarm inside a labelled window finds it; each window counts once. An alarm outside any is false. After an alarm the
next 24 hours raise none. The first 15 % of a series, in which nothing can be known yet, count for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from sample_traces.public.files import public_file

Floats = NDArray[np.float64]
QUIET_HOURS = 24
PROBATION = 0.15
WEEK = 168


@dataclass(frozen=True)
class Series:
    """Hourly means, nan where there are none, and the labelled windows as first and last hour."""

    name: str
    values: Floats
    windows: tuple[tuple[int, int], ...]

    @property
    def first(self) -> int:
        """The hour from which alarms count."""
        return int(PROBATION * len(self.values))


def load() -> list[Series]:
    """All series. Raises PublicSetMissingError where the set is not there."""
    points = pl.read_parquet(public_file(None, "nab", "series.parquet"))
    windows = pl.read_csv(public_file(None, "nab", "anomaly_windows.csv"), try_parse_dates=True)
    hourly = points.group_by("series", pl.col("timestamp").dt.truncate("1h").alias("at"), maintain_order=True).agg(
        pl.col("value").mean()
    )
    found = []
    for (name,), rows in hourly.group_by("series", maintain_order=True):
        start = rows["at"].min()
        assert isinstance(start, datetime)
        hours = ((rows["at"] - start).dt.total_seconds() // 3600).to_numpy()
        values = np.full(int(hours.max()) + 1, np.nan)
        values[hours] = rows["value"].to_numpy()
        labels = windows.filter(pl.col("series") == name).select("window_start", "window_end").rows()
        spans = tuple((_hour(begin, start), _hour(end, start)) for begin, end in labels)
        found.append(Series(str(name), values, spans))
    return found


def _hour(at: datetime, start: datetime) -> int:
    return int((at - start).total_seconds() // 3600)


def counted(series: Series, scores: Floats, threshold: float) -> tuple[int, int, int, float]:
    """Windows found, false alarms, windows, weeks."""
    found: set[int] = set()
    false, last = 0, -QUIET_HOURS
    for hour in np.flatnonzero(np.nan_to_num(scores, nan=-np.inf) > threshold):
        if hour < series.first or hour - last < QUIET_HOURS:
            continue
        last = int(hour)
        inside = [number for number, (begin, end) in enumerate(series.windows) if begin <= hour <= end]
        found.update(inside)
        false += not inside
    windows = sum(end >= series.first for _, end in series.windows)
    return len(found), false, windows, (len(series.values) - series.first) / WEEK


def table(all_series: Sequence[Series], scores: Sequence[Floats], thresholds: Sequence[float]) -> Floats:
    """Series × thresholds × what `counted` returns."""
    return np.array(
        [
            [counted(one, score, threshold) for threshold in thresholds]
            for one, score in zip(all_series, scores, strict=True)
        ],
        dtype=np.float64,
    )


def f1(found: float, false: float, windows: float) -> float:
    """Harmonic mean of precision and recall; 0 where nothing was found."""
    return 2 * found / (found + false + windows) if found else 0.0


@dataclass(frozen=True)
class Held:
    """Means over all splits on the halves that did not choose the threshold; ``range``: F1 of 5 and of 95 in 100."""

    f1: float
    range: tuple[float, float]
    precision: float
    recall: float
    false_a_week: float


def held_out(counts: Floats, splits: int, rng: Generator) -> Held:
    """Choose the threshold with the best F1 on one half of the series, score it on the other, both ways round."""
    results = []
    for _ in range(splits):
        order = rng.permutation(len(counts))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        for chosen_on, scored_on in (halves, halves[::-1]):
            sums = counts[chosen_on].sum(axis=0)
            best = int(np.argmax([f1(*row[:3]) for row in sums]))
            found, false, windows, weeks = counts[scored_on, best].sum(axis=0)
            results.append((f1(found, false, windows), found / max(found + false, 1), found / windows, false / weeks))
    means = np.mean(results, axis=0)
    low, high = np.quantile([one[0] for one in results], [0.05, 0.95])
    return Held(float(means[0]), (float(low), float(high)), *(float(mean) for mean in means[1:]))
