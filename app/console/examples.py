"""Worked examples: one file each, its first line the question it answers, in the order of their names."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Example:
    """A question in words and a statement that answers it."""

    question: str
    text: str


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in order."""
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.sql")))


def _read(file: Path) -> Example:
    first, _, rest = file.read_text().partition("\n")
    if not first.startswith("-- "):
        raise ValueError(f"{file.name}: expected the question as a comment in the first line, found {first!r}")
    return Example(first.removeprefix("-- "), rest.strip())
