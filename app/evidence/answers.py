"""Rows that know the question they answer, so that whatever shows them can say where they come from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One question as it was asked: `queries/<name>.sql` of the build at `path`.

    `parameters` may hold more than the question binds.
    """

    path: str
    name: str
    parameters: Mapping[str, Any]


class Answered(dict[str, Any]):
    """A row of an answer. `row | more` is still of its question; `is_widened` says that a page added to it."""

    __slots__ = ("asked", "is_widened")

    def __init__(self, values: Mapping[str, Any], asked: Asked, *, is_widened: bool = False) -> None:
        super().__init__(values)
        self.asked, self.is_widened = asked, is_widened

    def __or__(self, other: Mapping[str, Any]) -> "Answered":  # type: ignore[override]  # dict's are overloads
        is_widened = self.is_widened or not other.keys() <= self.keys()
        return Answered({**self, **other}, self.asked, is_widened=is_widened)


class Answer(list[dict[str, Any]]):
    """The rows of one question, which an answer without rows still knows."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], asked: Asked) -> None:
        super().__init__(Answered(row, asked) for row in rows)
        self.asked = asked


def asked_of(*shown: Any) -> Iterator[Asked]:
    """The questions behind rows, lists of rows and mappings of them, in the order met; nothing for anything else."""
    for one in shown:
        if isinstance(one, Answered | Answer):
            yield one.asked
        elif isinstance(one, Mapping):
            yield from asked_of(*one.values())
        elif isinstance(one, list | tuple):
            yield from asked_of(*one)
