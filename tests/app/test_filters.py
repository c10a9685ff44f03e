"""The address is the filters: it reads back as written, and what it cannot mean is said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.filters import COMPARED, DRILL, PERIODS, SHARED, UNTAGGED, Filters, parse, window

ZONES = ["UTC", "Asia/Kolkata", "Europe/Berlin"]
OPTIONS = {name: [f"{name}-{number}" for number in range(3)] + [UNTAGGED] for name in SHARED} | {"tz": ZONES}
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.lists(st.sampled_from(OPTIONS[name]), min_size=1, unique=True).map(tuple) for name in SHARED},
        **{name: st.lists(st.text(min_size=1), min_size=1, unique=True).map(tuple) for name in DRILL},
    },
)
DAYS = st.tuples(st.dates(), st.dates()).map(lambda ends: f"{min(ends)}..{max(ends)}")


@given(
    st.one_of(st.sampled_from(sorted(PERIODS)), DAYS),
    st.one_of(st.sampled_from(sorted(COMPARED)), DAYS),
    st.sampled_from(ZONES),
    CHOICES,
)
def test_round_trip(period: str, compare: str, zone: str, chosen: dict[str, tuple[str, ...]]) -> None:
    filters = Filters(period, chosen, compare, zone)
    assert parse(filters.to_params(), OPTIONS) == (filters, [])


@given(st.dictionaries(st.sampled_from(("period", "compare", "tz", *SHARED)), st.lists(st.text())))
def test_any_address_is_survived_and_each_bad_value_is_named(params: dict[str, list[str]]) -> None:
    filters, notices = parse(params, OPTIONS)
    kept = sum(len(values) for values in filters.chosen.values())
    asked = sum(len(set(params.get(name, []))) for name in SHARED)
    bad = sum(
        bool(params.get(name)) and getattr(filters, name) != params[name][-1] for name in ("period", "compare", "tz")
    )
    assert len(notices) == asked - kept + bad


def test_notices_say_what_was_expected() -> None:
    asked = {"period": ["yesterday"], "team": ["nobody"], "compare": ["last year"], "tz": ["Asia/Bombay"]}
    _, notices = parse(asked, OPTIONS)
    assert "“yesterday”" in notices[0]
    assert "YYYY-MM-DD..YYYY-MM-DD" in notices[0]
    assert "“last year”" in notices[1]
    assert "before, 4w, 1y, none or YYYY-MM-DD..YYYY-MM-DD" in notices[1]
    assert "“Asia/Bombay” is known here; an IANA name such as Europe/Berlin was expected" in notices[2]
    assert notices[3] == "No team called “nobody” in this data; that filter was left out."


def test_a_period_compares_with_the_equal_one_before() -> None:
    days = window("7d", date(2026, 1, 1), date(2026, 11, 22))
    assert (days.first, days.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (days.before_first, days.before_last) == (date(2026, 11, 9), date(2026, 11, 15))


@pytest.mark.parametrize(
    ("compare", "first", "last"),
    [
        ("4w", date(2026, 10, 19), date(2026, 10, 25)),
        ("1y", date(2025, 11, 17), date(2025, 11, 23)),
        ("2026-10-01..2026-10-07", date(2026, 10, 1), date(2026, 10, 7)),
    ],
)
def test_other_days_to_compare_with(compare: str, first: date, last: date) -> None:
    """Weeks and years back fall on the same days of the week."""
    days = window("7d", date(2025, 1, 1), date(2026, 11, 22), compare)
    assert (days.before_first, days.before_last, days.is_running) == (first, last, True)


def test_nothing_is_compared_where_nothing_is_asked_for() -> None:
    days = window("7d", date(2025, 1, 1), date(2026, 11, 22), "none")
    assert (days.before_first, days.against, days.not_compared) == (None, None, "")


@pytest.mark.parametrize(
    ("compare", "why"),
    [
        ("1y", "17 to 23 Nov 2025 is not compared: the data holds whole days from 2 Oct 2026 on"),
        ("2026-10-01..2026-10-07", "1 to 7 Oct 2026 is not compared: the data holds whole days from 2 Oct 2026 on"),
        ("2026-11-16..2026-11-22", "16 to 22 Nov 2026 is not compared: 22 Nov 2026 is still running"),
        ("2026-10-02..2026-10-04", "2 to 4 Oct 2026 has 3 days, the period 7: only equally many are compared"),
    ],
)
def test_what_is_not_compared_is_said(compare: str, why: str) -> None:
    days = window("7d", date(2026, 10, 1), date(2026, 11, 22), compare, covered_from=date(2026, 10, 2))
    assert (days.before_first, days.not_compared) == (None, why)


def test_no_comparison_with_days_that_the_data_does_not_have() -> None:
    days = window("30d", date(2026, 10, 1), date(2026, 11, 22))
    assert days.before_first is None
    assert days.not_compared == "24 Sep to 23 Oct 2026 is not compared: the data holds whole days from 1 Oct 2026 on"
    assert window("all", date(2026, 10, 1), date(2026, 11, 22)).before_first is None


def test_links_narrow_and_name_the_untagged() -> None:
    narrowed = Filters("7d", {"team": ("a",)}).with_only(class_="retry_duplicate", workflow=None)
    assert narrowed.chosen == {"team": ("a",), "class": ("retry_duplicate",), "workflow": (UNTAGGED,)}
