"""Pages in a zone of the reader's: their figures are the warehouse's by that zone's days, their times its clock's."""

import re
from pathlib import Path

import pytest

from app import figures
from app.pages import PAGES
from tests.app.drawing import ask, page, text

IN_INDIA = "timezone('Asia/Kolkata', started_at)"
URLS = [entry.url for group in PAGES.values() for entry in group]


def test_a_week_in_india_is_its_days(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = f"{IN_INDIA}::DATE BETWEEN '2026-11-09' AND '2026-11-15'"
    spend, calls = (ask(data, f"SELECT {what} FROM fct_calls WHERE {days}") for what in ("sum(cost_usd)", "count(*)"))
    asked = {"period": "2026-11-09..2026-11-15", "tz": "Asia/Kolkata"}
    test = page("", data, monkeypatch, **asked)
    assert f"{figures.money(spend)} spent from 9 Nov to 15 Nov 2026" in text(test)
    assert "Asia/Kolkata days" in text(test)
    assert "Data until 2026-11-22 09:25 Asia/Kolkata" in text(test)
    assert f"{calls:,} calls, {figures.money(spend)}" in text(page("calls", data, monkeypatch, **asked))
    # Links that narrow to a step have no sums to read: the calls themselves, of the same days.
    of_step = ask(data, f"SELECT count(*) FROM fct_calls WHERE {days} AND step = 'draft'")
    assert f"{of_step:,} calls" in text(page("calls", data, monkeypatch, **asked, step="draft"))


def test_what_it_is_compared_with_ends_at_the_same_time_of_day(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest call is of 03:40 UTC, 09:10 in India: the seven days before end at 09:15 there."""
    newest = ask(data, f"SELECT max({IN_INDIA})::VARCHAR FROM fct_calls")
    assert newest.startswith("2026-11-22 09:")
    cut = ask(data, f"SELECT time_bucket(INTERVAL 15 MINUTE, max({IN_INDIA})) + INTERVAL 15 MINUTE FROM fct_calls")
    now, before = (
        ask(
            data,
            f"SELECT sum(cost_usd) FROM fct_calls WHERE {IN_INDIA}::DATE BETWEEN '{first}' AND '{last}' "
            f"AND {IN_INDIA} < TIMESTAMP '{cut}' - INTERVAL {days} DAY",
        )
        for first, last, days in (("2026-11-16", "2026-11-22", 0), ("2026-10-19", "2026-10-25", 28))
    )
    shown = text(page("", data, monkeypatch, period="7d", compare="4w", tz="Asia/Kolkata"))
    assert f"{figures.money(now)} spent" in shown
    assert "Against 19 to 25 Oct 2026, up to the same hour." in shown
    assert re.search(
        rf"{re.escape(figures.change(now, before) or '')}\s+from {re.escape(figures.money(before))}", shown
    )


def test_a_call_s_time_is_the_zone_s(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = ask(data, f"SELECT strftime(max({IN_INDIA}), '%Y-%m-%d %H:%M:%S') FROM fct_calls")
    shown = text(page("calls", data, monkeypatch, order="newest", tz="Asia/Kolkata"))
    assert "Start (Asia/Kolkata)" in shown
    assert newest in shown
    trace = ask(data, "SELECT arg_max(trace_id, started_at) FROM fct_calls")
    assert "Asia/Kolkata" in text(page("trace", data, monkeypatch, trace=trace, tz="Asia/Kolkata"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("forecast", "forecasts"),
        ("attribution", "attribution"),
        ("changes", "causes of change"),
        ("waste", "what steps that keep their result would save"),
        ("traffic", ""),
        ("", ""),
    ],
)
def test_what_is_of_utc_days_is_said(url: str, said: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = [
        one.value
        for one in page(url, data, monkeypatch, tz="Asia/Kathmandu", period="7d").caption
        if "UTC days" in one.value
    ]
    assert len(notes) == bool(said)
    assert all(said in note and "not those of Asia/Kathmandu" in note for note in notes)


def test_figures_of_utc_days_lead_to_the_calls_of_those(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("changes", data, monkeypatch, tz="Asia/Kathmandu", period="7d")
    bodies = " ".join(node.proto.body for node in test.main if node.type == "html")
    links = re.findall(r'href="(calls[^"]+)"', bodies)
    assert links
    assert not [link for link in links if "tz=" in link]


@pytest.mark.parametrize(("name", "value"), [("tz", "Mars/Olympus"), ("compare", "ever")])
def test_what_the_address_cannot_mean_is_said(
    name: str, value: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page("", data, monkeypatch, **{name: value})
    assert [value in warning.value for warning in test.warning] == [True]
    assert name not in test.query_params
