"""Evidence of evaluations: intervals against published figures, and no verdict where evidence is thin."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.budgets.evidence import LEAST_TASKS, PASSES, PRESENT, THIN, WORSE, Evidence, cheapest, judge, wilson


def model(name: str, successes: int, tasks: int, cost: str | None = "1") -> Evidence:
    return Evidence(name, tasks, successes, None if cost is None else Decimal(cost))


@pytest.mark.parametrize(
    ("successes", "tasks", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_published_intervals(successes: int, tasks: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(successes, tasks) == pytest.approx((low, high), abs=5e-5)


def test_the_cheapest_that_is_not_significantly_worse() -> None:
    found = [model("big", 90, 100, "0.50"), model("mid", 88, 100, "0.20"), model("small", 60, 100, "0.01")]
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


def test_dearer_models_are_no_alternative() -> None:
    assert cheapest("mid", [model("mid", 88, 100, "0.2"), model("big", 99, 100, "0.5")]) is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(drawn: tuple[int, int]) -> None:
    low, high = wilson(*drawn)
    assert 0 <= low <= drawn[0] / drawn[1] + 1e-12
    assert drawn[0] / drawn[1] - 1e-12 <= high <= 1
