"""Where a counter's window will end: the paths of its forecast, each day as far as the window reaches."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from spanledger.forecasting.budgets import covering
from spanledger.forecasting.budgets.counter import Counter, Counters, Days
from spanledger.forecasting.reading import HISTORY_DAYS, Scope
from spanledger.forecasting.targets import DECIMALS, REFUSALS, Known, Made, until
from transforms.forecasts import Event, Forecast, Past, Pasts, Series, forecast
from transforms.forecasts.events_file import PlannedEvent
from transforms.forecasts.series import Floats

logger = logging.getLogger(__name__)

SCHEMA = pa.schema(
    [
        ("budget_id", pa.string()),
        ("counter_key", pa.string()),
        ("window_start", pa.timestamp("us", "UTC")),
        ("organization", pa.string()),
        *((name, pa.float64()) for name in ("forecast_usd", "low_usd", "high_usd", "probability_over")),
        *((name, pa.date32()) for name in ("exhausted_on", "exhausted_early_on", "exhausted_late_on")),
        ("reason", pa.string()),
        ("is_failed", pa.bool_()),
    ]
)
AMOUNTS = {"forecast_usd": 0.5, "low_usd": 0.1, "high_usd": 0.9}
NOTHING = f"nothing was counted in the {HISTORY_DAYS} days before"
ENDLESS = "all time does not end"
Row = dict[str, Any]


def rows(made: Made, known: Known, counters: Counters) -> Iterator[Row]:
    """The forecasts of counters that go with an organization's: of its scope, where one spent the same on each day."""
    organization = made.spend.organization
    for counter, days in counters.items():
        beside = _Beside(covering.scopes(counter, organization), known.events, known.past)
        yield _row(counter, days, organization, beside, _of_scope(made, counter, days))


def rows_apart(organization: str | None, planned: Sequence[PlannedEvent], counters: Counters) -> Iterator[Row]:
    """The same of counters that go with no organization's forecasts, or with one that has none."""
    for counter, days in counters.items():
        scopes = covering.scopes(counter, counter.organization or "")
        yield _row(counter, days, organization, _Beside(scopes, covering.events(counter, planned)))


@dataclass(frozen=True)
class _Beside:
    """What is known beside a counter's own days."""

    scopes: tuple[str, ...]
    events: Sequence[Event]
    past: Sequence[Past] | Pasts = ()


def _row(counter: Counter, days: Days, organization: str | None, beside: _Beside, found: Forecast | None = None) -> Row:
    """What is not forecast has its reason; a failure is one counter's alone."""
    row: Row = {"budget_id": counter.budget_id, "counter_key": counter.counter_key, "is_failed": False}
    row |= {"window_start": counter.window_start, "organization": organization}
    if not days.usd.any():
        return row | {"reason": NOTHING}
    try:
        return row | _ending(counter, days, _forecast(counter, days, beside) if found is None else found)
    except REFUSALS as error:
        logger.exception("budget %s, counter %r, has no forecast", counter.budget_id, counter.counter_key)
        return row | {"reason": f"the forecast failed: {error}", "is_failed": True}


def _of_scope(made: Made, counter: Counter, days: Days) -> Forecast | None:
    """The forecast of the scope that spent the same, if it was made on the same day and reaches as far."""
    if made.spend.today != days.today or not days.usd.any():
        return None
    known = min(len(days.usd), made.spend.days)
    if days.usd[:-known].any():
        return None
    mine = days.usd[-known:]
    same = (one for one in made.shown if np.allclose(mine, made.spend.usd[one][-known:], rtol=1e-9, atol=1e-9))
    scope: Scope | None = next(same, None)
    found = None if scope is None else made.by_scope[scope]
    return found if found is None or (counter.last_on or found.first) <= found.last else None


def _forecast(counter: Counter, days: Days, beside: _Beside) -> Forecast:
    begin = int(np.flatnonzero(days.usd)[0])
    key = f"budget:{counter.scope_key}/{counter.counter_key}"
    series = Series(key, days.first + timedelta(days=begin), days.usd[begin:], None, beside.scopes)
    last = max(until(days.today), counter.last_on or days.today)
    return forecast(series, days.today, last, beside.past, beside.events, days.steps)


def _ending(counter: Counter, days: Days, ahead: Forecast) -> Row:
    part = inside(ahead, counter.window_start, counter.window_end)
    last = counter.last_on or part.last
    early, middle, late = _exhausted(counter, days, part, last)
    row: Row = {"exhausted_early_on": early, "exhausted_on": middle, "exhausted_late_on": late}
    if counter.last_on is None:
        return row | {"reason": ENDLESS}
    total = part.total(part.first, last)
    row |= {name: round(days.spent + total.quantile(q), DECIMALS) for name, q in AMOUNTS.items()}
    return row | {"probability_over": part.probability_over(counter.limit_usd, days.spent, last)}


def inside(ahead: Forecast, start: datetime | None, end: datetime | None) -> Forecast:
    """``ahead`` with what lies from ``start`` to ``end`` (exclusive) alone: of a day that it cuts, a share by hours."""
    return replace(ahead, samples=ahead.samples * shares(ahead.first, ahead.samples.shape[1], start, end))


def shares(first: date, days: int, start: datetime | None, end: datetime | None) -> Floats:
    """Of each UTC day from ``first`` on, the share that lies from ``start`` to ``end``."""
    midnight, numbers = datetime.combine(first, time(), UTC), np.arange(days)
    begins = -np.inf if start is None else (start - midnight) / timedelta(days=1)
    ends = np.inf if end is None else (end - midnight) / timedelta(days=1)
    inside_of: Floats = np.minimum(numbers + 1, ends) - np.maximum(numbers, begins)
    return np.maximum(inside_of, 0.0)


def _exhausted(
    counter: Counter, days: Days, part: Forecast, last: date
) -> tuple[date | None, date | None, date | None]:
    """Early, middle and late day within the window; all the same where it has come."""
    if days.spent > counter.limit_usd:
        over = int(np.argmax(days.earlier + np.cumsum(days.in_window) > counter.limit_usd))
        day = days.first + timedelta(days=over)
        return day, day, day
    early, middle, late = (
        day if day is not None and day <= last else None for day in part.exhausted_on(counter.limit_usd, days.spent)
    )
    return early, middle, late
