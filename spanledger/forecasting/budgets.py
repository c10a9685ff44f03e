"""Where budgets will end: each open counter's own spend, forecast by the same engine as its scope.

A counter that counts exactly what a scope spends takes the scope's forecast, so page and budget say one thing. Days are
UTC days also for budgets of another time zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spanledger.forecasting.reading import HISTORY_DAYS, Scope, question
from spanledger.forecasting.targets import DECIMALS, Known, Made, until
from transforms.forecasts import Forecast, Series, forecast
from transforms.forecasts.series import Floats

MOST_COUNTERS = 40
"""Counters that are forecast, the fullest first; of a budget for each user there may be thousands."""
SCHEMA = pa.schema(
    [
        ("budget_id", pa.string()),
        ("counter_key", pa.string()),
        ("window_start", pa.timestamp("us", "UTC")),
        ("organization", pa.string()),
        *((name, pa.float64()) for name in ("forecast_usd", "low_usd", "high_usd", "probability_over")),
        *((name, pa.date32()) for name in ("exhausted_on", "exhausted_early_on", "exhausted_late_on")),
    ]
)


@dataclass(frozen=True)
class Counter:
    """A counter as the build has it; ``organization`` is None where it counts all, ``last_on`` where it never ends."""

    budget_id: str
    counter_key: str
    organization: str | None
    window_kind: str
    window_start: datetime | None
    last_on: date | None
    limit_usd: float
    scope_key: str


def counters(connection: duckdb.DuckDBPyConnection) -> list[Counter]:
    """The open counters that are forecast."""
    rows = connection.execute(question("budget_counters"), {"most": MOST_COUNTERS}).fetchall()
    return [Counter(*row) for row in rows]


@dataclass(frozen=True, eq=False)
class Days:
    """A counter's spend before ``today``: US dollars a day from ``first`` on, and those that its open window counts."""

    first: date
    usd: Floats
    in_window: Floats

    @property
    def spent(self) -> float:
        """US dollars of the open window in full days."""
        return float(self.in_window.sum())


def days_of(connection: duckdb.DuckDBPyConnection, counter: Counter, first: date, today: date) -> Days:
    """What a counter counted on full days."""
    asked = {"scope_key": counter.scope_key, "counter_key": counter.counter_key, "today": today, "first": first}
    usd, in_window = np.zeros((today - first).days), np.zeros((today - first).days)
    for day, window_start, cost in connection.execute(question("budget_days"), asked).fetchall():
        usd[(day - first).days] += cost
        if window_start == counter.window_start:
            in_window[(day - first).days] += cost
    return Days(first, usd, in_window)


def first_day(today: date) -> date:
    """Where the history of counters begins; a budget for all time counts from there."""
    return today - timedelta(days=HISTORY_DAYS)


def rows(made: Made, known: Known, of: dict[Counter, Days]) -> Iterator[dict[str, Any]]:
    """The forecasts of an organization's counters; none of a counter that counted nothing before today."""
    for counter, days in of.items():
        ahead = _forecast(made, known, counter, days)
        if ahead is not None:
            yield _row(counter, days, ahead, made.spend.organization)


def _forecast(made: Made, known: Known, counter: Counter, days: Days) -> Forecast | None:
    if not days.usd.any():
        return None
    found = _scope_of(made, days)
    if found is not None:
        return made.by_scope[found]
    begin = int(np.flatnonzero(days.usd)[0])
    key = f"budget:{counter.scope_key}/{counter.counter_key}"
    whole = made.spend.whole.key
    series = Series(key, days.first + timedelta(days=begin), days.usd[begin:], None, (whole,))
    today = made.spend.today
    return forecast(series, today, until(today), known.past, known.events, (known.steps or {}).get(whole, ()))


def _scope_of(made: Made, days: Days) -> Scope | None:
    """The scope that spent the same on each day."""
    offset = (made.spend.first - days.first).days
    same = (one for one in made.shown if np.allclose(days.usd[offset:], made.spend.usd[one], rtol=1e-9, atol=1e-9))
    return None if days.usd[:offset].any() else next(same, None)


def _row(counter: Counter, days: Days, ahead: Forecast, organization: str) -> dict[str, Any]:
    row: dict[str, Any] = {"budget_id": counter.budget_id, "counter_key": counter.counter_key}
    row |= {"window_start": counter.window_start, "organization": organization}
    early, middle, late = _exhausted(counter, days, ahead)
    row |= {"exhausted_early_on": early, "exhausted_on": middle, "exhausted_late_on": late}
    if counter.last_on is None:
        return row
    total = ahead.total(ahead.first, max(counter.last_on, ahead.first))
    amounts = {"forecast_usd": 0.5, "low_usd": 0.1, "high_usd": 0.9}
    row |= {name: round(days.spent + total.quantile(q), DECIMALS) for name, q in amounts.items()}
    chance = ahead.probability_over(counter.limit_usd, days.spent, max(counter.last_on, ahead.first))
    return row | {"probability_over": chance}


def _exhausted(counter: Counter, days: Days, ahead: Forecast) -> tuple[date | None, date | None, date | None]:
    """Early, middle and late day within the window; all the same where it has come."""
    if days.spent > counter.limit_usd:
        over = int(np.argmax(np.cumsum(days.in_window) > counter.limit_usd))
        day = days.first + timedelta(days=over)
        return day, day, day
    last = counter.last_on or ahead.last
    early, middle, late = (
        day if day is not None and day <= last else None for day in ahead.exhausted_on(counter.limit_usd, days.spent)
    )
    return early, middle, late
