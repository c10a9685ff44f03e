"""Prices that changed in the history or are announced, as steps of each scope's spend."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from spanledger.forecasting.reading import HISTORY_DAYS, RECENT_DAYS, Scope, question
from transforms.forecasts import PriceStep

AHEAD_DAYS = 92
"""As far as a quarter reaches."""


@dataclass(frozen=True)
class KnownStep:
    """A step of a scope's spend, and the day from which it was known: the one it is valid from, if not before."""

    scope: Scope
    step: PriceStep
    known_on: date


def read(connection: duckdb.DuckDBPyConnection, days: int) -> list[KnownStep]:
    """Of all scopes of `temp.forecast_spend`, ``days`` back and `AHEAD_DAYS`; calls are read where a rate changes."""
    newest = connection.execute("select max(today) from forecast_todays").fetchone()
    if newest is None or newest[0] is None:
        return []
    span = {"first": newest[0] - timedelta(days=days), "last": newest[0] + timedelta(days=AHEAD_DAYS)}
    connection.execute(question("price_changes"), span)
    if not is_any(connection):
        return []
    connection.execute(question("price_multiples"))
    connection.execute(question("price_use"))
    return [
        KnownStep(Scope(organization, kind, name), PriceStep(at, factor), known_on)
        for organization, kind, name, at, known_on, factor in steps(connection)
    ]


def is_any(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a rate changes in the time that forecasts see."""
    return connection.execute("select 1 from forecast_price_changes limit 1").fetchone() is not None


def steps(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, date, date, float]]:
    """Of what `temp.forecast_price_use` holds: organization, kind, name, day, the day it was known, factor."""
    return connection.execute(question("price_steps"), {"days": RECENT_DAYS}).fetchall()


def known_by(steps: list[KnownStep], organization: str, day: date) -> dict[str, list[PriceStep]]:
    """The steps of an organization's series by key, as they were known on a day, within the history it sees."""
    first = day - timedelta(days=HISTORY_DAYS)
    found: dict[str, list[PriceStep]] = {}
    for one in steps:
        if one.scope.organization == organization and one.known_on <= day and one.step.at > first:
            found.setdefault(one.scope.key, []).append(one.step)
    return found
