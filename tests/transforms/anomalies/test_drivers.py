"""Drivers: effects sum to the change, and the runaway job is told by its output."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.anomalies.drivers import PARTS, Amounts, Leaf, drivers, effects

AMOUNTS = st.builds(Amounts, *[st.sampled_from([0.0, 1.0, 3.5, 120.0, 1e6])] * 5)


def leaf(expected: Amounts, actual: Amounts, **scope: str | None) -> Leaf:
    return Leaf(dict.fromkeys(PARTS, "x") | scope, expected, actual)


def test_the_runaway_job_asked_for_thirty_times_the_output() -> None:
    """50,000 requests of 500 output tokens at $15 a million cost $375; of 15,000 they cost $11,250."""
    job = leaf(
        Amounts(50_000, 5e7, 2.5e7, 150.0, 375.0), Amounts(50_000, 5e7, 7.5e8, 150.0, 11_250.0), workflow="wf-014"
    )
    other = leaf(Amounts(1000, 1e6, 1e5, 5.0, 1.5), Amounts(1000, 1e6, 1e5, 5.0, 1.5), workflow="wf-002")
    first, *rest = drivers([job, other], "organization")
    assert (first.kind, first.name, first.change_usd) == ("output_tokens_per_call", "wf-014", Decimal("10875"))
    assert first.expected is not None
    assert first.actual / first.expected == 30
    assert ("workflow", "wf-014") in {(one.kind, one.name) for one in rest}
    assert all(one.name != "wf-002" for one in rest)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=5))
def test_effects_sum_to_the_change(sides: list[tuple[Amounts, Amounts]]) -> None:
    leaves = [leaf(before, after, workflow=str(number)) for number, (before, after) in enumerate(sides)]
    change = sum(after.usd - before.usd for before, after in sides)
    assert float(sum(one.change_usd for one in effects(leaves))) == pytest.approx(change, abs=1e-6 * (1 + abs(change)))


def test_what_was_never_there_is_new_work() -> None:
    [effect, part] = drivers([leaf(Amounts(), Amounts(10, 100, 100, 1.0, 2.0), workflow="new")], "organization")[:2]
    assert (effect.kind, effect.name, effect.change_usd) == ("new_work", "new", Decimal("3"))
    assert part.kind == "workflow"


def test_more_calls_and_a_dearer_price_are_told_apart() -> None:
    before, after = Amounts(10, 100, 100, 1.0, 1.0), Amounts(20, 200, 200, 4.0, 4.0)
    told = {one.kind: one.change_usd for one in effects([leaf(before, after)])}
    assert told["calls"] == pytest.approx(told["price"])
    assert told["input_tokens_per_call"] == told["output_tokens_per_call"] == 0


def test_the_scope_s_own_kind_is_no_driver_of_itself() -> None:
    leaves = [leaf(Amounts(1, 1, 1, 1, 1), Amounts(9, 9, 9, 9, 9))]
    assert "team" not in {one.kind for one in drivers(leaves, "team")}
    assert drivers([leaf(Amounts(1, 1, 1, 1, 1), Amounts(1, 1, 1, 0.5, 0.5))], "team") == []
