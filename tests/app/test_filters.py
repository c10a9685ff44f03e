"""The address is the filters: it reads back as written, and what it cannot mean is said."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.filters import DRILL, PERIODS, SHARED, UNTAGGED, Filters, parse, window

OPTIONS = {name: [f"{name}-{number}" for number in range(3)] + [UNTAGGED] for name in SHARED}
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.lists(st.sampled_from(OPTIONS[name]), min_size=1, unique=True).map(tuple) for name in SHARED},
        **{name: st.lists(st.text(min_size=1), min_size=1, unique=True).map(tuple) for name in DRILL},
    },
)
DAYS = st.tuples(st.dates(), st.dates()).map(lambda ends: f"{min(ends)}..{max(ends)}")


@given(st.one_of(st.sampled_from(sorted(PERIODS)), DAYS), CHOICES)
def test_round_trip(period: str, chosen: dict[str, tuple[str, ...]]) -> None:
    filters = Filters(period, chosen)
    assert parse(filters.to_params(), OPTIONS) == (filters, [])


@given(st.dictionaries(st.sampled_from(("period", *SHARED)), st.lists(st.text())))
def test_any_address_is_survived_and_each_bad_value_is_named(params: dict[str, list[str]]) -> None:
    filters, notices = parse(params, OPTIONS)
    kept = sum(len(values) for values in filters.chosen.values())
    asked = sum(len(set(params.get(name, []))) for name in SHARED)
    bad_period = bool(params.get("period")) and filters.period != params["period"][-1]
    assert len(notices) == asked - kept + bad_period


def test_notices_say_what_was_expected() -> None:
    _, notices = parse({"period": ["yesterday"], "team": ["nobody"]}, OPTIONS)
    assert "“yesterday”" in notices[0]
    assert "YYYY-MM-DD..YYYY-MM-DD" in notices[0]
    assert notices[1] == "No team called “nobody” in this data; that filter was left out."


def test_a_period_compares_with_the_equal_one_before() -> None:
    days = window("7d", date(2026, 1, 1), date(2026, 11, 22))
    assert (days.first, days.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (days.before_first, days.before_last) == (date(2026, 11, 9), date(2026, 11, 15))


def test_no_comparison_with_days_that_the_data_does_not_have() -> None:
    assert window("30d", date(2026, 10, 1), date(2026, 11, 22)).before_first is None
    assert window("all", date(2026, 10, 1), date(2026, 11, 22)).before_first is None


def test_links_narrow_and_name_the_untagged() -> None:
    narrowed = Filters("7d", {"team": ("a",)}).with_only(class_="retry_duplicate", workflow=None)
    assert narrowed.chosen == {"team": ("a",), "class": ("retry_duplicate",), "workflow": (UNTAGGED,)}
