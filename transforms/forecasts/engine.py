"""From daily series to forecasts. Pure: no clock, no database; nothing of `today` or after it is looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from transforms.forecasts.calibration import FEWEST_INDEPENDENT, HORIZONS, between, quantiles
from transforms.forecasts.distribution import Forecast
from transforms.forecasts.known import factors, plain
from transforms.forecasts.methods import METHODS, PLAIN
from transforms.forecasts.paths import generator, paths
from transforms.forecasts.replay import Replays, replay, scales, windows
from transforms.forecasts.series import Event, Floats, Past, PriceStep, Series


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
    past: Sequence[Past] = (),
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
    past: Sequence[Past] = (),
    events: Sequence[Event] = (),
    steps: Mapping[str, Sequence[PriceStep]] | None = None,
) -> dict[str, Forecast]:
    """Every series of one organization, calibrated together, by key. Raises as `forecast`, and for a repeated key."""
    keys = [one.key for one in series]
    if len(set(keys)) < len(keys):
        raise ValueError(f"series given twice: {sorted({key for key in keys if keys.count(key) > 1})}")
    days = (until - today).days + 1
    if days < 1:
        raise ValueError(f"a forecast made on {today} cannot end on {until}; expected that day or later")
    prepared = [_prepare(one, today, days, events, (steps or {}).get(one.key, ())) for one in series]
    errors, independent = _errors(prepared, [one for one in past if one.known_on <= today], days)
    return {one.series.key: _made(one, today, errors, independent < FEWEST_INDEPENDENT) for one in prepared}


def _prepare(series: Series, today: date, days: int, events: Iterable[Event], steps: Iterable[PriceStep]) -> _Prepared:
    full = (today - series.first).days
    if full < 1:
        raise ValueError(f"{series.key}: no full day before {today}; the series begins on {series.first}")
    if len(series.usd) < full:
        raise ValueError(f"{series.key}: known up to {series.end}, forecast on {today}; give 0 for days without spend")
    known = factors(series, full + days, events, steps)
    usd = plain(series.usd[:full], known[:full])
    volume = None if series.volume is None else series.volume[:full]
    replays = replay(series.first, usd, volume, max(days, HORIZONS[0]))
    return _Prepared(replace(series, usd=series.usd[:full], volume=volume), usd, known[full:], replays, PLAIN)


def _errors(prepared: Sequence[_Prepared], past: Sequence[Past], days: int) -> tuple[Floats, float]:
    """Days × ranks of errors, and how many independent past forecasts the longest horizon in use rests on."""
    table, independent = [], 0.0
    for number, horizon in enumerate(HORIZONS):
        nearest = [one for one in past if _bucket(one.horizon_days) == number]
        errors, spans = [np.array([one.error for one in nearest])], [float(sum(one.horizon_days for one in nearest))]
        for one in prepared:
            if horizon > one.replays.actual.shape[1]:
                continue
            actual, scale = one.replays.actual[:, horizon - 1], one.replays.scale[:, horizon - 1]
            found = (actual - one.replays.expected[one.method][:, horizon - 1]) / scale
            errors.append(found[np.isfinite(found)])
            spans.append(float(np.isfinite(found).sum()))
        if horizon <= max(days, 1):
            independent = sum(spans) / horizon
        table.append(quantiles(errors, spans, horizon))
    return between(np.array(table), days), independent


def _bucket(days: int) -> int:
    return int(np.argmin([abs(np.log(days / horizon)) for horizon in HORIZONS]))


def _made(one: _Prepared, today: date, errors: Floats, is_short: bool) -> Forecast:
    days = len(one.ahead)
    window = windows(one.series.first, one.usd, one.series.volume, np.array([len(one.usd)], dtype=np.int64))
    points = {name: function(window, days)[0] for name, function in METHODS.items()}
    scale = scales(window, days)[0]
    samples = paths(points[one.method], errors, scale, generator(one.series.key, today)) * one.ahead
    named = {name: point * one.ahead for name, point in points.items()}
    grown = scale * np.cumsum(one.ahead) / np.arange(1, days + 1)
    return Forecast(one.series.key, today, one.method, is_short, samples, named, np.maximum(grown, 1e-9))
