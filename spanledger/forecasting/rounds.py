"""The forecasts of a build: made anew for organizations whose full days, events, prices or budgets changed, carried
over for the others.

What is shown follows from the data alone, so a build made anew shows the same. Only the forecasts kept in
`records/forecasts/` remember: they say what was said on the day. Where none was, as before the first build, forecasts
are made afterwards for chosen days, each from the days before it alone, and marked so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spanledger.forecasting import budgets, events, failures, prices, reading, records, targets
from spanledger.forecasting.budgets import Counters
from spanledger.forecasting.failures import tried
from spanledger.forecasting.prices import KnownStep
from spanledger.forecasting.reading import HISTORY_DAYS, Spend, question
from spanledger.forecasting.targets import Known, Made, Row
from spanledger.results.table import Work
from transforms.forecasts import Past
from transforms.forecasts.events_file import PlannedEvents

BACKFILLED_DAYS = (1, 5, 10, 15, 20, 25)
"""Days of the month on which forecasts are made afterwards: early, middle and late ones."""
BACKFILLED_REACH, FEWEST_DAYS = 92, 14
BACKFILLED_SCOPES = 5
"""Of each kind: forecasts made afterwards cost a first build as much as so many days' own."""
KEPT_DAYS = 182
"""Forecasts are scored so long."""
NAMED = [*((name, pa.string()) for name in records.SCOPE), ("method", pa.string()), ("is_short", pa.bool_())]
NAMED += [("made_at", pa.timestamp("us", "UTC")), *((name, pa.float64()) for name in records.FIGURES)]
THROUGH = [(f"through_{name}", pa.float64()) for name in targets.QUANTILES]
DAILY = pa.schema([*NAMED, *THROUGH, ("date", pa.date32())])
PERIODS = pa.schema(
    [
        *NAMED,
        *((name, pa.float64()) for name in ("burn_rate_usd", "seasonal_naive_usd", "spent_usd")),
        *((name, pa.date32()) for name in ("period_start", "period_end")),
        ("period_kind", pa.string()),
        ("is_complete", pa.bool_()),
    ]
)
INPUTS = pa.schema(
    [
        ("organization", pa.string()),
        ("today", pa.date32()),
        *((name, pa.string()) for name in ("digest", "past_digest", "failure")),
    ]
)
PRESENT = ("forecast_daily", "forecast_periods", "forecast_budgets")
CARRIED = {
    "forecast_daily": "main.rpt_forecast_daily",
    "forecast_periods": "main.rpt_forecast_month_end",
    "forecast_backfilled": "facts.forecasts_backfilled",
    "forecast_budgets": "facts.budget_forecasts",
}
SCHEMAS = {
    "forecast_daily": DAILY,
    "forecast_periods": PERIODS,
    "forecast_backfilled": records.SCHEMA,
    "forecast_budgets": budgets.SCHEMA,
}


@dataclass
class Found:
    """Rows made so far, by the name of their temporary table."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})
    inputs: list[Row] = field(default_factory=list)
    kept: list[Row] = field(default_factory=list)
    carried: dict[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})
    """Organizations whose rows are those of the build before."""


@dataclass(frozen=True, eq=False)
class Round:
    """What is the same for all organizations of a build."""

    work: Work
    events: PlannedEvents
    steps: list[KnownStep]
    built_on: date
    kept_on: dict[str, set[date]]
    before: dict[str | None, Row]  # inputs of the build before, by organization
    counters: Mapping[str | None, Counters]  # under None those that go with no organization's forecasts

    def known(self, organization: str, day: date) -> Known:
        """What was known of an organization on a day; events that began later only where it is the newest day."""
        past = _past(self.work.connection, organization, day)
        return Known(self.events.of(organization), dict(prices.known_by(self.steps, organization, day)), past)


def inputs(work: Work) -> pa.Table:
    """Make what is shown in temporary tables; returns what it was made of, by organization."""
    connection = work.connection
    built_at = _made_at(connection)
    connection.execute(question("todays"), {"built_on": built_at.date()})
    connection.execute(question("spend"), {"days": HISTORY_DAYS})
    records.open_records(connection, work.data)
    spends = list(reading.read(connection))
    of_this = Round(
        work,
        events.opened(connection),
        prices.read(connection),
        built_at.date(),
        records.made_on(connection),
        _before(work),
        budgets.read(connection, spends, built_at.date()),
    )
    found = Found()
    for spend in spends:
        _one(of_this, spend, found)
    _apart(of_this, found)
    for name in SCHEMAS:
        _table(work, name, found)
    records.keep(connection, pa.Table.from_pylist(found.kept, schema=records.SCHEMA))
    connection.execute(question("kept"), {"days": KEPT_DAYS})
    return pa.Table.from_pylist(found.inputs, schema=INPUTS)


def _one(of_this: Round, spend: Spend, found: Found) -> None:
    counters = of_this.counters.get(spend.organization, {})
    known = of_this.known(spend.organization, spend.today)
    days = origins(spend, of_this.kept_on.get(spend.organization, set()))
    digest, past_digest = _digest(spend, known, counters), _past_digest(of_this, spend, days)
    inputs = {"organization": spend.organization, "today": spend.today, "digest": digest, "past_digest": past_digest}
    found.inputs.append(inputs)
    before = of_this.before.get(spend.organization, {})
    if before.get("past_digest") == past_digest:
        found.carried["forecast_backfilled"].append(spend.organization)
    else:
        found.rows["forecast_backfilled"] += tried(inputs, lambda: _backfilled(of_this, spend, days)) or []
    if before.get("digest") == digest:
        for name in PRESENT:
            found.carried[name].append(spend.organization)
        return
    made = tried(inputs, lambda: targets.make(spend, known))
    if made is None:
        found.rows["forecast_budgets"] += budgets.rows_apart(spend.organization, of_this.events.events, counters)
        return
    found.rows["forecast_daily"] += targets.daily_rows(made)
    found.rows["forecast_periods"] += targets.period_rows(made)
    found.rows["forecast_budgets"] += budgets.rows(made, known, counters)
    found.kept += _kept(of_this, made)


def _apart(of_this: Round, found: Found) -> None:
    """Counters that go with no organization's forecasts: of several, or of one whose first full day is to come."""
    counters = of_this.counters.get(None, {})
    if not counters:
        return
    planned = of_this.events.events
    digest = hashlib.sha256(repr(planned).encode() + budgets.told(counters)).hexdigest()
    today = max(days.today for days in counters.values())
    found.inputs.append({"organization": None, "today": today, "digest": digest, "past_digest": ""})
    if of_this.before.get(None, {}).get("digest") == digest:
        found.carried["forecast_budgets"].append(None)
    else:
        found.rows["forecast_budgets"] += budgets.rows_apart(None, planned, counters)


def _kept(of_this: Round, made: Made) -> list[Row]:
    """What is kept: forecasts made in time, the first of each day."""
    today = made.spend.today
    is_in_time = today >= of_this.built_on - timedelta(days=1)
    is_first = today not in of_this.kept_on.get(made.spend.organization, set())
    return targets.kept_rows(made, is_backfilled=False) if is_in_time and is_first else []


def _backfilled(of_this: Round, spend: Spend, days: Sequence[date]) -> list[Row]:
    rows: list[Row] = []
    for day in days:
        made = targets.make(spend.before(day), _as_of(of_this, spend.organization, day), BACKFILLED_SCOPES)
        rows += targets.kept_rows(made, is_backfilled=True)
    return rows


def _as_of(of_this: Round, organization: str, day: date) -> Known:
    """What was known then; of an event that nobody can have said to know before, only what had begun."""
    begun = [one for one in of_this.events.of(organization) if one.first < day]
    return Known(begun, dict(prices.known_by(of_this.steps, organization, day)))


def origins(spend: Spend, kept_on: set[date]) -> list[date]:
    """Chosen days before the first forecast that was kept, from two weeks into the spend on."""
    end = min([*kept_on, spend.today])
    first = max(spend.first + timedelta(days=FEWEST_DAYS), end - timedelta(days=BACKFILLED_REACH))
    days = (first + timedelta(days=number) for number in range((end - first).days))
    return [
        day for day in days if day.day in BACKFILLED_DAYS and spend.usd[spend.whole][: (day - spend.first).days].any()
    ]


def _past(connection: duckdb.DuckDBPyConnection, organization: str, day: date) -> Sequence[Past]:
    """Forecasts that were kept in time and whose days were over on ``day``, of the method that was published."""
    rows = connection.execute(question("past"), {"organization": organization, "day": day}).fetchall()
    return [Past(*row) for row in rows]


def _digest(spend: Spend, known: Known, counters: Counters) -> str:
    digest = hashlib.sha256(repr((spend.today, spend.first, known)).encode())
    for of in (spend.usd, spend.calls):
        for scope in sorted(of, key=lambda one: one.key):
            digest.update(scope.key.encode() + np.round(of[scope], 9).tobytes())
    digest.update(budgets.told(counters))
    return digest.hexdigest()


def _past_digest(of_this: Round, spend: Spend, days: Sequence[date]) -> str:
    """Of what forecasts made afterwards for these days are made of."""
    if not days:
        return ""
    known = [_as_of(of_this, spend.organization, day) for day in days]
    return hashlib.sha256(
        repr((days, known)).encode() + _digest(spend.before(days[-1]), Known(), {}).encode()
    ).hexdigest()


def _before(work: Work) -> dict[str | None, Row]:
    if not work.is_carried:
        return {}
    rows = work.connection.execute("from previous.facts.forecast_inputs").to_arrow_table().to_pylist()
    return {row["organization"]: row for row in rows}


def _made_at(connection: duckdb.DuckDBPyConnection) -> datetime:
    [(made_at,)] = connection.execute("select made_at at time zone 'UTC' from meta.build").fetchall()
    assert isinstance(made_at, datetime)
    return made_at


def _table(work: Work, name: str, found: Found) -> None:
    """``temp.<name>``: the rows made, and those of the build before for organizations that are carried over."""
    rows = pa.Table.from_pylist(found.rows[name], schema=SCHEMAS[name])
    work.connection.register("rows_made", rows)
    work.connection.execute(f"create or replace temp table {name} as from rows_made")
    work.connection.unregister("rows_made")
    if found.carried[name]:
        work.connection.execute(
            f"insert into {name} by name select {', '.join(SCHEMAS[name].names)} from previous.{CARRIED[name]} "
            "where list_contains(?, coalesce('=' || organization, ''))",
            [["" if one is None else f"={one}" for one in found.carried[name]]],
        )


def table(name: str) -> Any:
    """How a result table is made that `inputs` has put into a temporary one."""
    return lambda work: work.connection.execute(f"from {name}").to_arrow_table()


def accuracy(work: Work) -> pa.Table:
    """The scores of `temp.forecast_kept`."""
    return work.connection.execute(question("accuracy")).to_arrow_table()


def fill_budgets(connection: duckdb.DuckDBPyConnection) -> None:
    """The forecast columns of rpt_budget_status, and what could not be forecast."""
    connection.execute(question("fill_budgets"))
    failures.tell(connection)
