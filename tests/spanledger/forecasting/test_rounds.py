"""What is forecast for whom on which day, and that a day's forecast rests on the days before it alone."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from spanledger.forecasting import afterwards, rounds
from spanledger.forecasting.budgets import covering
from spanledger.forecasting.prices import KnownStep
from spanledger.forecasting.reading import SQL, Scope
from spanledger.results.table import Work
from transforms.forecasts import PriceStep
from transforms.forecasts.events_file import NO_EVENTS
from transforms.forecasts.scopes import KINDS, PARTS

ROOT = Path(__file__).parents[3]
MARTS = (ROOT / "tests" / "spanledger" / "anomaly_marts.sql").read_text()
NO_ROWS = pl.DataFrame(
    schema={
        "date": pl.Date, "hour": pl.Int64, "team": pl.String, "workflow": pl.String, "version": pl.String,
        "calls": pl.Int64, "output_tokens": pl.Int64,
    }
)  # fmt: skip
TODAY = date(2026, 11, 22)
AFTERWARDS = "from forecast_backfilled"
Spent = list[tuple[str, str, date, float]]


def spent(organization: str, first: date, last: date, team: str = "a", usd: float = 10.0) -> Spent:
    """The same on every day."""
    return [(organization, team, first + timedelta(days=day), usd) for day in range((last - first).days + 1)]


def built(folder: Path, rows: Spent, on: date) -> duckdb.DuckDBPyConnection:
    """The temporary tables of a build on that day's evening, of the spend up to it."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'; create schema meta; create schema facts")
    connection.register("no_rows", NO_ROWS.to_arrow())
    connection.execute("create table meta.rows as from no_rows")
    connection.execute(MARTS)
    connection.execute("update meta.build set made_at = ?", [datetime(on.year, on.month, on.day, 18, tzinfo=UTC)])
    known = [row for row in rows if row[2] <= on]
    columns = ["organization", "team", "date", "cost_usd"]
    connection.register("drawn", pl.DataFrame(known, schema=columns, orient="row").to_arrow())
    connection.execute(
        "insert into rpt_spend_hourly by name select *, team || '-flow' as workflow_id, 'prod' as environment, "
        "'production' as traffic_source, 'm' as model, 1 as calls from drawn"
    )
    rounds.inputs(Work(connection, False, folder))
    return connection


def periods(connection: duckdb.DuckDBPyConnection, organization: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select scope_kind, made_at::date, period_start, p50_usd from forecast_periods "
        "where organization = ? and period_kind = 'month' order by scope_kind = 'organization' desc, scope_kind, scope",
        [organization],
    ).fetchall()


def test_after_a_pause_of_four_weeks_the_whole_is_forecast(tmp_path: Path) -> None:
    rows = spent("acme", date(2026, 9, 1), date(2026, 10, 20)) + spent("acme", TODAY, TODAY)
    [(kind, made_on, month, middle), *parts] = periods(built(tmp_path, rows, TODAY), "acme")
    assert (kind, made_on, month) == ("organization", TODAY, date(2026, 11, 1))
    assert 0 <= middle < 10
    assert parts == [], "none of them spent anything of late"


def test_an_organization_that_is_quiet_stands_at_the_build_s_day_and_one_that_is_not_at_its_newest(
    tmp_path: Path,
) -> None:
    yesterday = TODAY - timedelta(days=1)
    rows = spent("gone", date(2026, 9, 1), date(2026, 10, 3)) + spent("late", date(2026, 10, 1), yesterday)
    rows += spent("older", date(2026, 1, 1), date(2026, 3, 1))
    connection = built(tmp_path, rows, TODAY)
    assert [row[:3] for row in periods(connection, "gone")] == [("organization", TODAY, date(2026, 11, 1))]
    assert {row[1] for row in periods(connection, "late")} == {yesterday}
    assert periods(connection, "older") == [], "nothing in the days that forecasts see"


def test_a_simulated_company_lives_until_its_last_day(tmp_path: Path) -> None:
    rows = spent("acme", date(2026, 10, 15), TODAY)
    later = TODAY + timedelta(days=60)
    assert {row[1] for row in periods(built(tmp_path, rows, later), "acme")} == {later}
    (tmp_path / "demo.json").write_text(json.dumps({"end": (TODAY + timedelta(days=1)).isoformat()}))
    connection = built(tmp_path, rows, later)
    assert {row[1] for row in periods(connection, "acme")} == {TODAY}
    assert connection.execute("select count(*) from forecast_news").fetchone() == (0,), "and nothing is kept as said"


def uneven() -> Spent:
    """More than a history's length, with pauses and teams that change places."""
    rng = np.random.default_rng(3)
    found: Spent = []
    for day in range(420):
        for team in range(6):
            size = 5 + 4 * np.sin(day / 40 + team)
            if rng.random() < 0.9 and not 100 < day < 130:
                found.append(("acme", f"t{team}", date(2025, 10, 1) + timedelta(days=day), float(rng.gamma(2, size))))
    return found


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return built(tmp_path_factory.mktemp("now"), uneven(), TODAY)


def test_a_forecast_made_afterwards_is_the_same_on_whichever_day_it_is_made(
    now: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Also where the history by now begins later than what it sees."""
    earlier = built(tmp_path, uneven(), date(2026, 9, 16))
    one, other = ({row[:7]: row[7:] for row in of.execute(AFTERWARDS).fetchall()} for of in (earlier, now))
    both = one.keys() & other.keys()
    assert {row[4] for row in both} == {date(2026, 8, 25), *(date(2026, 9, day) for day in (1, 5, 10, 15))}
    assert {row: one[row] for row in both} == {row: other[row] for row in both}


def test_what_was_made_afterwards_stays_where_its_days_do(now: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The digests of the build before say which are carried over: all, but those behind a late call."""
    said = "select distinct made_on, digest from forecast_backfilled"
    late = built(tmp_path, [*uneven(), ("acme", "t1", date(2026, 10, 2), 500.0)], TODAY)
    one, other = dict(now.execute(said).fetchall()), dict(late.execute(said).fetchall())
    assert one.keys() == other.keys()
    assert {day for day in one if one[day] != other[day]} == {day for day in one if day > date(2026, 10, 2)}


def test_a_price_in_force_later_is_not_known_afterwards() -> None:
    """Its factor is told by days before it is in force, so after the origin."""
    scope, day = Scope("acme", "organization", "acme"), date(2026, 9, 10)
    announced, early = date(2026, 9, 1), day - timedelta(days=300)
    steps = [KnownStep(scope, PriceStep(at, 0.5), announced) for at in (early, announced, day, date(2026, 9, 25))]
    known = afterwards.known_on("acme", day, NO_EVENTS, steps)
    assert known.steps is not None
    assert [step.at for step in known.steps[scope.key]] == [announced, day]


@pytest.mark.parametrize(
    "path", [SQL / "spend.sql", SQL / "price_use.sql", ROOT / "app/queries/forecast_past_days.sql"]
)
def test_sql_knows_the_kinds_of_scopes(path: Path) -> None:
    text = path.read_text()
    named: Sequence[str] = re.findall(r"'kind': '(\w+)'", text) or [*re.findall(r"WHEN '(\w+)'", text), "model"]
    assert tuple(named) == KINDS, f"{path.name} and transforms/forecasts/scopes.py differ: name the same kinds in both"


def test_budgets_know_the_kinds_of_scopes() -> None:
    assert tuple(covering.KINDS) == PARTS
