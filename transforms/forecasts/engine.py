"""From daily series to forecasts. Pure: no clock, no database; nothing of `today` or after it is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms.forecasts.calibration import between, relative_errors, scales
from transforms.forecasts.choosing import choose, nearest
from transforms.forecasts.coherence import coherent
from transforms.forecasts.distribution import Forecast
from transforms.forecasts.known import known_factors, plain
from transforms.forecasts.pasts import Pasts
from transforms.forecasts.paths import generator, paths
from transforms.forecasts.pooling import Pool, Replayed, pool
from transforms.forecasts.replay import HORIZONS, Replays, asked_horizons, replay
from transforms.forecasts.series import Event, Floats, Past, PriceStep, Series
from transforms.forecasts.tree import splits

SHORT_DAYS = 28
FEWEST_INDEPENDENT = 8.0
"""With fewer days of its own, or fewer separate past forecasts in the organization, a forecast says it is short."""


@dataclass(frozen=True, eq=False)
class _Prepared:
    series: Series
    usd: Floats  # full days before today, freed of what is known
    ahead: Floats  # known factors of the days to come
    replays: Replays
    method: str


def forecast(
    series: Series,
    today: date,
    until: date,
    past: Sequence[Past] | Pasts = (),
    events: Sequence[Event] = (),
    steps: Sequence[PriceStep] = (),
) -> Forecast:
    """The spend of ``today`` (whole) to ``until``, learnt from the full days before ``today``.

    ``past`` are forecasts of the same organization; those not over before ``today`` are left aside. Raises ValueError
    for no full day before ``today``, days missing before it, or an ``until`` before it.
    """
    return forecast_all([series], today, until, past, events, {series.key: steps})[series.key]


def forecast_all(
    series: Sequence[Series],
    today: date,
    until: date,
    past: Sequence[Past] | Pasts = (),
    events: Sequence[Event] = (),
    steps: Mapping[str, Sequence[PriceStep]] | None = None,
) -> dict[str, Forecast]:
    """Every series of one organization by key, calibrated together; parts add up to their wholes on every path.

    Parts are told by `Series.parents` and follow their whole (`coherence`); ``steps`` by the series' key. Raises as
    `forecast`, for a repeated key, and for parts that did not add up to their whole in the past.
    """
    _refuse_unless_known(series, today, until)
    if not series:
        return {}
    days = (until - today).days + 1
    tree = splits(series, today)
    known = known_factors(series, today, until, events, steps or {}, tree)
    prepared = [_prepare(one, today, known[one.key]) for one in series]
    columns = len(asked_horizons(days))
    relative = relative_errors([one.replays for one in prepared], [one.method for one in prepared], columns)
    measured = [_scales(one, relative) for one in prepared]
    replayed = [
        Replayed(one.series.key, one.series.first, one.method, one.replays, scale[:-1])
        for one, scale in zip(prepared, measured, strict=True)
    ]
    pooled = pool(replayed, (past if isinstance(past, Pasts) else Pasts.of(past)).over_by(today), columns)
    pairs = zip(prepared, measured, strict=True)
    return coherent({one.series.key: _made(one, today, pooled, scale[-1]) for one, scale in pairs}, tree)


def _refuse_unless_known(series: Sequence[Series], today: date, until: date) -> None:
    if until < today:
        raise ValueError(f"a forecast made on {today} cannot end on {until}; expected that day or later")
    seen: set[str] = set()
    for one in series:
        if one.key in seen:
            raise ValueError(f"{one.key}: given twice; expected one series a key")
        if one.first >= today:
            raise ValueError(f"{one.key}: no full day before {today}; the series begins on {one.first}")
        if one.end < today:
            raise ValueError(f"{one.key}: known up to {one.end}, forecast on {today}; give 0 for days without spend")
        seen.add(one.key)


def _prepare(series: Series, today: date, known: Floats) -> _Prepared:
    full = (today - series.first).days
    usd, days = plain(series.usd[:full], known[:full]), len(known) - full
    volume = None if series.volume is None else series.volume[:full]
    replays = replay(series.first, usd, volume, days)
    return _Prepared(series, usd, known[full:], replays, choose(replays, full, days))


def _scales(one: _Prepared, relative: Floats) -> Floats:
    return scales(one.replays.error[one.method], one.replays.level, relative, one.replays.now)


def _made(one: _Prepared, today: date, pooled: Pool, scale: Floats) -> Forecast:
    days = len(one.ahead)
    points = one.replays.points
    numbers = np.arange(1, days + 1)
    a_day = between((scale / HORIZONS[: len(scale)])[:, None], days)[:, 0]
    errors = between(pooled.table, days) * (a_day * numbers)[:, None]
    samples = paths(points[one.method], errors, generator(one.series.key, today)) * one.ahead
    known = {name: point * one.ahead for name, point in points.items()}
    is_short = len(one.usd) < SHORT_DAYS or pooled.independent[nearest(min(days, 30))] < FEWEST_INDEPENDENT
    measured = np.maximum(a_day * np.cumsum(one.ahead), 1e-9)
    return Forecast(one.series.key, today, one.method, bool(is_short), samples, known, measured)
