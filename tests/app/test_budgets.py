"""The page of budgets: what it says of states, overrides and counters, and where its numbers lead."""

import re
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app import budget_words
from app.budget_words import Row
from app.views.budgets import title
from tests.app.drawing import page, text
from transforms.budgets.budget import DIMENSIONS
from transforms.budgets.budget_file import read_budgets


@pytest.fixture(scope="module")
def drawn(data: Path) -> AppTest:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return page("budgets", data, monkeypatch)


def test_the_title_says_what_is_at_its_limit(drawn: AppTest) -> None:
    shown = text(drawn)
    assert "2 of 3 budgets are at the limit: each-customer, platform-month" in shown
    assert "$3.00+ of $3.00" in shown  # two calls without a price come on top
    assert "10 k over" in shown
    assert "Nothing counted" in shown


def test_an_override_is_told_with_its_reason_and_end(drawn: AppTest) -> None:
    assert "platform-month has $3.00 instead of $2.00 until 2026-12-01 00:00 UTC: a launch (cfo@acme.example)" in text(
        drawn
    )


def test_an_override_s_reason_is_text_and_a_budget_that_does_not_hold_stands_apart(
    tmp_path: Path, sample: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.publish(tmp_path)  # type: ignore[attr-defined]  # a module
    reason = "**see** [the plan](https://evil.example) <b>now</b>"
    with duckdb.connect(str(path)) as con:
        con.execute("update rpt_budget_status set override_reason = ? where override_reason is not null", [reason])
        con.execute("update dim_budgets set valid_to = timestamptz '2026-11-01' where budget_id = 'sleepers'")
        con.execute(
            "insert into dim_budgets by name select * replace ('next-year' as budget_id, null as valid_to, "
            "timestamptz '2027-01-01' as valid_from) from dim_budgets where budget_id = 'sleepers'"
        )
    drawn = page("budgets", tmp_path, monkeypatch)
    bodies = [node.proto.body for node in drawn.main if node.type == "html"]
    assert any(escape(reason) in body for body in bodies)
    assert not any(reason in one.value for one in (*drawn.caption, *drawn.markdown))
    shown = text(drawn)
    assert "2 of 2 budgets are at the limit" in shown
    assert re.search(r"Not in force.* next-year .*\$9.00\s+from 2027-01-01 00:00", shown)
    assert re.search(r"Not in force.* sleepers .*\$9.00\s+until 2026-11-01 00:00", shown)


def test_counters_lead_to_their_calls(drawn: AppTest) -> None:
    bodies = [unescape(node.proto.body) for node in drawn.main if node.type == "html"]
    (folded,) = [body for body in bodies if "initech" in body and "not given" in body]
    assert 'href="calls?period=2026-11-22..2026-11-22&customer=initech"' in folded
    assert "customer=%28untagged%29" in folded
    assert drawn.expander[0].label == "each-customer: 2 counters, 1 at the limit"


def test_a_period_that_is_over_stays(drawn: AppTest) -> None:
    assert "Periods that are over and went beyond a threshold" in text(drawn)
    assert "$2.50 of $2.00" in text(drawn)


def test_a_budget_is_shown_by_its_version_in_force_and_one_of_nothing_is_at_its_limit(
    tmp_path: Path, sample: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.publish(tmp_path)  # type: ignore[attr-defined]  # a module
    with duckdb.connect(str(path)) as con:
        con.execute(
            "insert into dim_budgets by name select * replace ('next@acme.example' as owner, "
            "timestamptz '2027-01-01' as valid_from) from dim_budgets where budget_id = 'platform-month'"
        )
        con.execute("update rpt_budget_status set limit_usd = 0, share_used = null where budget_id = 'platform-month'")
    shown = text(page("budgets", tmp_path, monkeypatch))
    assert "next@acme.example" not in shown
    assert "2 of 3 budgets are at the limit: platform-month, each-customer" in shown


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["ok"], "a is within its limit"),
        (["warned"], "a is beyond a threshold, not used up"),
        (["paused"], "a is at its limit"),
        (["ok", "warned"], "a is nearest to its limit; none of 2 budgets is used up"),
        (["exceeded", "ok"], "1 of 2 budgets is at the limit: a"),
        (["ok", None], "All of 2 budgets are within their limits"),
    ],
)
def test_the_title_in_words(states: list[str | None], said: str) -> None:
    assert title([{"budget_id": name, "state": state} for name, state in zip("ab", states, strict=False)]) == said


@pytest.mark.parametrize(("minutes", "words"), [(20, "20 min"), (150, "2 h"), (3 * 1440, "3 days"), (-1, "over")])
def test_how_long_until_the_counter_begins_anew(minutes: int, words: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    row: Row = {"window_kind": "day", "window_end": now + timedelta(minutes=minutes)}
    assert budget_words.ends(row, now) == words


def test_without_a_budget_the_page_shows_the_smallest_useful_file(
    tmp_path: Path, sample: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.publish(tmp_path)  # type: ignore[attr-defined]  # a module
    with duckdb.connect(str(path)) as con:
        con.execute("delete from dim_budgets; delete from rpt_budget_status")
    empty = page("budgets", tmp_path, monkeypatch)
    assert "No budgets yet" in text(empty)
    (budget,) = read_budgets(empty.code[0].value, "smallest.yaml").budgets
    assert budget.budget_id == "team-month"


def test_every_dimension_of_a_scope_is_a_filter() -> None:
    assert set(budget_words.FILTERS) == set(DIMENSIONS)


@pytest.mark.parametrize(
    ("kind", "seconds", "words"),
    [
        ("month", None, "a month"),
        ("run", None, "each run"),
        ("rolling", 604800, "last 7 days"),
        ("rolling", 5400, "last 1.5 h"),
        ("rolling", 90 * 3600, "last 90 h"),
    ],
)
def test_windows_in_words(kind: str, seconds: int | None, words: str) -> None:
    row: Row = {"window_kind": kind, "window_seconds": seconds}
    assert budget_words.window(row) == words
