"""Rectangles of an icicle: their areas are the spend, they do not overlap, and each stands within the one above."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.charts.partition import Rectangle, partition

NAMES = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "dd", "(untagged)"]))
USD = st.decimals(min_value=0, max_value=10**6, places=12)
LEAVES = st.lists(st.tuples(st.tuples(NAMES, NAMES, NAMES), USD), max_size=40)
SHARES = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("0.2"), Decimal("0.9")])


@given(LEAVES, SHARES)
def test_areas_are_the_spend_and_nothing_overlaps(
    leaves: list[tuple[tuple[str | None, ...], Decimal]], least: Decimal
) -> None:
    found = partition(leaves, least)
    total = sum((usd for _, usd in leaves), Decimal(0))
    for level in range(3 if total else 0):
        column = sorted((one for one in found if one.level <= level < one.level + one.levels), key=lambda one: one.low)
        assert column[0].low == 0
        assert column[-1].high == total
        assert all(left.high == right.low for left, right in itertools.pairwise(column))
        assert all(one.usd > 0 for one in column)
    for one in found:
        assert one.usd == sum((usd for path, usd in leaves if _is_of(path, one)), Decimal(0))
        above = [up for up in found if one.path and (*up.path, *up.names) == one.path]
        assert len(above) == bool(one.path)
        assert all(up.low <= one.low <= one.high <= up.high for up in above)


def _is_of(path: tuple[str | None, ...], one: Rectangle) -> bool:
    return path[: one.level] == one.path and path[one.level] in one.names


def test_small_parts_stand_together_and_are_divided_no_more() -> None:
    leaves = [
        (("big", "x"), Decimal(97)),
        (("s1", "y"), Decimal(1)),
        (("s2", "y"), Decimal(1)),
        (("s3", "z"), Decimal(1)),
    ]
    found = partition(leaves, Decimal("0.02"))
    assert found == [
        Rectangle((), ("big",), Decimal(0), Decimal(97)),
        Rectangle((), ("s1", "s2", "s3"), Decimal(97), Decimal(100), levels=2),
        Rectangle(("big",), ("x",), Decimal(0), Decimal(97)),
    ]


def test_one_small_part_stands_under_its_own_name() -> None:
    found = partition([(("big",), Decimal(99)), (("small",), Decimal(1))], Decimal("0.5"))
    assert [one.names for one in found] == [("big",), ("small",)]


def test_the_largest_come_first_whatever_order_they_arrive_in() -> None:
    leaves = [((name,), Decimal(usd)) for name, usd in (("a", 1), ("b", 3), (None, 2))]
    assert [one.names[0] for one in partition(leaves, Decimal(0))] == ["b", None, "a"]
    assert partition(leaves[::-1], Decimal(0)) == partition(leaves, Decimal(0))


def test_what_no_area_can_show_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a / b has a spend of -1 USD"):
        partition([(("a", "b"), Decimal(-1))], Decimal(0))
    with pytest.raises(ValueError, match=r"one number of levels, got \[1, 2\]"):
        partition([(("a", "b"), Decimal(1)), (("a",), Decimal(1))], Decimal(0))


def test_of_nothing_there_is_no_rectangle() -> None:
    assert partition([(("a",), Decimal(0))], Decimal("0.01")) == []
    assert partition([], Decimal(0)) == []
