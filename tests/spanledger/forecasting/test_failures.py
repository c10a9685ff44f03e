"""Figures that the engine refuses, such as a day below zero after a credit: no forecast, a named finding, a build."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np

from spanledger.business.plan import open_business, plan
from spanledger.forecasting import budgets
from spanledger.forecasting.budgets import Counter, Days
from spanledger.results import registry

MARTS = (Path(__file__).parents[1] / "anomaly_marts.sql").read_text()
TODAY = date(2026, 10, 1)
CREDIT = "update rpt_spend_hourly set cost_usd = -0.5 where date = date '2026-09-20'"
FINDINGS = 'select date, organization, "check", rows, subjects from rpt_data_quality'


def made(path: Path, credit: str, previous: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A build of thirty days of one workflow; its findings are carried on from the build before, as the models do."""
    connection = duckdb.connect(str(path))
    connection.execute("set TimeZone = 'UTC'; create schema meta; create schema facts")
    connection.execute(
        "create table meta.rows as select date '2026-09-01' + number::integer as date, 12 as hour, 't' as team, "
        "'wf-1' as workflow, 'v1' as version, 10 as calls, 1000 as output_tokens from range(30) as r (number)"
    )
    connection.execute(MARTS)
    open_business(connection, plan(None, None))
    connection.execute("create table meta.touched_dates as select 'int_calls' as model, date from meta.rows limit 0")
    connection.execute(credit)
    if previous is not None:
        connection.execute(f"attach '{previous}' as carried (read_only)")
        connection.execute("insert into rpt_data_quality from carried.main.rpt_data_quality; detach carried")
    registry.write(connection, previous, path.parent)
    return connection


def test_an_organization_that_cannot_be_forecast_stops_no_build(tmp_path: Path) -> None:
    with made(tmp_path / "one.duckdb", CREDIT) as connection:
        assert connection.execute("select count(*) from rpt_forecast_month_end").fetchall() == [(0,)]
        [(day, organization, check, rows, subjects)] = connection.execute(FINDINGS).fetchall()
        [(failure,)] = connection.execute("select failure from facts.forecast_inputs").fetchall()
        assert connection.execute("select count(*) > 0 from rpt_lever_usage").fetchall() == [(True,)]
    assert (day, organization, check, subjects) == (date(2026, 9, 30), "acme", "forecast_failed", ["all forecasts"])
    assert rows == 1
    assert "is -0.5; " in failure
    assert "expected a finite amount, 0 or more" in failure
    with made(tmp_path / "two.duckdb", "select 1", tmp_path / "one.duckdb") as connection:
        assert connection.execute(FINDINGS).fetchall() == [], "the finding of the build before is over"
        assert connection.execute("select count(*) > 0 from rpt_forecast_month_end").fetchall() == [(True,)]


def test_a_counter_that_cannot_be_forecast_leaves_the_others(tmp_path: Path) -> None:
    usd = np.full(30, 10.0)
    wrong = usd.copy()
    wrong[12] = -5
    made = [counter("good"), counter("wrong"), counter("silent")]
    days = [Days(TODAY, date(2026, 9, 1), one, one * 0, 0.0) for one in (usd, wrong, usd * 0)]
    good, failed, silent = budgets.rows_apart(None, (), dict(zip(made, days, strict=True)))
    assert (good["is_failed"], good.get("reason")) == (False, None)
    assert good["forecast_usd"] > 0
    assert failed["is_failed"]
    assert failed["reason"].startswith("the forecast failed: ")
    assert "is -5.0; expected a finite amount" in failed["reason"]
    assert (silent["is_failed"], silent["reason"]) == (False, "nothing was counted in the 210 days before")


def counter(name: str) -> Counter:
    """An open counter of October."""
    window = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    return Counter(name, "", *window, 100.0, name, (), 0.0)
