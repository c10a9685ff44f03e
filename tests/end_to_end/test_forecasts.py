"""Forecasts of a real build of the simulated company: equal to what the engine says of the calls themselves, kept once
a day, scored against what came, carried over and made anew alike."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sample_traces.company import simulate
from sample_traces.company.export import spans
from sample_traces.otlp import Sent, pack
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.doctor import forecasts
from spanledger.forecasting import records, targets
from spanledger.forecasting.reading import question
from spanledger.settings import load_settings
from tests.lake import land, open_warehouse
from transforms.forecasts import Series, forecast_all

EARLIER, TODAY, DAYS = date(2026, 10, 25), date(2026, 11, 22), 60
"""Days of the two builds: from the first one on, week and month end on the same day."""
SAID = "owner: a@b.example, unit: usd, window: month, thresholds: [{at: 100%, policy: notify}]"
COLUMNS = {
    "organization": "organization", "environment": "environment", "traffic_source": "traffic_source", "team": "team",
    "project": "project", "workflow": "workflow_id", "model": "model",
}  # fmt: skip
BUDGETS = f"""budgets:
  - {{id: all, scope: all, limit: 0.01, {SAID}}}
  - {{id: far, scope: {{team: search}}, limit: 9000, {SAID}}}
"""
EVENTS = "events: [{name: launch, scope: {team: search}, from: 2026-11-25, to: 2026-12-01, factor: 3}]"


def evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


def ns(at: datetime) -> int:
    return int(at.timestamp()) * 10**9


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built on two days, each time of what had come by then."""
    folder = tmp_path_factory.mktemp("forecasts")
    (folder / "budgets.yml").write_text(BUDGETS)
    sent = sorted(spans(simulate(7, DAYS, 0.03, end=TODAY + timedelta(days=1))), key=ended)
    since = 0
    for day in (EARLIER, TODAY):
        until = ns(evening(day))
        come = [one for one in sent if since <= one.span.end_time_unix_nano < until]
        land(pack(come, 500), folder, per_segment=2000, received_at_ns=until)
        builder(folder, day=day).build()
        since = until
    return folder


def ended(one: Sent) -> tuple[int, bytes]:
    return one.span.end_time_unix_nano, one.span.span_id


def builder(folder: Path, events: Path | None = None, day: date = TODAY) -> Builder:
    return Builder(
        folder, folder / "lake", budgets_file=folder / "budgets.yml", events_file=events,
        clock=lambda: evening(day),
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


Found = dict[tuple[str, str | None, bool], Series]


def series_of_calls(warehouse: duckdb.DuckDBPyConnection, today: date) -> Found:
    """What is forecast, added up from the calls: kind, name and whether it is all others of the kind together."""
    first = min(by_day(warehouse))
    days = (today - first).days
    found: Found = {}
    for kind, column in COLUMNS.items():
        usd: dict[str | None, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(days))
        calls: dict[str | None, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(days))
        asked = f"select {column}, date, sum(cost_usd)::double, count(*) from fct_calls where date < ? group by all"
        for name, day, cost, count in warehouse.execute(asked, [today]).fetchall():
            usd[name][(day - first).days], calls[name][(day - first).days] = cost or 0.0, count
        dearest = sorted(usd, key=lambda name: -usd[name][-28:].sum())[:12]
        own = [name for name in dearest if usd[name][-28:].sum() > 0]
        for name in own:
            found[kind, name, False] = one_series(kind, name or "\tnone", first, usd[name], calls[name])
        if any(usd[name].any() for name in usd if name not in own):
            rest = [sum(of[name] for name in of if name not in own) for of in (usd, calls)]
            found[kind, None, True] = one_series(kind, "\trest", first, *rest)
    return found


def one_series(kind: str, name: str, first: date, usd: Any, calls: Any) -> Series:
    begin = int(np.flatnonzero(usd)[0])
    parents = () if kind == "organization" else ("organization:northwind",)
    return Series(f"{kind}:{name}", first + timedelta(days=begin), usd[begin:], calls[begin:].astype(float), parents)


@pytest.fixture(scope="module")
def past(data: Path) -> pa.Table:
    """What ranges are calibrated by, on the newest day."""
    with open_warehouse(data) as warehouse:
        warehouse.execute(question("todays"), {"present": TODAY})
        warehouse.execute(question("spend"), {"days": 240})
        warehouse.execute(question("running"))
        records.open_records(warehouse, data, TODAY - timedelta(days=183))
        return records.past(warehouse)


def test_the_day_before_is_as_the_engine_says_it_of_the_calls(
    warehouse: duckdb.DuckDBPyConnection, past: pa.Table
) -> None:
    """Range by range; and with what is forecast together and not shown, parts are exactly their whole."""
    series = series_of_calls(warehouse, TODAY)
    pasts = records.by_organization(past)["northwind"]
    made = forecast_all(list(series.values()), TODAY, targets.until(TODAY), pasts)
    shown = warehouse.execute(
        "select scope_kind, scope, period_end, spent_usd::double, burn_rate_usd::double, mean_usd::double, "
        "p10_usd::double, p50_usd::double, p90_usd::double, made_at::date from rpt_forecast_month_end "
        "where period_kind = 'month'"
    ).fetchall()
    assert {(kind, name) for kind, name, *_ in shown} == {(kind, name) for kind, name, is_rest in series if not is_rest}
    for kind, name, last, spent, burn_rate, *figures, made_on in shown:
        one = made[series[kind, name, False].key]
        total = one.total(TODAY, last)
        said = [total.mean, *(total.quantile(q) for q in (0.1, 0.5, 0.9))]
        assert figures == pytest.approx([spent + usd for usd in said], abs=3e-6), (kind, name)
        assert burn_rate == pytest.approx(spent + one.point_usd("burn_rate_7", last), abs=3e-6)
        assert made_on == TODAY
    whole = made["organization:northwind"].samples
    for kind in list(COLUMNS)[1:]:
        parts = [made[one.key].samples for (of, _, _), one in series.items() if of == kind]
        assert np.allclose(np.sum(parts, axis=0), whole, rtol=1e-9), kind


def test_what_ranges_are_calibrated_by_is_what_the_calls_cost(
    warehouse: duckdb.DuckDBPyConnection, past: pa.Table
) -> None:
    """Kept four weeks ago, when the week and the month had the same days: one forecast, and its cost once."""
    rows = past.to_pylist()
    said = [(row["key"], row["made_on"], row["last_on"]) for row in rows]
    assert len(said) == len(set(said))
    assert {(row["made_on"], row["horizon_days"]) for row in rows} == {(EARLIER, 1), (EARLIER, 7)}
    assert {row["key"].partition(":")[0] for row in rows} == set(COLUMNS)
    for row in rows:
        kind, _, name = row["key"].partition(":")
        [(came,)] = warehouse.execute(
            f"select coalesce(sum(cost_usd), 0)::double from fct_calls where {COLUMNS[kind]} is not distinct from "
            "nullif(?, chr(9) || 'none') and date between ? and ?",
            [name, row["made_on"], row["last_on"]],
        ).fetchall()
        assert row["actual_usd"] == pytest.approx(came, abs=1e-9), row["key"]


def test_forecasts_made_afterwards_are_scored_against_what_came(warehouse: duckdb.DuckDBPyConnection) -> None:
    days = by_day(warehouse)
    rows = warehouse.execute(
        "select made_on, last_on, p10_usd::double, p90_usd::double, actual_usd::double, is_held, is_backfilled, "
        "horizon from rpt_forecasts_kept where scope_kind = 'organization' and actual_usd is not null"
    ).fetchall()
    assert {row[0] for row in rows} == {date(2026, 10, 10), date(2026, 10, 15), date(2026, 10, 20), EARLIER}
    for made_on, last_on, low, high, actual, is_held, is_backfilled, _ in rows:
        came = sum(usd for day, (usd, _) in days.items() if made_on <= day <= last_on)
        assert actual == pytest.approx(came, abs=1e-9)
        assert is_held == (low <= actual <= high)
        assert is_backfilled == (made_on < EARLIER), "only before the first that was kept"
    [(n, coverage)] = warehouse.execute(
        "select n, coverage_80 from rpt_forecast_accuracy "
        "where scope_kind = 'organization' and method = 'published' and horizon = 'week'"
    ).fetchall()
    held = [row[5] for row in rows if row[7] == "week"]
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
    assert len(kept) == 2
    assert set(pq.read_table(kept)["is_backfilled"].to_pylist()) == {False}
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
