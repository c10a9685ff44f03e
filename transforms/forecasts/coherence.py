"""Parts that add up to their whole, on each path and each day.

From the top down: the whole's forecast stays, since large sums are forecast best, and its parts follow. Two steps keep
a part's own range. First its paths are put into an order that moves with the whole's as far as their spreads ask for:
parts that are independent of each other have together a smaller spread than their sum would, and the whole's own says
how much smaller. Then what is missing to the whole on a path and day is shared among the parts by the variance of that
day's forecasts, so that a steady part is not moved by a wild one; where one would fall below 0, all are scaled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from transforms.forecasts.distribution import Forecast
from transforms.forecasts.paths import generator
from transforms.forecasts.series import Floats
from transforms.forecasts.tree import Split


def coherent(made: Mapping[str, Forecast], splits: Sequence[Split]) -> dict[str, Forecast]:
    """The same forecasts with paths that add up in every split; ``splits``: the uppermost parents first."""
    found = dict(made)
    for split in splits:
        whole = found[split.parent]
        parts = _shared([found[part] for part in split.parts], whole)
        for part, samples in zip(split.parts, parts, strict=True):
            found[part] = replace(found[part], samples=samples)
    return found


def _shared(parts: Sequence[Forecast], whole: Forecast) -> list[Floats]:
    common = _scores(whole.samples.sum(axis=1))
    moving = _moving_together(parts, whole)
    ordered = [_ordered(part, common, moving) for part in parts]
    lacking = whole.samples - np.sum(ordered, axis=0)
    moved = [np.maximum(one + lacking * by, 0.0) for one, by in zip(ordered, _by_variance(ordered), strict=True)]
    together = np.sum(moved, axis=0)  # the whole at least: before they were cut at 0 the parts added up to it
    scaled = np.divide(whole.samples, together, out=np.zeros_like(together), where=together > 0)
    return [one * scaled for one in moved]


def _by_variance(parts: Sequence[Floats]) -> Floats:
    """Parts × days, of each day summing to 1; equal shares where nothing varies."""
    variance = np.array([one.var(axis=0) for one in parts])
    total = variance.sum(axis=0)
    shares: Floats = np.divide(variance, total, out=np.full(variance.shape, 1 / len(parts)), where=total > 0)
    return shares


def _moving_together(parts: Sequence[Forecast], whole: Forecast) -> float:
    """The correlation of the parts' totals that gives their sum the whole's spread; 0 to 1."""
    spreads = np.array([part.samples.sum(axis=1).std() for part in parts])
    apart, together = float((spreads**2).sum()), float(spreads.sum() ** 2)
    if together <= apart:
        return 1.0
    return float(min(max((whole.samples.sum(axis=1).var() - apart) / (together - apart), 0.0), 1.0))


def _ordered(part: Forecast, common: Floats, moving: float) -> Floats:
    """The part's paths, placed so that their totals' ranks follow the common scores as closely as told."""
    own = generator(f"order of {part.key}", part.first).standard_normal(len(common))
    score = np.sqrt(moving) * common + np.sqrt(1 - moving) * own
    placed: Floats = part.samples[part.samples.sum(axis=1).argsort(kind="stable")][score.argsort().argsort()]
    return placed


def _scores(totals: Floats) -> Floats:
    """Normal-like scores of the ranks (logistic, variance 1)."""
    ranks = (totals.argsort(kind="stable").argsort() + 0.5) / len(totals)
    scores: Floats = np.log(ranks / (1 - ranks)) * np.sqrt(3) / np.pi
    return scores
