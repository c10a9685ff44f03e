"""Which days own figures are divided by."""

from datetime import date

import pytest

from transforms.decisions.days import Days, full_days, newest


def november(first: int, last: int) -> Days:
    return Days(date(2026, 11, first), date(2026, 11, last))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (november(1, 22), november(10, 21)),  # younger than the window, and the newest day still runs
        (november(12, 15), november(12, 15)),  # within the data: all of it is whole
        (november(21, 30), november(21, 21)),
        (november(22, 22), november(22, 22)),  # nothing else is left
        (november(1, 5), november(5, 5)),  # before the data: no call will be found there
    ],
)
def test_days_that_are_whole(wanted: Days, found: Days) -> None:
    assert full_days(wanted, november(10, 22)) == found


def test_the_newest_days() -> None:
    assert newest(5, november(10, 22)) == november(17, 21)
    assert newest(28, november(10, 22)) == november(10, 21)
    assert (november(17, 21).count, november(17, 21).hours, november(17, 21).words) == (5, 120, "5 full days")
    assert newest(28, november(22, 22)).words == "1 full day"
