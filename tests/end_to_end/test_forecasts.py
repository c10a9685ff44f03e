"""Forecasts of a real build of the simulated company: equal to what the engine says of the calls themselves, kept once
a day, scored against what came, carried over and made anew alike."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.doctor import forecasts
from spanledger.settings import load_settings
from tests.lake import land, open_warehouse
from transforms.forecasts import Series, forecast

TODAY, DAYS = date(2026, 11, 22), 40
SAID = "owner: a@b.example, unit: usd, window: month, thresholds: [{at: 100%, policy: notify}]"
BUDGETS = f"""budgets:
  - {{id: all, scope: all, limit: 0.01, {SAID}}}
  - {{id: far, scope: {{team: search}}, limit: 9000, {SAID}}}
"""
EVENTS = "events: [{name: launch, scope: {team: search}, from: 2026-11-25, to: 2026-12-01, factor: 3}]"


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 10**9


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forecasts")
    (folder / "budgets.yml").write_text(BUDGETS)
    bodies = list(requests(simulate(7, DAYS, 0.05, end=TODAY + timedelta(days=1))))
    land(bodies, folder, per_segment=2000, received_at_ns=at(TODAY + timedelta(days=1)))
    builder(folder).build()
    return folder


def builder(folder: Path, events: Path | None = None) -> Builder:
    return Builder(
        folder, folder / "lake", budgets_file=folder / "budgets.yml", events_file=events,
        clock=lambda: datetime(2026, 11, 22, 18, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def warehouse(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(data) as connection:
        yield connection


def by_day(warehouse: duckdb.DuckDBPyConnection) -> dict[date, tuple[float, int]]:
    """US dollars and calls, added up from the calls."""
    found: dict[date, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for day, usd in warehouse.execute("select date, cost_usd::double from fct_calls").fetchall():
        found[day] = (found[day][0] + (usd or 0.0), found[day][1] + 1)
    return found


def test_the_day_before_is_as_the_engine_says_it_of_the_calls(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The whole as published stays within what the engine says of it alone: parts are made to add up."""
    days = by_day(warehouse)
    today = max(days)
    first = min(days)
    span = [days[first + timedelta(days=number)] for number in range((today - first).days)]
    series = Series(
        "organization:northwind", first, np.array([one[0] for one in span]), np.array([float(one[1]) for one in span])
    )
    alone = forecast(series, today, date(2026, 12, 31))
    spent = sum(usd for day, (usd, _) in days.items() if date(2026, 11, 1) <= day < today)
    row = warehouse.execute(
        "select spent_usd::double, burn_rate_usd::double, p10_usd::double, p50_usd::double, p90_usd::double, "
        "made_at::date "
        "from rpt_forecast_month_end where scope_kind = 'organization' and period_kind = 'month'"
    ).fetchone()
    assert row is not None
    assert row[:2] == pytest.approx((spent, spent + alone.point_usd("burn_rate_7", date(2026, 11, 30))), abs=2e-6)
    assert row[5] == today
    assert row[2] < row[3] < row[4]
    middle = spent + alone.total(today, date(2026, 11, 30)).quantile(0.5)
    assert row[2] < middle < row[4]


def test_parts_add_up_to_the_whole_in_every_kind(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select scope_kind, sum(mean_usd)::double from rpt_forecast_month_end where period_kind = 'month' group by all"
    ).fetchall()
    sums = dict(rows)
    whole = sums.pop("organization")
    assert len(sums) == 6
    assert sums["team"] == pytest.approx(whole, rel=1e-4)
    for usd in sums.values():  # what spent nothing of late is forecast together, and not shown
        assert 0.98 * whole < usd <= 1.0001 * whole


def test_forecasts_made_afterwards_are_scored_against_what_came(warehouse: duckdb.DuckDBPyConnection) -> None:
    days = by_day(warehouse)
    rows = warehouse.execute(
        "select made_on, last_on, p10_usd::double, p90_usd::double, actual_usd::double, is_held, is_backfilled "
        "from rpt_forecasts_kept where scope_kind = 'organization' and actual_usd is not null"
    ).fetchall()
    assert {row[0].day for row in rows} <= {1, 5, 10, 15, 20, 25}
    assert len(rows) >= 6
    for made_on, last_on, low, high, actual, is_held, is_backfilled in rows:
        came = sum(usd for day, (usd, _) in days.items() if made_on <= day <= last_on)
        assert actual == pytest.approx(came, abs=1e-9)
        assert is_held == (low <= actual <= high)
        assert is_backfilled
    [(n, coverage)] = warehouse.execute(
        "select n, coverage_80 from rpt_forecast_accuracy "
        "where scope_kind = 'organization' and method = 'published' and horizon = 'week'"
    ).fetchall()
    held = [row[5] for row in rows if (row[1] - row[0]).days == 6]
    assert (n, coverage) == (len(held), pytest.approx(sum(held) / len(held)))


def test_a_forecast_made_afterwards_knows_nothing_of_its_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The burn rate that was kept is the mean of the seven days before, whatever came."""
    days = by_day(warehouse)
    rows = warehouse.execute(
        "select made_on, horizon_days, list_filter(points, lambda p: p.method = 'burn_rate_7')[1].usd "
        "from rpt_forecasts_kept where scope_kind = 'organization'"
    ).fetchall()
    for made_on, horizon, usd in rows:
        week = [days[made_on - timedelta(days=number)][0] for number in range(1, 8)]
        assert usd == pytest.approx(sum(week) / 7 * horizon, abs=2e-6)


def test_budgets_are_told_where_they_will_end(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select budget_id, probability_over, forecast_usd >= spent_usd, forecast_high_usd >= forecast_usd, "
        "exhausted_on "
        "from rpt_budget_status where is_open order by budget_id"
    ).fetchall()
    [spent, far] = rows
    assert spent[:4] == ("all", 1, True, True)
    assert date(2026, 11, 1) <= spent[4] <= TODAY
    assert far == ("far", 0.05, True, True, None)


def test_todays_forecast_is_kept_once_and_new_events_change_the_shown_one(data: Path, tmp_path: Path) -> None:
    kept = sorted((data / "records" / "forecasts").glob("*.parquet"))
    assert len(kept) == 1
    assert set(pq.read_table(kept[0])["is_backfilled"].to_pylist()) == {False}
    with open_warehouse(data) as connection:
        before = shown(connection)
    builder(data).build(full_refresh=True)
    with open_warehouse(data) as connection:
        assert shown(connection) == before, "made anew, the same is shown"
    events = tmp_path / "events.yml"
    events.write_text(EVENTS)
    builder(data, events).build()
    with open_warehouse(data) as connection:
        after = shown(connection)
    assert after["team", "search"] > before["team", "search"]
    assert sorted((data / "records" / "forecasts").glob("*.parquet")) == kept
    assert builder(data, events).build().build_id is None


def test_the_doctor_names_events_that_change_no_forecast(data: Path, tmp_path: Path) -> None:
    misspelt = EVENTS.replace("search", "serach")
    for text, expected in (
        (EVENTS, []),
        (misspelt, ["launch"]),
        (misspelt.replace("{team: serach}", "{model: x}"), ["launch"]),
    ):
        events = tmp_path / "events.yml"
        events.write_text(text)
        settings = load_settings(data=data, events_file=events)
        assert [finding.state for finding in forecasts.known_events(settings)] == ["ok"]
        found = list(forecasts.without_effect(settings))
        assert [finding.detail.split()[0] for finding in found] == expected
        assert all(finding.state == "note" for finding in found)
    events.write_text("events: [{name: launch}]")
    assert [finding.state for finding in forecasts.known_events(settings)] == ["fault"]


def shown(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], float]:
    rows = connection.execute(
        "select scope_kind, scope, p50_usd::double from rpt_forecast_month_end where period_kind = 'month'"
    ).fetchall()
    return {(kind, scope): usd for kind, scope, usd in rows}


def test_the_commands_tell_month_ends_and_how_right_they_were(data: Path) -> None:
    def said(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["forecast", *arguments, "--data", str(data), "--format", "csv"])
        assert result.exit_code == 0, result.output
        return result.output

    assert "northwind,team,search,month,2026-11-01" in said("month-end", "--scope", "team=search")
    assert "week,published" in said("accuracy", "--scope", "organization", "--horizon", "week")
    for command in ("month-end", "accuracy"):
        nobody = CliRunner().invoke(main, ["forecast", command, "--scope", "team=serach", "--data", str(data)])
        assert nobody.exit_code == 2, "no empty table"
        assert "--scope team=serach: nothing is forecast for it; there are " in nobody.output
        assert "search" in nobody.output
    wrong = CliRunner().invoke(main, ["forecast", "month-end", "--scope", "teams", "--data", str(data)])
    assert wrong.exit_code == 2
    assert "expected one of organization" in wrong.output
