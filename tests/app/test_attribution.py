"""Attribution and tags: both views say the total, compliance is the warehouse's, statements add up."""

from decimal import Decimal
from pathlib import Path

import pytest

from app import figures
from app.views.tags import _scored
from tests.app.drawing import ask, page, text


@pytest.mark.parametrize("by", ["team", "cost_center"])
def test_the_full_view_says_the_total_beside_its_overlapping_rows(
    by: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(page("attribution", data, monkeypatch, period="all", by=by, view="full"))
    total = figures.money(ask(data, "SELECT sum(cost_usd) FROM fct_calls"))
    assert f"Rows overlap: they show {total} of the {total} that was spent" in shown
    assert "no tag and no rule" in shown


def test_compliance_is_said_by_money_and_by_calls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("attribution", data, monkeypatch, period="all"))
    by_money, by_calls, gap = ask(
        data,
        "SELECT (sum(cost_usd) FILTER (team IS NOT NULL) / sum(cost_usd), count(team) / count(*), "
        "sum(cost_usd) FILTER (team IS NULL)) FROM fct_calls",
    )
    carried = f"{figures.share(by_money)} of the money and {figures.share(by_calls)} of the calls carry the tag team"
    assert carried in shown
    assert figures.money(gap) in shown
    assert "has the dearest gap" in shown


def test_nothing_asked_is_no_score() -> None:
    row = _scored({"calls": 0, "missing": 0, "cost_usd": Decimal(0), "missing_cost_usd": Decimal(0)})
    assert (row["by_calls"], row["by_money"]) == (None, None)
