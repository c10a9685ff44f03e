"""Which days a report is about."""

from datetime import date, timedelta

import pytest

from spanledger.reports import periods


@pytest.mark.parametrize(
    ("kind", "today", "first", "last", "key"),
    [
        ("daily", date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28), "2026-02-28"),
        ("weekly", date(2026, 11, 22), date(2026, 11, 9), date(2026, 11, 15), "2026-W46"),  # a Sunday is not over
        ("weekly", date(2027, 1, 4), date(2026, 12, 28), date(2027, 1, 3), "2026-W53"),
        ("monthly", date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31), "2025-12"),
        ("quarterly", date(2026, 3, 31), date(2025, 10, 1), date(2025, 12, 31), "2025-Q4"),
        ("quarterly", date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31), "2026-Q1"),
    ],
)
def test_the_last_whole_one(kind: str, today: date, first: date, last: date, key: str) -> None:
    period = periods.latest(kind, today)
    assert (period.first, period.last, period.until, period.key) == (first, last, last, key)
    assert period.is_whole


@pytest.mark.parametrize("kind", periods.KINDS)
def test_periods_of_a_kind_follow_each_other(kind: str) -> None:
    day = date(2026, 12, 31)
    for _ in range(60):
        first, last = periods.bounds(kind, day)
        assert first <= day <= last
        assert periods.bounds(kind, last + timedelta(days=1))[0] == last + timedelta(days=1)
        assert periods.holding(kind, day, date(2028, 1, 1)).before.last == first - timedelta(days=1)
        day = first - timedelta(days=1)


def test_one_that_runs_is_compared_with_as_many_days() -> None:
    period = periods.holding("monthly", date(2026, 3, 31), date(2026, 3, 31))
    assert (period.until, period.days) == (date(2026, 3, 30), 30)
    assert period.before.until == date(2026, 2, 28)  # February has no more
    assert not period.is_whole


def test_a_period_that_has_not_begun_is_refused() -> None:
    with pytest.raises(ValueError, match="no day of the month of 2026-12-01 is over"):
        periods.holding("monthly", date(2026, 12, 1), date(2026, 12, 1))
