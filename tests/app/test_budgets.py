"""The page of budgets: what it says of states, overrides and counters, and where its numbers lead."""

from html import unescape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app import budget_words
from app.budget_words import Row
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
    said = [caption.value for caption in drawn.caption]
    assert any("a launch (cfo@acme.example)" in one and "until 2026-12-01 00:00 UTC" in one for one in said)


def test_counters_lead_to_their_calls(drawn: AppTest) -> None:
    bodies = [unescape(node.proto.body) for node in drawn.main if node.type == "html"]
    (folded,) = [body for body in bodies if "initech" in body and "not given" in body]
    assert 'href="calls?period=2026-11-22..2026-11-22&customer=initech"' in folded
    assert "customer=%28untagged%29" in folded
    assert drawn.expander[0].label == "each-customer: 2 counters, 1 at the limit"


def test_a_period_that_is_over_stays(drawn: AppTest) -> None:
    assert "Periods that are over and went beyond a threshold" in text(drawn)
    assert "$2.50 of $2.00" in text(drawn)


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
    ],
)
def test_windows_in_words(kind: str, seconds: int | None, words: str) -> None:
    row: Row = {"window_kind": kind, "window_seconds": seconds}
    assert budget_words.window(row) == words
