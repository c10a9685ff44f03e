"""Result tables over several builds: whatever arrived when, they are those of one build that knows it all.

The builds here are databases with the marts that the tables read, filled by hand; the real pipeline runs in
tests/end_to_end/test_runaway_job.py.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from spanledger.business.plan import open_business, plan
from spanledger.results import registry

FIRST = date(2026, 6, 1)
DAYS = 120
FORECASTS = (
    *("main.rpt_forecast_daily", "main.rpt_forecast_month_end", "main.rpt_forecasts_kept"),
    "main.rpt_forecast_accuracy",
)
JUMPS = {(60, 3, "wf-1"): 40, (61, 2, "wf-1"): 30, (85, 14, "wf-2"): 60, (117, 5, "wf-3"): 80}
"""Day, hour and workflow whose output is so many times the usual."""
MARTS = (Path(__file__).parent / "anomaly_marts.sql").read_text()
SCHEMA = {
    "date": pl.Date, "hour": pl.Int64, "team": pl.String, "workflow": pl.String, "version": pl.String,
    "calls": pl.Int64, "output_tokens": pl.Int64,
}  # fmt: skip


def drawn(rng: np.random.Generator) -> pl.DataFrame:
    """An organization's hours by workflow; jumps of single hours, and of one workflow over a whole day."""
    rows: list[tuple[object, ...]] = []
    for day in range(DAYS):
        for hour in range(24):
            if rng.random() < 0.03:
                continue  # nothing arrived
            for number, workflow in enumerate(("wf-1", "wf-2", "wf-3")):
                calls = int(rng.poisson(20 * (0.4 if day % 7 >= 5 else 1)))
                times = JUMPS.get((day, hour, workflow), 4 if day == 100 and workflow == "wf-2" else 1)
                version = "v2" if day >= 90 and workflow == "wf-3" else "v1"
                longer = 2 if version == "v2" else 1
                tokens = 500 * calls * times * longer
                rows.append((FIRST + timedelta(days=day), hour, f"team-{number % 2}", workflow, version, calls, tokens))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def made(folder: Path, rows: pl.DataFrame, previous: Path | None = None, touched: pl.Series | None = None) -> Path:
    """A build of ``rows``, of which ``touched`` days are new since ``previous``."""
    path = folder / "warehouse.duckdb"
    folder.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'; create schema meta; create schema facts")
        connection.register("drawn", rows.to_arrow())
        connection.execute("create table meta.rows as from drawn")
        connection.execute(MARTS)
        open_business(connection, plan(None, None))
        days = pl.DataFrame({"date": touched if touched is not None else pl.Series([], dtype=pl.Date)})
        connection.register("days", days.to_arrow())
        connection.execute("create table meta.touched_dates as select distinct 'int_calls' as model, date from days")
        registry.write(connection, previous, folder)
    return path


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return drawn(np.random.default_rng(12))


@pytest.fixture(scope="module")
def full(rows: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build of everything."""
    return made(tmp_path_factory.mktemp("full") / "one", rows)


def asked(path: Path, question: str, other: Path | None = None) -> list[tuple[Any, ...]]:
    """The answer of one build; ``other`` is attached under this name."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if other:
            connection.execute(f"attach '{other}' as other (read_only)")
        return connection.execute(question).fetchall()


def different(one: Path, other: Path) -> list[tuple[Any, ...]]:
    return [
        (table, *row)
        for table in ("main.rpt_anomalies", "facts.anomaly_flags", "main.rpt_drift", *FORECASTS)
        for left, right in ((table, f"other.{table}"), (f"other.{table}", table))
        for row in asked(one, f"from {left} except all from {right} limit 3", other)
    ]


def test_builds_that_follow_what_arrives_end_as_one_build_of_everything(
    rows: pl.DataFrame, full: Path, tmp_path: Path
) -> None:
    """Four builds in time's order, then one workflow's hours around its jump, which arrive last."""
    day = (pl.col("date") - FIRST).dt.total_days()
    is_late = (pl.col("workflow") == "wf-1") & day.is_between(58, 62)
    in_time, previous, seen = rows.filter(~is_late), None, 0
    for number, until in enumerate((65, 101, 117, DAYS)):
        known = in_time.filter(day < until)
        previous = made(tmp_path / f"in-time-{number}", known, previous, known[seen:]["date"])
        seen = len(known)
    assert different(previous, full) if previous else None, "the late jump is not there yet"
    last = made(tmp_path / "late", rows, previous, rows.filter(is_late)["date"])
    assert different(last, full) == []


def test_an_hour_s_judgement_does_not_change_when_later_hours_come(
    rows: pl.DataFrame, full: Path, tmp_path: Path
) -> None:
    until = FIRST + timedelta(days=86)
    early = made(tmp_path / "early", rows.filter(pl.col("date") < until))
    flags = f"from {{}}facts.anomaly_flags where flagged_at < '{until} 00:00:00+00'"
    assert asked(early, f"select count(*) from ({flags.format('')})")[0][0] > 5
    for left, right in (("", "other."), ("other.", "")):
        assert asked(early, f"{flags.format(left)} except all {flags.format(right)}", full) == []


def test_each_jump_is_one_row_with_its_driver(full: Path) -> None:
    found = asked(
        full,
        "select date_diff('day', date '2026-06-01', first_at::date), grain, drivers[1].kind, drivers[1].name, "
        "drivers[1].actual / drivers[1].expected, list_filter(drivers, lambda one: one.kind = 'user')[1].name "
        "from rpt_anomalies order by first_at",
    )
    told = {(day, kind, name): (times, user) for day, _, kind, name, times, user in found}
    assert set(told) == {
        (60, "output_tokens_per_call", "wf-1"), (85, "output_tokens_per_call", "wf-2"),
        (100, "output_tokens_per_call", "wf-2"), (117, "output_tokens_per_call", "wf-3"),
    }  # fmt: skip
    assert len(found) == 4, "and no other hour or day has a row"
    assert told[85, "output_tokens_per_call", "wf-2"] == (pytest.approx(60), "ann")


def test_drift_names_the_version_and_takes_no_dear_day_for_one(full: Path) -> None:
    found = asked(full, "select workflow_id, change_date, version_kind, version_before, version_after from rpt_drift")
    assert [row for row in found if row[1]] == [("wf-3", FIRST + timedelta(days=90), "prompt_version", "v1", "v2")]
    assert len(found) == 3


def test_a_run_is_held_against_the_budget_declared_for_it(full: Path) -> None:
    found = asked(full, "select workflow_id, budget_id, is_over_budget from rpt_drift order by workflow_id")
    assert found == [("wf-1", None, None), ("wf-2", "second", False), ("wf-3", "third", True)]


def test_an_empty_lake_has_empty_tables(rows: pl.DataFrame, tmp_path: Path) -> None:
    path = made(tmp_path / "empty", rows.clear())
    assert asked(path, "select count(*) from rpt_anomalies") == asked(path, "select count(*) from rpt_drift") == [(0,)]
