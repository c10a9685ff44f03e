"""Estimates of planned work: what they rest on, how wide they are, and that they hold on data made for it."""

import math
import re

import numpy as np
import pytest

from transforms.feature_estimates import (
    ASKED,
    FEW,
    MOST_TASKS,
    Evidence,
    Reference,
    Total,
    basis,
    evidence_of,
    named,
    reference,
    total_cost,
)

WORK = {"workflow": "triage", "size": "L"}


def group(kept: int, costs: list[float]) -> Evidence:
    logs = np.log(costs)
    return Evidence(kept, len(costs), float(logs.mean()), float(((logs - logs.mean()) ** 2).sum()))


def total(past: Reference, tasks: int) -> Total:
    found = total_cost(past, tasks)
    assert found is not None
    return found


def width(of: Total) -> float:
    """The 80 % range on the log scale."""
    low, high = of.range(0.8)
    return math.log(high / low)


def test_more_past_tasks_make_a_narrower_range_and_more_new_ones_a_narrower_one_for_each() -> None:
    few, many = (reference(WORK, [group(5, [1.0, 2.0, 4.0] * number)]) for number in (1, 20))
    assert width(total(few, 1)) > width(total(many, 1))
    assert width(total(many, 1)) > width(total(many, 20))
    assert total(many, 20).quantile(0.5) > 20 * total(many, 1).quantile(0.5), "a mean lies above its median"


def test_one_task_scales_with_its_past_in_any_currency() -> None:
    cheap, dear = (total(reference(WORK, [group(5, [usd, 2 * usd])]), 3) for usd in (0.001, 1.0))
    assert dear.range(0.95) == pytest.approx(tuple(1000 * end for end in cheap.range(0.95)))


def test_the_same_question_gets_the_same_answer_in_any_order() -> None:
    groups = [group(5, [1.0, 2.0]), group(1, [3.0, 1.0, 5.0]), group(0, [0.1, 0.2])]
    one, other = (total(reference(WORK, found), 4) for found in (groups, groups[::-1]))
    assert one.range(0.8) == other.range(0.8)


def test_no_past_task_at_all_is_no_estimate() -> None:
    assert total_cost(reference(WORK, []), 1) is None


def test_without_a_task_of_the_size_the_workflow_s_other_tasks_speak_and_the_range_is_wide() -> None:
    past = reference(WORK, [group(1, [1.0] * 500)])
    assert (past.similar, past.is_widened, past.rings[0].words) == (0, True, "of workflow triage, another size")
    assert past.asked == "of workflow triage, of size L"
    widened, exact = total(past, 20), total(reference(WORK, [group(5, [1.0] * 500)]), 20)
    assert widened.weight == 0
    assert width(widened) > 3 * width(exact), "500 tasks of another size say what such tasks cost, not what these do"


def test_what_is_not_asked_for_is_not_given_up() -> None:
    past = reference({"workflow": "triage"}, [group(5, [1.0]), group(0, [2.0])])
    assert [(ring.dropped, ring.words) for ring in past.rings] == [
        (0, "of workflow triage"),
        (1, "of another workflow"),
    ]
    assert reference({}, [group(5, [1.0])]).asked == "of any kind"


def test_wider_classes_count_for_less_the_more_similar_tasks_there_are() -> None:
    others = group(1, [100.0] * 50)
    weights, centres = [], []
    for known in (1, 3, 10, 100):
        found = total(reference(WORK, [group(5, [1.0] * known), others]), 1)
        weights.append(found.weight)
        centres.append(found.quantile(0.5))
    assert weights == sorted(weights)
    assert centres == sorted(centres, reverse=True)
    assert weights[0] > 0.4
    assert weights[-1] > 0.98


def test_one_past_task_gives_a_range_of_more_than_a_factor_of_ten() -> None:
    assert width(total(reference(WORK, [group(5, [2.0])]), 1)) > math.log(10)


@pytest.mark.parametrize("tasks", [0, MOST_TASKS + 1])
def test_a_count_out_of_bounds_is_refused(tasks: int) -> None:
    with pytest.raises(ValueError, match=f"{tasks} tasks: expected 1 to 10,000"):
        total_cost(reference(WORK, [group(5, [1.0])]), tasks)


def test_the_largest_count_is_answered() -> None:
    found = total(reference(WORK, [group(5, [1.0, 3.0] * 40)]), MOST_TASKS)
    low, high = found.range(0.95)
    assert MOST_TASKS < low < high < 4 * MOST_TASKS


def test_groups_that_cannot_be_are_named() -> None:
    for wrong in ((6, 1, 0.0, 0.0), (5, 0, 0.0, 0.0), (5, 1, math.inf, 0.0), (5, 1, 0.0, -1.0)):
        with pytest.raises(ValueError, match=r"Evidence\(kept="):
            Evidence(*wrong)
    with pytest.raises(ValueError, match="stands twice"):
        reference(WORK, [group(5, [1.0]), group(5, [2.0])])
    with pytest.raises(ValueError, match="cannot ask for colour; expected some of workflow"):
        reference({"colour": "red"}, [])
    assert len(ASKED) == 5


def test_ranges_hold_where_tasks_are_as_assumed() -> None:
    """Classes drawn as the method takes them to be: the ranges must hold as often as they say."""
    rng, held, trials = np.random.default_rng(4), np.zeros(2), 300
    for _ in range(trials):
        spread = math.sqrt(0.75 * 6 / rng.chisquare(6))
        costs = np.exp(rng.normal(0.0, spread, 25))
        found = total(reference(WORK, [group(5, list(costs[:5]))]), 20)
        usd = costs[5:].sum()
        held += [low <= usd <= high for low, high in (found.range(0.8), found.range(0.95))]
    assert held[0] / trials == pytest.approx(0.8, abs=0.06)
    assert held[1] / trials == pytest.approx(0.95, abs=0.035)


def test_what_an_estimate_rests_on_is_said() -> None:
    others = group(1, [1.0] * 1200)
    none, few, alone, enough = (
        reference(WORK, found)
        for found in ([others], [group(5, [1.0] * 3), others], [group(5, [1.0])], [group(5, [1.0] * FEW), others])
    )
    assert basis(none, total(none, 2)) == (
        "No past task of workflow triage, of size L. Widened to 1,200 past tasks of workflow triage, another size; "
        "such classes usually lie a factor of 2.4 apart, so the range is wide."
    )
    assert re.fullmatch(
        r"Only 3 past tasks of workflow triage, of size L: 2\d% of the centre comes from 1,200 past tasks of workflow "
        r"triage, another size, and the range is wide\.",
        basis(few, total(few, 2)),
    )
    assert "Only 1 past task of workflow triage, of size L: nothing else is known" in basis(alone, total(alone, 2))
    assert basis(enough, total(enough, 2)) == "Rests on 5 past tasks of workflow triage, of size L."
    assert "nothing can be said" in basis(reference(WORK, []), None)


def test_named_tasks_stand_beside_the_others_of_their_kind() -> None:
    past = reference(WORK | {"like": "t1, t2"}, [group(5, [1.0, 2.0]), group(4, [3.0])])
    assert past.asked == "of workflow triage, of size L, named t1, t2"
    assert (named(["t1", "t2"]), named(["t1", "t2", "t3"])) == ("t1, t2", "t1 and 2 more")
    assert past.rings[1].words == "of workflow triage, of size L, others"


def test_rows_of_the_warehouse_become_evidence() -> None:
    rows = [
        {"kept": 5, "tasks": 2, "mean_log": 0.1, "squares_log": 0.5, "unknown_cost_tasks": 3},
        {"kept": 0, "tasks": 0, "mean_log": None, "squares_log": None, "unknown_cost_tasks": 9},
    ]
    assert evidence_of(rows) == [Evidence(5, 2, 0.1, 0.5)]
