"""The spend classes that the simulation wrote down, worked out a second time from what an observer could see.

The simulation states what repeats and replaces what; here the same follows, slowly and pair by pair, from hashes,
attempt tags, positions, models and times alone. Both must name every call alike. One seed is new in each run; the
test's id holds it.
"""

import os
from collections.abc import Iterator
from datetime import date

import pytest

from sample_traces.company import facts, simulate
from sample_traces.company.facts import Placed


def succeeded(item: Placed) -> bool:
    return item.call.error_type is None and not item.step.is_error and item.call.is_finished


def follows(later: Placed, earlier: Placed) -> bool:
    return later.call.started_ns >= earlier.call.ended_ns and later.step.name == earlier.step.name


def is_accepted(item: Placed) -> bool:
    """A later step of the same run was built on it."""
    return any(step.started_ns > item.step.started_ns for step in item.part.steps)


def is_superseded(item: Placed, others: list[Placed]) -> bool:
    for later in (other for other in others if follows(other, item)):
        same_run = later.run is item.run
        tags = (item.call.attempt, later.call.attempt)
        if same_run and tags[0] is not None and tags[1] is not None and tags[1] > tags[0]:
            return True
        is_same_input = item.call.input_hash is not None and item.call.input_hash == later.call.input_hash
        if is_same_input and item.call.model != later.call.model and (same_run or not is_accepted(item)):
            return True
    return False


def repeats_by_hash(item: Placed, earlier: Placed) -> str | None:
    if item.call.input_hash is None or item.call.input_hash != earlier.call.input_hash:
        return None
    if item.call.model == earlier.call.model:
        return "input_hash"
    return "accepted_step" if earlier.run is not item.run and is_accepted(earlier) else None


def repeats_by_position(item: Placed, earlier: Placed) -> bool:
    if item.call.input_hash is not None and earlier.call.input_hash is not None:
        return False
    if earlier.run is item.run or not (item.run.is_restart or earlier.run.is_error or earlier.part.steps[-1].is_error):
        return False
    usages = (item.call.usage, earlier.call.usage)
    if usages[0] is None or usages[1] is None or usages[0].input_tokens != usages[1].input_tokens:
        return False
    return position(item) == position(earlier)


def position(item: Placed) -> int:
    same = [step for step in item.part.steps if step.name == item.step.name]
    return next(n for n, step in enumerate(same) if step is item.step)


def evidence(item: Placed, others: list[Placed]) -> str | None:
    for earlier in others:
        if follows(item, earlier) and succeeded(earlier):
            if by_hash := repeats_by_hash(item, earlier):
                return by_hash
            if repeats_by_position(item, earlier):
                return "position"
    return None


def overlaps(item: Placed, others: list[Placed]) -> bool:
    return any(
        other.call.input_hash == item.call.input_hash is not None
        and other.call.model == item.call.model
        and other.step.name == item.step.name
        and other.call.started_ns < item.call.ended_ns
        and item.call.started_ns < other.call.ended_ns
        for other in others
    )


def observed(item: Placed, others: list[Placed]) -> tuple[str, str | None]:
    at_once = "concurrent" if overlaps(item, others) else None
    if not succeeded(item):
        return "failed_attempt", at_once
    if is_superseded(item, others):
        return "superseded_attempt", at_once
    found = evidence(item, others)
    if found and item.traffic_source not in ("eval", "replay"):
        return "retry_duplicate", found
    if not item.task.is_tasked:
        return "untasked", at_once
    return {"failure": "abandoned", "success": "useful"}.get(item.task.outcome or "", "undetermined"), at_once


def tasks(placed: list[Placed]) -> Iterator[list[Placed]]:
    grouped: dict[int, list[Placed]] = {}
    for item in placed:
        grouped.setdefault(id(item.task), []).append(item)
    yield from grouped.values()


@pytest.mark.parametrize("seed", [1, 2, 3, int(os.environ["TEST_SEED"])], ids=lambda seed: f"seed-{seed}")
def test_stated_classes_follow_from_what_can_be_observed(seed: int) -> None:
    placed = facts.place(simulate(seed, scale=0.3, end=date(2026, 11, 1)))
    for calls in tasks(placed):
        for item in calls:
            row = facts.call_row(item)
            others = [other for other in calls if other is not item]
            assert (row["spend_class"], row["duplicate_evidence"]) == observed(item, others), row
