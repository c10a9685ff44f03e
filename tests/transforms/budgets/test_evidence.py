"""Evidence of evaluations: the cheapest model that passes, and no verdict where evidence is thin."""

from decimal import Decimal

import pytest

from transforms.budgets.evidence import (
    LEAST_TASKS,
    MARGIN,
    PASSES,
    PRESENT,
    THIN,
    WORSE,
    Evidence,
    cheapest,
    cost_ratio,
    judge,
)
from transforms.shares import least_gained


def model(name: str, successes: int, tasks: int, cost: str | None = "1", variation: float | None = None) -> Evidence:
    return Evidence(name, tasks, successes, None if cost is None else Decimal(cost), variation)


def test_the_cheapest_that_is_shown_to_lose_little() -> None:
    found = [model("big", 270, 300, "0.50"), model("mid", 264, 300, "0.20"), model("small", 180, 300, "0.01")]
    assert [(one.evidence.model, one.verdict) for one in judge("big", found)] == [
        ("small", WORSE),
        ("mid", PASSES),
        ("big", PRESENT),
    ]
    assert cheapest("big", found) == "mid"


def test_thin_evidence_gives_no_verdict() -> None:
    few = LEAST_TASKS - 1
    assert judge("big", [model("big", 90, 100), model("small", few, few, "0.1")])[0].verdict == THIN
    assert judge("big", [model("big", 5, few), model("small", 90, 100, "0.1")])[0].verdict == THIN
    assert judge("unseen", [model("small", 90, 100)])[0].verdict == THIN
    assert cheapest("big", [model("big", 90, 100, None), model("small", 90, 100, "0.1")]) is None


def test_no_difference_seen_is_not_no_difference() -> None:
    """Forty tasks of each: 36 and 34 successes differ by chance alone, and may be 20 points apart all the same."""
    now, other = model("big", 36, 40), model("small", 34, 40, "0.1")
    assert judge("big", [now, other])[0].verdict == THIN
    assert cheapest("big", [now, other]) is None
    tenfold = model("big", 360, 400), model("small", 340, 400, "0.1")
    assert judge("big", tenfold)[0].verdict == PASSES


def test_what_passes_loses_no_more_than_the_margin_at_the_interval_s_end() -> None:
    verdicts = {right: judge("big", [model("big", 180, 200), model("x", right, 200, "0.1")])[0].verdict
                for right in range(120, 201)}  # fmt: skip
    passing = [right for right, verdict in verdicts.items() if verdict == PASSES]
    assert passing == list(range(min(passing), 201)), "the more successes, the sooner it passes"
    assert least_gained((180, 200), (min(passing), 200)) >= -MARGIN > least_gained((180, 200), (min(passing) - 1, 200))
    assert set(verdicts.values()) == {PASSES, THIN, WORSE}


def test_tasks_that_cost_nothing_make_nobody_the_cheapest() -> None:
    found = [model("big", 270, 300, "0.5"), model("free", 290, 300, "0"), model("mid", 270, 300, "0.2")]
    assert cheapest("big", found) == "mid"


def test_what_costs_more_once_the_rest_is_asked_again_is_no_saving() -> None:
    """Four points fewer of 1,000 tasks, at 97 % of the cost: 101 % with the repeats."""
    now = model("big", 900, 1000, "1")
    assert cheapest("big", [now, model("near", 860, 1000, "0.97")]) is None
    assert cheapest("big", [now, model("near", 860, 1000, "0.95")]) == "near"
    assert cheapest("big", [now, model("near", 860, 1000, "0.97"), model("mid", 900, 1000, "0.98")]) == "mid"


def test_how_many_times_as_much_has_an_interval() -> None:
    """Both means vary by a tenth of themselves: the ratio by 1.96 × √2 tenths on the log scale."""
    now, then = model("big", 90, 100, "0.4", 1.0), model("small", 90, 100, "0.1", 1.0)
    assert cost_ratio(now, then) == pytest.approx((0.25 / 1.31941, 0.25, 0.25 * 1.31941), rel=1e-5)
    assert cost_ratio(model("big", 9, 9, "0.4", 0.0), model("small", 9, 9, "0.1", 0.0)) == (0.25, 0.25, 0.25)
    for unknown in (model("big", 9, 9, None, 1.0), model("big", 9, 9, "1"), model("big", 9, 9, "0", 1.0)):
        with pytest.raises(ValueError, match="what 9 evaluated tasks on big cost is not known"):
            cost_ratio(unknown, then)


def test_dearer_models_are_no_alternative() -> None:
    assert cheapest("mid", [model("mid", 88, 100, "0.2"), model("big", 99, 100, "0.5")]) is None
