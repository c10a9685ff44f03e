"""Reports of other filters have other names, and names that any file system and shell takes as they are."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from spanledger.reports.naming import LONGEST, stem
from spanledger.reports.periods import latest
from spanledger.reports.plan import DIMENSIONS

WEEK = latest("weekly", date(2026, 11, 16))
VALUES = st.sampled_from(["a", "b", "a-b", "A", "a.b", "team", "team.a", "a b", "", "ä", "a_b", "b" * 80, "b" * 81])
FILTERS = st.dictionaries(
    st.sampled_from(DIMENSIONS), st.lists(VALUES, min_size=1, max_size=3, unique=True).map(tuple), max_size=3
)


@given(one=FILTERS, other=FILTERS)
def test_names_are_equal_where_the_filters_are(
    one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]
) -> None:
    first, second = stem(WEEK, one), stem(WEEK, other)
    is_same = {name: set(values) for name, values in one.items()} == {name: set(v) for name, v in other.items()}
    assert (first.casefold() == second.casefold()) == is_same
    assert re.fullmatch(r"[a-zA-Z0-9._-]+", first)
    assert len(first) < LONGEST + 40


def test_plain_names_are_readable() -> None:
    assert stem(WEEK, {}) == "weekly-2026-W46"
    assert stem(WEEK, {"team": ("search",)}) == "weekly-2026-W46.team.search"
    assert stem(WEEK, {"workflow": ("code-review",), "team": ("x",)}) == "weekly-2026-W46.team.x.workflow.code-review"
