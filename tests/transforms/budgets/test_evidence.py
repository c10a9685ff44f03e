"""Evidence of evaluations: the cheapest model that passes, and no verdict where evidence is thin."""

from decimal import Decimal

from transforms.budgets.evidence import LEAST_TASKS, PASSES, PRESENT, THIN, WORSE, Evidence, cheapest, judge


def model(name: str, successes: int, tasks: int, cost: str | None = "1") -> Evidence:
    return Evidence(name, tasks, successes, None if cost is None else Decimal(cost))


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
