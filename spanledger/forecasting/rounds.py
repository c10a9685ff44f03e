"""The forecasts of a build: made anew for organizations whose full days, events, prices or budgets changed, carried
over for the others.

What is shown follows from the data, the day and the forecasts kept in `records/forecasts/` (what was said on earlier
days): so a build made anew shows the same. Before the first one that was kept, forecasts are made `afterwards` for
chosen days, and marked so.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import duckdb
import pyarrow as pa

from spanledger.forecasting import afterwards, budgets, events, prices, reading, records, targets
from spanledger.forecasting.budgets import Counters
from spanledger.forecasting.digests import digest
from spanledger.forecasting.failures import tried
from spanledger.forecasting.present import present
from spanledger.forecasting.prices import KnownStep
from spanledger.forecasting.reading import HISTORY_DAYS, RECENT_DAYS, SCOPES_A_KIND, Spend, question
from spanledger.forecasting.records import KEPT_DAYS
from spanledger.forecasting.tables import AFTERWARDS, INPUTS, Found, fill
from spanledger.forecasting.targets import Known, Made, Row
from spanledger.results.table import Work
from transforms.forecasts import Pasts
from transforms.forecasts.events_file import PlannedEvents


@dataclass(frozen=True, eq=False)
class Round:
    """What is the same for all organizations of a build."""

    built_on: date
    events: PlannedEvents
    steps: list[KnownStep]
    past: Mapping[str, Pasts]
    kept_on: set[tuple[str, date]]
    counters: Mapping[str | None, Counters]  # under None those that go with no organization's forecasts
    before: Mapping[str | None, str]  # digests of the build before
    afterwards_before: set[tuple[str, date, str]]  # and of what it had made afterwards

    def known(self, spend: Spend) -> Known:
        """What is known of an organization today."""
        steps = prices.known_by(self.steps, spend.organization, spend.today)
        return Known(self.events.of(spend.organization), steps, self.past.get(spend.organization, Pasts.of(())))


def inputs(work: Work) -> pa.Table:
    """Make what is shown in temporary tables; returns what it was made of, by organization."""
    connection, built_on = work.connection, _built_on(work.connection)
    records.open_records(connection, work.data, built_on - timedelta(days=KEPT_DAYS + 1))
    kept_since = records.kept_since(connection)
    connection.execute(question("todays"), {"present": present(work.data, built_on)})
    spends, days = _spends(connection, kept_since)
    todays = [one for one in (spend.before(spend.today) for spend in spends) if one.is_known]
    of_this = Round(
        built_on,
        events.opened(connection),
        prices.read(connection, days),
        records.by_organization(records.past(connection)),
        records.kept_on(connection),
        budgets.read(connection, todays, built_on),
        *_before(work),
    )
    found = Found()
    for spend in todays:
        _one(of_this, spend, found)
    for spend in spends:
        _afterwards(of_this, spend, kept_since.get(spend.organization), found)
    _apart(of_this, found)
    fill(work, found)
    records.keep(connection, pa.Table.from_pylist(found.kept, schema=records.SCHEMA))
    connection.execute(question("kept"), {"days": KEPT_DAYS})
    return pa.Table.from_pylist(found.inputs, schema=INPUTS)


def _spends(connection: duckdb.DuckDBPyConnection, kept_since: Mapping[str, date]) -> tuple[list[Spend], int]:
    """Every organization's full days, and how many of them are read: also those that forecasts made afterwards see."""
    todays = dict(connection.execute("select organization, today from forecast_todays").fetchall())
    most = max((afterwards.reach(today, kept_since.get(name)) for name, today in todays.items()), default=0)
    days = HISTORY_DAYS + RECENT_DAYS + most
    connection.execute(question("spend"), {"days": days})
    connection.execute(question("running"))
    wholes = reading.wholes(connection)
    asked = [(one.organization, one.today, SCOPES_A_KIND) for one in wholes]
    for one in wholes:
        past = afterwards.origins(one, kept_since.get(one.organization))
        asked += [(one.organization, day, afterwards.SCOPES) for day in past]
    return list(reading.read(connection, wholes, asked)), days


def _one(of_this: Round, spend: Spend, found: Found) -> None:
    """What is forecast today."""
    counters, known = of_this.counters.get(spend.organization, {}), of_this.known(spend)
    inputs: Row = {"organization": spend.organization, "today": spend.today, "digest": ""}
    found.inputs.append(inputs)
    said = tried(inputs, lambda: digest(spend, known, SCOPES_A_KIND, budgets.told(counters)))
    if said is not None and of_this.before.get(spend.organization) == said:
        inputs["digest"] = said
        found.carry(spend.organization)
        return
    made = None if said is None else tried(inputs, lambda: targets.make(spend, known))
    if made is None:
        found.rows["forecast_budgets"] += budgets.rows_apart(spend.organization, of_this.events.events, counters)
        return
    inputs["digest"] = said
    found.rows["forecast_daily"] += targets.daily_rows(made)
    found.rows["forecast_periods"] += targets.period_rows(made)
    found.rows["forecast_budgets"] += budgets.rows(made, known, counters)
    found.kept += _kept(of_this, made)


def _afterwards(of_this: Round, spend: Spend, kept_since: date | None, found: Found) -> None:
    """What is forecast afterwards; a day whose figures were refused is tried again by the next build."""
    name = spend.organization
    inputs = next((one for one in found.inputs if one["organization"] == name), {"organization": name})
    for day in afterwards.origins(spend, kept_since):
        seen, known = spend.before(day), afterwards.known_on(name, day, of_this.events, of_this.steps)
        said = tried(inputs, partial(afterwards.digest_of, seen, known))
        if said is None:
            continue
        if (name, day, said) in of_this.afterwards_before:
            found.carry(name, day)
        else:
            found.rows[AFTERWARDS] += tried(inputs, partial(afterwards.rows, seen, known, said)) or []


def _apart(of_this: Round, found: Found) -> None:
    """Counters that go with no organization's forecasts: of several, or of one whose first full day is to come."""
    counters = of_this.counters.get(None, {})
    if not counters:
        return
    planned = of_this.events.events
    said = hashlib.sha256(repr(planned).encode() + budgets.told(counters)).hexdigest()
    today = max(days.today for days in counters.values())
    found.inputs.append({"organization": None, "today": today, "digest": said})
    if of_this.before.get(None) == said:
        found.carry(None)
    else:
        found.rows["forecast_budgets"] += budgets.rows_apart(None, planned, counters)


def _kept(of_this: Round, made: Made) -> list[Row]:
    """What is kept: forecasts made in time, the first of each day."""
    today = made.spend.today
    is_in_time = today >= of_this.built_on - timedelta(days=1)
    is_first = (made.spend.organization, today) not in of_this.kept_on
    return targets.kept_rows(made, is_backfilled=False) if is_in_time and is_first else []


def _before(work: Work) -> tuple[dict[str | None, str], set[tuple[str, date, str]]]:
    if not work.is_carried:
        return {}, set()
    rows = work.connection.execute("select organization, digest from previous.facts.forecast_inputs").fetchall()
    of_past = "select distinct organization, made_on, digest from previous.facts.forecasts_backfilled"
    return dict(rows), set(work.connection.execute(of_past).fetchall())


def _built_on(connection: duckdb.DuckDBPyConnection) -> date:
    [(made_at,)] = connection.execute("select made_at at time zone 'UTC' from meta.build").fetchall()
    assert isinstance(made_at, datetime)
    return made_at.date()
