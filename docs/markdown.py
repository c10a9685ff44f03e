"""Markdown as the generated pages write it."""

from collections.abc import Iterable, Iterator, Sequence


def grid(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table with an empty line behind it."""
    for cells in (names, ["---"] * len(names), *rows):
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def code(values: Iterable[str]) -> str:
    """The values as code, with commas between."""
    return ", ".join(f"`{value}`" for value in values)
