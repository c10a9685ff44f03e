"""Why it changed: the page's figures are the warehouse's, its sentence names the cause, choices are in the address."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from app import change_words, figures
from app.comparisons import Comparison, of_window
from app.filters import window
from tests.app.drawing import ask, page, text

OCTOBER = "'2026-09-24', '2026-09-30', '2026-10-01', '2026-10-31'"


def spent(data: Path, days: str) -> Decimal:
    return Decimal(ask(data, f"SELECT sum(cost_usd) FROM fct_calls WHERE date BETWEEN {days}"))


def test_the_period_against_the_one_before(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the day that is still running, and as many days before."""
    shown = text(page("changes", data, monkeypatch))
    before, after = spent(data, "'2026-09-24' AND '2026-10-22'"), spent(data, "'2026-10-24' AND '2026-11-21'")
    assert f"Cost rose by {figures.money(after - before)}" in shown
    said = "24 Oct to 21 Nov 2026 against 24 Sep to 22 Oct 2026, without today, which is still running; UTC days."
    assert said in shown


def test_an_old_link_shows_the_days_it_meant(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("changes", data, monkeypatch, compare="last_28_days")
    shown = text(test)
    assert not test.warning
    before, after = spent(data, "'2026-09-27' AND '2026-10-24'"), spent(data, "'2026-10-25' AND '2026-11-21'")
    assert (
        f"Cost rose by {figures.money(after - before)} ({figures.change(after, before)}) to {figures.money(after)}"
        in shown
    )
    assert "mainly because of more tokens per call" in shown
    assert "25 Oct to 21 Nov 2026 against 27 Sep to 24 Oct 2026" in shown
    assert test.query_params["compare"] in ("2026-09-27..2026-10-24", ["2026-09-27..2026-10-24"])
    assert re.search(rf"All\s+{re.escape(figures.signed_money(after - before))}", shown)


def test_a_month_that_the_data_does_not_hold_whole_is_not_compared(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("changes", data, monkeypatch, compare="month", month="2026-10"))
    assert "There are no two stretches of days to compare" in shown
    assert "1 to 30 Sep 2026 is not compared: the data holds whole days from 24 Sep 2026 on" in shown


def test_any_days_and_both_levels(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of unequal length too: what is more or fewer days is part of the volume, and said."""
    days = {"compare": "2026-10-01..2026-10-10", "period": "2026-11-01..2026-11-05", "by": "model"}
    test = page("changes", data, monkeypatch, **days)
    change = spent(data, "'2026-11-01' AND '2026-11-05'") - spent(data, "'2026-10-01' AND '2026-10-10'")
    assert f"Cost fell by {figures.money(-change)}" in text(test)
    assert "(5 days against 10: part of the volume is that)" in text(test)
    assert re.search(r"code-review\s+(fewer|more|dearer|cheaper) [a-z ]+\s+gpt-5.2", text(test))
    kept = {name: test.query_params[name] for name in days}
    assert {name: value[0] if isinstance(value, list) else value for name, value in kept.items()} == days


def test_a_filter_narrows_the_change(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = {"compare": "last_28_days", "workflow": "contract-review", "team": "legal"}
    shown = text(page("changes", data, monkeypatch, **link))
    of_workflow = "workflow_id = 'contract-review' AND date BETWEEN"
    now, before = (
        ask(data, f"SELECT sum(cost_usd) FROM fct_calls WHERE {of_workflow} {days}")
        for days in ("'2026-10-25' AND '2026-11-21'", "'2026-09-27' AND '2026-10-24'")
    )
    assert f"Cost fell by {figures.money(before - now)}" in shown
    assert "The filter by team does not apply here." in shown


def test_a_planted_price_is_named(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.publish(tmp_path)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE rpt_usage_daily SET cost_usd = cost_usd * 4 WHERE date >= '2026-11-01'")
    monkeypatch.setenv("SPANLEDGER_DATA", str(tmp_path))
    shown = text(page("changes", tmp_path, monkeypatch, compare="month", month="2026-11"))
    assert "mainly because of higher prices" in shown
    assert "Price moved most" in shown


def test_unit_cost_that_rises_is_said(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.publish(tmp_path)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "UPDATE rpt_unit_cost_trend SET elasticity = 0.2, elasticity_low = 0.1, elasticity_high = 0.3, "
            "verdict = 'unit cost rises with volume' WHERE workflow_id = 'weekly-digest'"
        )
    shown = text(page("changes", tmp_path, monkeypatch))
    assert "A run of weekly-digest gets dearer as runs grow: elasticity 0.20 (0.10 to 0.30)" in shown


def test_one_day_of_data_has_nothing_to_compare(
    tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.publish(tmp_path, days=1)
    test = page("changes", tmp_path, monkeypatch)
    assert not test.error
    assert "There are no two stretches of days to compare" in text(test)


def test_the_words_of_a_comparison() -> None:
    month = Comparison(date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31))
    assert month.words() == (
        "1 to 31 Oct 2026 against 1 to 30 Sep 2026 (31 days against 30: part of the volume is that)"
    )
    across = Comparison(date(2025, 12, 30), date(2025, 12, 30), date(2025, 12, 31), date(2025, 12, 31))
    assert across.words() == "31 Dec 2025 against 30 Dec 2025"


def test_today_is_left_out_by_the_day_of_utc() -> None:
    """In a zone ahead two days may not be over; behind, none."""
    ahead = of_window(window("7d", date(2026, 1, 1), date(2026, 11, 23)), date(2026, 11, 22))
    assert ahead == Comparison(date(2026, 11, 10), date(2026, 11, 14), date(2026, 11, 17), date(2026, 11, 21))
    behind = of_window(window("7d", date(2026, 1, 1), date(2026, 11, 21)), date(2026, 11, 22))
    assert behind == Comparison(date(2026, 11, 8), date(2026, 11, 14), date(2026, 11, 15), date(2026, 11, 21))
    assert of_window(window("2026-11-22..2026-11-22", date(2026, 1, 1), date(2026, 11, 22)), date(2026, 11, 22)) is None


def test_every_effect_is_explained_and_is_a_cause(data: Path) -> None:
    macro = (Path(__file__).parents[2] / "dbt_project" / "macros" / "change_effects.sql").read_text()
    factors = re.search(r"set factors = \[(.*?)\]", macro, re.DOTALL)
    assert factors is not None
    assert (
        [*re.findall(r"'(\w+)'", factors[1]), "unmeasured"] == list(change_words.EFFECTS) == list(change_words.CAUSES)
    )
