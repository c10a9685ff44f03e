"""What charts draw is what the marts hold, and every mark leads to exactly the calls it is made of."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from app import figures
from tests.app.drawing import ask, page, text

TOTAL = "SELECT sum(cost_usd) FROM fct_calls"


def pictures(test: AppTest, *columns: str) -> list[list[dict[str, Any]]]:
    """The rows of each table that a chart draws, of those that have these columns."""
    rows = []
    for chart in test.get("vega_lite_chart"):
        proto: Any = chart.proto  # type: ignore[attr-defined]
        tables = [proto.data.data, *(one.data.data for one in proto.datasets)]
        rows += [pa.ipc.open_stream(table).read_all().to_pylist() for table in tables if table]
        layers = json.loads(proto.spec).get("layer", [])
        rows += [layer["data"]["values"] for layer in layers if "values" in layer.get("data", {})]
    return [one for one in rows if one and set(columns) <= set(one[0])]


def calls_of(href: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the page says that a chart's mark leads to."""
    address = urlsplit(href)
    params: dict[str, Any] = parse_qs(address.query)
    return text(page(address.path, data, monkeypatch, **params))


def said(usd: Any, shown: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(figures.money(usd))}(?!\d|,\d)", shown) is not None


def test_an_icicle_s_levels_are_the_spend_and_lead_to_their_calls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("attribution", data, monkeypatch, period="all")
    [boxes] = pictures(drawn, "start", "end", "low", "high")
    total = ask(data, TOTAL)
    for level in range(3):
        column = [box for box in boxes if box["start"] <= level < box["end"]]
        assert sum(box["high"] - box["low"] for box in column) == pytest.approx(float(total))
    workflows = [box for box in boxes if box["end"] == 3]
    together = next((box for box in workflows if "smaller" in box["name"]), workflows[-1])
    for box in (workflows[0], together):
        names = parse_qs(urlsplit(box["href"]).query)
        assert set(names) >= {"team", "project", "workflow"} or "smaller" in box["name"]
        shown = calls_of(box["href"], data, monkeypatch)
        assert said(box["high"] - box["low"], shown), (box["name"], box["exact"])


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_hours_of_the_week_are_the_spend_whatever_the_zone(
    zone: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = page("traffic", data, monkeypatch, period="all", tz=zone)
    [hours] = pictures(drawn, "weekday", "hour", "average")
    per_hour = (
        f"SELECT strftime(timezone('{zone}', started_at), '%A %H') AS hour, sum(cost_usd) AS usd, count(*) AS calls "
        "FROM fct_calls GROUP BY ALL"
    )
    name, usd, calls = (
        ask(data, f"SELECT {what} FROM ({per_hour}) ORDER BY usd DESC LIMIT 1") for what in ("hour", "usd", "calls")
    )
    top = next(row for row in hours if f"{row['weekday']} {row['hour']:02}" == name)
    assert (top["all"], top["calls"]) == (figures.exact_money(usd), figures.count(calls))
    assert ask(data, f"SELECT sum(usd) FROM ({per_hour})") == ask(data, TOTAL)
    assert len({(row["weekday"], row["hour"]) for row in hours}) == len(hours) == 168
    shown = calls_of(top["href"], data, monkeypatch)
    assert said(usd, shown)
    assert f"{figures.count(calls)} calls" in shown


def test_an_average_hour_is_of_the_hours_that_the_period_has(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of these days ends at the newest call: an hour that has not come is not counted as one without spend."""
    drawn = page("traffic", data, monkeypatch, period="all")
    [hours] = pictures(drawn, "weekday", "hour", "average")
    of = "WHERE dayname(instant) = '{}' AND hour(instant) = {}"
    every = (
        "SELECT unnest(generate_series(min(date)::TIMESTAMP, max(started_at)::TIMESTAMP, INTERVAL 1 HOUR)) AS instant "
        "FROM fct_calls"
    )
    for weekday, hour in (("Sunday", 3), ("Sunday", 4), ("Monday", 12)):
        here = of.format(weekday, hour)
        spent = ask(
            data, f"SELECT coalesce(sum(cost_usd), 0) FROM (SELECT *, started_at AS instant FROM fct_calls) {here}"
        )
        times = ask(data, f"SELECT count(*) FROM ({every}) {here}")
        cell = next(row for row in hours if (row["weekday"], row["hour"]) == (weekday, hour))
        assert cell["average"] == pytest.approx(float(spent) / times)


def test_the_spread_counts_every_task_that_cost_something(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("tasks", data, monkeypatch, period="all")
    bins = [row for rows in pictures(drawn, "low", "high", "tasks") for row in rows]
    told = "FROM fct_tasks WHERE is_tasked AND traffic_source = 'production' AND outcome"
    for group, outcome in (("successes", "success"), ("failures", "failure"), ("outcome unknown", "unknown")):
        expected = ask(data, f"SELECT count(*) {told} = '{outcome}' AND cost_usd > 0")
        assert sum(row["tasks"] for row in bins if row["group"] == group) == expected
    median, far = (ask(data, f"SELECT quantile_cont(cost_usd::DOUBLE, {q}) {told} <> 'pending'") for q in (0.5, 0.95))
    shown = text(drawn)
    assert f"One task in twenty costs {figures.money(far)} or more" in shown
    assert f"the median of {figures.money(median)}" in shown
    few = min((row for row in bins if row["leads"] == "their calls"), key=lambda row: row["tasks"])
    named = parse_qs(urlsplit(few["href"]).query)["task"]
    assert len(named) == few["tasks"]
    costs = [ask(data, f"SELECT cost_usd FROM fct_tasks WHERE task_id = '{task}'") for task in named]
    assert all(few["low"] * (1 - 1e-9) <= float(cost) < few["high"] * (1 + 1e-9) for cost in costs)


def test_teams_side_by_side_are_the_spend_on_one_scale(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("attribution", data, monkeypatch, period="all")
    [bars] = pictures(drawn, "base", "tip", "day")
    top = ask(data, "SELECT max(usd) FROM (SELECT sum(cost_usd) AS usd FROM fct_calls GROUP BY team, date)")
    heights = sum(bar["base"] - bar["tip"] for bar in bars)
    assert heights * float(top) / 0.92 == pytest.approx(float(ask(data, TOTAL)))
    highest = max(bars, key=lambda bar: bar["base"] - bar["tip"])
    assert highest["exact"] == figures.exact_money(top)
    assert said(top, calls_of(highest["href"], data, monkeypatch))


def test_a_day_s_part_leads_to_its_calls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [bars] = pictures(page("traffic", data, monkeypatch, period="all"), "date", "group", "amount")
    bar = max(bars, key=lambda row: row["amount"])
    usd = ask(
        data, f"SELECT sum(cost_usd) FROM fct_calls WHERE date = '{bar['date']}' AND traffic_source = '{bar['group']}'"
    )
    assert Decimal(str(bar["amount"])) == pytest.approx(usd)
    assert said(usd, calls_of(bar["href"], data, monkeypatch))
