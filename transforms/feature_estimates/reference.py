"""Which past tasks an estimate rests on: those that share all that was asked, then those that share less and less."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ASKED = ("workflow", "size", "feature", "model", "like")
"""What an estimate can be asked for, in the order in which it is kept: the last is given up first."""

_WORDS = {
    "workflow": "of workflow {}",
    "size": "of size {}",
    "feature": "of feature {}",
    "model": "mostly on {}",
    "like": "named {}",
}


@dataclass(frozen=True)
class Evidence:
    """Past tasks that share the first `kept` of `ASKED` with the planned ones, and not the next one asked for.

    `mean_log` and `squares_log` are the mean of ln(US dollars) and the sum of its squared deviations over `tasks`, the
    tasks of known cost above zero. Raises ValueError where these cannot be.
    """

    kept: int
    tasks: int
    mean_log: float
    squares_log: float

    def __post_init__(self) -> None:
        if not 0 <= self.kept <= len(ASKED) or self.tasks < 1:
            raise ValueError(f"{self}: expected 0 to {len(ASKED)} things kept and one task or more")
        if not (math.isfinite(self.mean_log) and math.isfinite(self.squares_log) and self.squares_log >= 0):
            raise ValueError(
                f"{self}: expected finite logarithms of costs; costs of zero and unknown ones are left out"
            )


@dataclass(frozen=True)
class Ring:
    """`evidence` with the number of things asked for that its tasks do not share, and its words."""

    dropped: int
    evidence: Evidence
    words: str


@dataclass(frozen=True)
class Reference:
    """The classes that hold tasks, narrowest first; `similar` counts the tasks that share all that was asked."""

    asked: str
    rings: tuple[Ring, ...]

    @property
    def similar(self) -> int:
        return sum(ring.evidence.tasks for ring in self.rings if not ring.dropped)

    @property
    def is_widened(self) -> bool:
        """Whether no past task shares all that was asked, so that the estimate rests on others alone."""
        return bool(self.rings) and not self.similar


def reference(asked: Mapping[str, str], found: Sequence[Evidence]) -> Reference:
    """The reference class of what was `asked` (a value for each name of `ASKED` that matters).

    `found` holds disjoint groups of past tasks, one for each `kept`. Raises ValueError for another name, or a group
    twice: its tasks would count twice.
    """
    unknown = set(asked) - set(ASKED)
    if unknown:
        raise ValueError(f"cannot ask for {', '.join(sorted(unknown))}; expected some of {', '.join(ASKED)}")
    if len({one.kept for one in found}) != len(found):
        raise ValueError(f"a group of past tasks stands twice: {found}")
    nearest = sorted(found, key=lambda one: -one.kept)
    rings = (Ring(sum(name in asked for name in ASKED[one.kept :]), one, _words(asked, one.kept)) for one in nearest)
    return Reference(_words(asked, len(ASKED)), tuple(rings))


def named(tasks: Sequence[str]) -> str:
    """Ids of past tasks as the value of `like`: `t1, t2`, or `t1 and 4 more`."""
    return ", ".join(tasks) if len(tasks) < 3 else f"{tasks[0]} and {len(tasks) - 1} more"


def evidence_of(rows: Sequence[Mapping[str, Any]]) -> list[Evidence]:
    """Groups of past tasks as the question `past_tasks` counts them; those without a task of known cost say nothing."""
    return [Evidence(row["kept"], row["tasks"], row["mean_log"], row["squares_log"]) for row in rows if row["tasks"]]


def _words(asked: Mapping[str, str], kept: int) -> str:
    """`of workflow triage, another size, any model`: what is shared, what is not, what may be."""
    shared = [_WORDS[name].format(asked[name]) for name in ASKED[:kept] if name in asked]
    given_up = [name for name in ASKED[kept:] if name in asked]
    if given_up[:1] == ["like"]:
        return ", ".join([*shared, "others"])
    named = [name for name in given_up if name != "like"]
    said = [f"{'any' if at else 'another'} {name}" for at, name in enumerate(named)]
    if said and not shared:
        said[0] = f"of {said[0]}"
    return ", ".join([*shared, *said]) or "of any kind"
