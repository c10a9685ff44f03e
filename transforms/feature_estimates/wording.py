"""What an estimate rests on, in one sentence for every reader."""

import math

from transforms.feature_estimates.reference import Reference
from transforms.feature_estimates.totals import FEW, SHIFT, Total

FACTOR = math.exp(math.sqrt(SHIFT))
"""How far two classes that differ in one thing usually lie apart."""


def basis(past: Reference, total: Total | None) -> str:
    """How many past tasks speak, which, and what was done where they are few or none."""
    if total is None:
        return f"There is no past task {past.asked}, nor any other, so nothing can be said."
    wider = [ring for ring in past.rings if ring.dropped]
    if past.is_widened:
        return (
            f"No past task {past.asked}. Widened to {_tasks(wider[0].evidence.tasks)} {wider[0].words}; such classes "
            f"usually lie a factor of {FACTOR ** math.sqrt(wider[0].dropped):.1f} apart, so the range is wide."
        )
    if past.similar >= FEW:
        return f"Rests on {_tasks(past.similar)} {past.asked}."
    beside = (
        f"{1 - total.weight:.0%} of the centre comes from {_tasks(wider[0].evidence.tasks)} {wider[0].words}"
        if wider
        else ("nothing else is known, and how much costs vary is taken from other people's tasks")
    )
    return f"Only {_tasks(past.similar)} {past.asked}: {beside}, and the range is wide."


def _tasks(count: int) -> str:
    return "1 past task" if count == 1 else f"{count:,} past tasks"
