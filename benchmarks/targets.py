"""What was asked for, beside what was measured: each target with its interval, what it rests on, and met or missed.

A *promise* is a target that has to hold: the program ends with 1 where it does not. Other targets that are missed are
named at the end all the same; the page of the figures says what was tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measuring import say
from docs.markdown import grid

HEAD = ("target", "wanted", "measured", "independent forecasts", "")


@dataclass(frozen=True)
class Target:
    """``independent``: how many independent forecasts tell as much; None where none are counted."""

    name: str
    wanted: str
    measured: str
    is_met: bool
    is_promise: bool = True
    independent: float | None = None

    @property
    def verdict(self) -> str:
        if self.is_met:
            return "met"
        return "**missed**" if self.is_promise else "**missed**, no promise"

    def __str__(self) -> str:
        return f"{self.name}: {self.measured}, wanted {self.wanted}"


def rows(targets: Sequence[Target]) -> Iterator[tuple[str, ...]]:
    """For a table below `HEAD`."""
    for one in targets:
        counted = "–" if one.independent is None else f"{one.independent:,.0f}"
        yield one.name, one.wanted, one.measured, counted, one.verdict


def tell(targets: Sequence[Target]) -> list[str]:
    """Print all as a table, then those that are missed and no promise; returns the broken promises."""
    say("\n".join(grid(HEAD, rows(targets))))
    for one in targets:
        if not (one.is_met or one.is_promise):
            say(f"MISSED: {one}")
    return [str(one) for one in targets if one.is_promise and not one.is_met]
