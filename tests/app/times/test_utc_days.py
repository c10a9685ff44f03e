"""What is of UTC days whatever the zone is said, and nothing else."""

import re

import pytest

from app import questions
from app.times import utc_days

QUESTIONS = sorted(path.stem for path in questions.QUERIES.glob("*.sql"))
BY_DAY = {"first", "last", "from_date", "to_date", "before_from", "date"}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_by_day_knows_zones_or_says_that_it_does_not(name: str) -> None:
    """A new one either selects from a scope with zones, or stands in one of the lists of `app/times/utc_days.py`."""
    asks = set(re.findall(r"\$([a-z_]+)", questions.sql(name)))
    is_said = name in utc_days.KEPT or name in utc_days.OF_NO_DAY
    assert "tz" in asks or not asks & BY_DAY or is_said
    assert not ("tz" in asks and is_said), "a question that knows zones is not of UTC days"


def test_lists_name_questions() -> None:
    assert {*utc_days.KEPT, *utc_days.OWN_DAYS, *utc_days.OF_NO_DAY} <= set(QUESTIONS)


def test_what_a_page_shows_by_other_days_is_told() -> None:
    assert utc_days.told({"spend", "savings", "budgets"}, "UTC") == ""
    assert utc_days.told({"spend"}, "Asia/Kolkata") == ""
    assert utc_days.told({"forecast_days", "quality", "budgets"}, "Asia/Kolkata") == (
        "In UTC days here, not those of Asia/Kolkata: findings about data, forecasts. "
        "Budgets keep the zone of their own."
    )
