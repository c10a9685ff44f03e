"""What a forecast is asked for and kept for: a day, a week, 30 days, the month's end, the quarter's end."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from spanledger.forecasting.reading import SCOPES_A_KIND, Scope, Spend
from transforms.forecasts import Event, Forecast, Past, Pasts, PriceStep, forecast_all
from transforms.forecasts.series import Floats

MONTH, QUARTER = "month", "quarter"
DAYS_AHEAD = {"day": 1, "week": 7, "30 days": 30}
HORIZONS = (*DAYS_AHEAD, MONTH, QUARTER)
SEASON = 7
DECIMALS = 6
QUANTILES = {"p10_usd": 0.1, "p50_usd": 0.5, "p90_usd": 0.9}
REFUSALS = (ValueError, ArithmeticError, LookupError)
"""What the engine raises on figures that it cannot forecast; no reason to publish nothing."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What is known beside the spend: events of the organization, price steps by series, forecasts made before."""

    events: Sequence[Event] = ()
    steps: Mapping[str, Sequence[PriceStep]] | None = None
    past: Sequence[Past] | Pasts = ()


@dataclass(frozen=True, eq=False)
class Made:
    """Forecasts of one organization, made on one day."""

    spend: Spend
    by_scope: dict[Scope, Forecast]

    @property
    def shown(self) -> dict[Scope, Forecast]:
        """Those of scopes with a name of their own."""
        return {scope: one for scope, one in self.by_scope.items() if not scope.is_rest}


def ends(today: date) -> dict[str, date]:
    """The last day of the month and of the quarter that ``today`` is in."""
    return {MONTH: _month_end(today.year, today.month), QUARTER: _month_end(today.year, (today.month + 2) // 3 * 3)}


def begins(today: date) -> dict[str, date]:
    """The first day of that month and of that quarter."""
    return {MONTH: today.replace(day=1), QUARTER: date(today.year, (today.month - 1) // 3 * 3 + 1, 1)}


def until(today: date) -> date:
    """The last day that is forecast: of a quarter west of UTC the last hours are of the day after."""
    return max(ends(today)[QUARTER] + timedelta(days=1), today + timedelta(days=DAYS_AHEAD["30 days"]))


def make(spend: Spend, known: Known, scopes_a_kind: int = SCOPES_A_KIND) -> Made:
    """Forecast every scope on ``spend.today`` from the full days before it."""
    series = spend.series(scopes_a_kind)
    found = forecast_all(
        list(series.values()), spend.today, until(spend.today), known.past, known.events, known.steps or {}
    )
    return Made(spend, {scope: found[one.key] for scope, one in series.items()})


def daily_rows(made: Made) -> list[Row]:
    """Of each scope and day ahead: what it will cost."""
    rows = []
    for scope, one in made.shown.items():
        sums = one.samples.cumsum(axis=1)
        quantiles = {name: one.quantile(q) for name, q in QUANTILES.items()} | {"mean_usd": one.mean}
        quantiles |= {f"through_{name}": np.quantile(sums, q, axis=0) for name, q in QUANTILES.items()}
        for day in range(one.samples.shape[1]):
            amounts = {name: round(float(values[day]), DECIMALS) for name, values in quantiles.items()}
            rows.append(_named(scope, one) | amounts | {"date": one.first + timedelta(days=day)})
    return rows


def period_rows(made: Made) -> list[Row]:
    """Of each scope, this month and this quarter: what full days cost, and what it will have cost at its end."""
    today, rows = made.spend.today, []
    for scope, one in made.shown.items():
        for kind, last in ends(today).items():
            first = begins(today)[kind]
            spent = made.spend.total(scope, first, last)
            figures = _figures(one, last)
            row = {name: round(spent + value, DECIMALS) for name, value in figures.items()}
            plain = {
                f"{name}_usd": round(spent + one.point_usd(method, last), DECIMALS) for name, method in PLAIN.items()
            }
            rows.append(
                _named(scope, one)
                | row
                | plain
                | {"period_kind": kind, "period_start": first, "period_end": last, "spent_usd": round(spent, DECIMALS)}
                | {"is_complete": made.spend.first <= first}
            )
    return rows


PLAIN = {"burn_rate": "burn_rate_7", "seasonal_naive": "seasonal_naive_7"}
"""Shown beside every forecast: what everyone does."""


def kept_rows(made: Made, *, is_backfilled: bool) -> list[Row]:
    """What is kept of the forecasts, to be scored when their days are over."""
    today = made.spend.today
    lasts = {name: today + timedelta(days=days - 1) for name, days in DAYS_AHEAD.items()} | ends(today)
    rows = []
    for scope, one in made.shown.items():
        usd = made.spend.usd[scope]
        for horizon, last in lasts.items():
            days = (last - today).days + 1
            rows.append(
                _scope(scope)
                | {name: round(value, DECIMALS) for name, value in _figures(one, last).items()}
                | {"made_on": today, "last_on": last, "horizon": horizon, "horizon_days": days, "method": one.method}
                | {
                    "points": [
                        {"method": name, "usd": round(one.point_usd(name, last), DECIMALS)} for name in one.points
                    ]
                }
                | {"scale_usd": one.scale_usd(last), "seasonal_scale_usd": seasonal_scale(usd, days)}
                | {"is_short": one.is_short, "is_backfilled": is_backfilled}
            )
    return rows


def seasonal_scale(usd: Floats, days: int) -> float | None:
    """Mean absolute error, in the history alone, of taking the sum of ``days`` days as it was whole weeks before:
    what the error is divided by for MASE. None where the history is too short, or never changes."""
    lag = -(-days // SEASON) * SEASON
    if len(usd) < lag + days:
        return None
    sums = np.convolve(usd, np.ones(days), mode="valid")
    scale = float(np.abs(sums[lag:] - sums[:-lag]).mean())
    return scale if scale > 0 else None


def _figures(one: Forecast, last: date) -> dict[str, float]:
    total = one.total(one.first, last)
    return {"mean_usd": total.mean} | dict(zip(QUANTILES, total.quantiles(list(QUANTILES.values())), strict=True))


def _named(scope: Scope, one: Forecast) -> Row:
    made_at = datetime.combine(one.first, time(), UTC)
    return _scope(scope) | {"method": one.method, "is_short": one.is_short, "made_at": made_at}


def _scope(scope: Scope) -> Row:
    environment = scope.name if scope.kind == "environment" else None
    return {
        "organization": scope.organization,
        "environment": environment,
        "scope_kind": scope.kind,
        "scope": scope.name,
    }


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
