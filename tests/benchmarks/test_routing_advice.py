"""What docs/measurements.md says of routing advice, again and smaller: real evaluations, a few splits."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from benchmarks import routing_trials
from benchmarks.routing_advice import broken, losing
from benchmarks.routing_trials import ADVISED, NO_COST, NO_VERDICT, Found, halves, no_difference_seen, tried
from sample_traces.public import PublicSetMissingError
from transforms.simulation.levers import Ends

SPLITS = 5


@pytest.fixture(scope="module")
def rows() -> Iterator[pl.DataFrame]:
    try:
        yield routing_trials.tasks()
    except PublicSetMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def found(rows: pl.DataFrame) -> Found:
    return tried(rows, SPLITS)


def test_advice_holds_on_tasks_it_has_not_seen(found: Found) -> None:
    assert list(broken(found)) == []
    assert len(found.held) > 100
    assert sum(one.realised_usd for one in found.held) > sum(one.spent_usd for one in found.held) / 2


def test_thin_or_unpriced_evidence_is_no_advice(found: Found) -> None:
    """Sixteen instances of commit0 tell nothing; a model whose runs all cost 0 is neither advised nor asked."""
    assert ADVISED not in found.answers["commit0"]
    assert found.answers["commit0"][NO_VERDICT] > 0
    assert min(answers[NO_COST] for answers in found.answers.values()) >= SPLITS


def test_that_no_difference_is_seen_would_break_the_promise(rows: pl.DataFrame, found: Found) -> None:
    bolder = tried(rows, SPLITS, no_difference_seen)
    assert any("of the advice loses over 10% of tasks" in said for said in broken(bolder))
    assert losing(bolder.held) > 5 * losing(found.held)


def test_points_in_place_of_ranges_would_break_the_promise(found: Found) -> None:
    points = [replace(one, told=Ends(*[one.told.expected] * 3)) for one in found.held if one.told]
    [said] = broken(Found(points, found.answers))
    assert "of the realised savings lie in the range told" in said


def test_nothing_of_the_other_half_is_learnt(rows: pl.DataFrame) -> None:
    learnt, rest = halves(rows, np.random.default_rng(0), None)
    seen, unseen = (set(part.select("workflow_id", "instance_id").iter_rows()) for part in (learnt, rest))
    assert not seen & unseen
    assert abs(len(seen) - len(unseen)) <= 5
    assert len(learnt) + len(rest) == len(rows)
