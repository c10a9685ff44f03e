"""The page Forecast: the range, the budget's line, what earlier ranges held, what is said where nothing is known."""

from pathlib import Path

import pytest

from tests.app.drawing import page, text


def test_the_range_stands_beside_what_earlier_ranges_held(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("forecast", data, monkeypatch))
    assert "November 2026 will end at about $3.50, between $2.50 and $6.25" in shown
    assert "Our last 2 month-end ranges held 1 of 2" in shown, "each month once, by its first forecast"
    assert "One was made afterwards, from the days before alone. The table scores all 33 forecasts" in shown
    for usual, off in (("Burn rate of 7 days", "38 %"), ("Same day last week", "50 %")):
        assert usual in shown
        assert off in shown


def test_a_scope_is_chosen_by_one_filter_and_shows_its_budget(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("forecast", data, monkeypatch, team="platform")
    shown = text(drawn)
    assert "November 2026 of platform will end at about $3.50" in shown
    assert "Short history" in drawn.info[0].value
    assert "November ends over the $3.00 of platform-month with a chance of 60" in shown or "is over the $3.00" in shown
    assert "No month has ended since the first forecast" in shown


def test_what_is_not_forecast_says_why(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing is forecast for legal" in text(page("forecast", data, monkeypatch, team="legal"))
    several = text(page("forecast", data, monkeypatch, team="legal", source="eval"))
    assert "A forecast speaks of one scope" in several
