"""Counters of budgets that are forecast, and what they counted day by day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import unquote

import duckdb
import numpy as np

from spanledger.forecasting.budgets.counter import DECIMALS, Counter, Days
from spanledger.forecasting.budgets.steps import price_steps
from spanledger.forecasting.reading import HISTORY_DAYS, Spend, question
from transforms.forecasts import PriceStep

MOST_COUNTERS = 40
"""Counters that are forecast, the fullest first; of a budget for each user there may be thousands."""


def read(
    connection: duckdb.DuckDBPyConnection, spends: Sequence[Spend], built_on: date
) -> dict[str | None, dict[Counter, Days]]:
    """The counters that go with each organization's forecasts, each with its days; under None the others.

    A counter of all organizations goes with the only one there is, else with none. After `prices.read`.
    """
    todays = {one.organization: one.today for one in spends}
    counters = {counter: _today(counter, todays, built_on) for counter in _counters(connection)}
    steps = price_steps(connection, counters) if todays and counters else {}
    found: dict[str | None, dict[Counter, Days]] = {}
    for counter, today in counters.items():
        days = _days(connection, counter, today, steps.get(counter, ()))
        found.setdefault(_goes_with(counter, todays), {})[counter] = days
    return found


def _counters(connection: duckdb.DuckDBPyConnection) -> list[Counter]:
    """In an order that does not change with what is spent."""
    rows = connection.execute(question("budget_counters"), {"most": MOST_COUNTERS}).fetchall()
    found = [
        Counter(budget_id, counter_key, start, end, limit, scope_key, _named(counter_key, named), spent)
        for budget_id, counter_key, start, end, limit, scope_key, spent, named in rows
    ]
    return sorted(found, key=lambda one: (one.budget_id, one.counter_key, str(one.window_start)))


def _named(counter_key: str, named: Sequence[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    each = (part.partition("=") for part in counter_key.split("&") if part)
    values = {dimension: unquote(value) for dimension, _, value in each}
    values |= {dimension: value for dimension, value in named if value is not None}
    return tuple(sorted(values.items()))


def _goes_with(counter: Counter, todays: Mapping[str, date]) -> str | None:
    if counter.organization is None:
        return next(iter(todays)) if len(todays) == 1 else None
    return counter.organization if counter.organization in todays else None


def _today(counter: Counter, todays: Mapping[str, date], built_on: date) -> date:
    """The day that what it counts is forecast on; the build's own where its window began later."""
    days = todays.values() if counter.organization is None else [todays.get(counter.organization, built_on)]
    last = max(days, default=built_on)
    has_begun = counter.window_start is None or counter.window_start.date() <= last
    return last if has_begun else built_on


def _days(connection: duckdb.DuckDBPyConnection, counter: Counter, today: date, steps: Sequence[PriceStep]) -> Days:
    first = today - timedelta(days=HISTORY_DAYS)
    asked = {"scope_key": counter.scope_key, "counter_key": counter.counter_key, "first": first}
    usd, in_window = np.zeros(HISTORY_DAYS), np.zeros(HISTORY_DAYS)
    since = 0.0
    for day, window_start, cost in connection.execute(question("budget_days"), asked).fetchall():
        is_counted = window_start == counter.window_start
        if day < today:
            usd[(day - first).days] += cost
            in_window[(day - first).days] += cost * is_counted
        else:
            since += cost * is_counted
    earlier = round(counter.spent_usd - since - float(in_window.sum()), DECIMALS)
    return Days(today, first, usd, in_window, earlier, tuple(steps))
