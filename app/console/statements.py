"""One statement of a reader's own: it may read the published warehouse and nothing else, within limits."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from app import limits, warehouse
from transforms.read_only import READING, is_reading

T = TypeVar("T")

MOST_SHOWN = 200
"""Rows on the page."""
_PLACE = re.compile(r"\n+LINE (\d+): (.*)\n( *)\^", re.DOTALL)
_KINDS: dict[type[duckdb.Error], str] = {
    duckdb.ParserException: "This is no SQL that DuckDB reads",
    duckdb.CatalogException: "There is nothing of that name",
    duckdb.BinderException: "A column or a type does not fit",
    duckdb.ConversionException: "A value cannot be read as that type",
    duckdb.PermissionException: "Files, settings and other databases are closed here",
    duckdb.InvalidInputException: "DuckDB cannot do that here",
}


@dataclass(frozen=True)
class Answer:
    """The first rows, by position as names may occur twice; `is_all` where there are no more."""

    names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    is_all: bool
    seconds: float


class StatementError(Exception):
    """A statement without an answer: `what` in a person's words, `said` as DuckDB says it, `line` counted from 1."""

    def __init__(self, what: str, said: str = "", line: int | None = None, excerpt: str = "") -> None:
        super().__init__(f"{what} {said}".strip())
        self.what, self.said, self.line, self.excerpt = what, said, line, excerpt


def ask(path: str, text: str) -> Answer:
    """The first rows of the answer. Raises StatementError; NotTheirsError for readers of a part."""
    started = time.perf_counter()

    def first(result: duckdb.DuckDBPyConnection) -> Answer:
        names = [column[0] for column in result.description]
        rows = result.fetchmany(MOST_SHOWN + 1)
        return Answer(names, rows[:MOST_SHOWN], len(rows) <= MOST_SHOWN, time.perf_counter() - started)

    return _run(path, text, first)


def table(path: str, text: str) -> pa.Table:
    """The answer to take away, at most `warehouse.MOST_ROWS` rows of it. Raises as `ask`."""
    return _run(path, text, lambda result: warehouse.head(result, warehouse.MOST_ROWS))


def _run(path: str, text: str, take: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
    cursor = warehouse.own_cursor(path)
    try:
        if not is_reading(cursor, text):
            raise StatementError(f"Expected {READING}.")
        with limits.timed(cursor, limits.timeout_s()):
            return take(cursor.execute(text))
    except duckdb.InterruptException as error:
        seconds = limits.timeout_s()
        raise StatementError(f"Not answered within {seconds:g} seconds. Ask for fewer days or rows.") from error
    except duckdb.OutOfMemoryException as error:
        most = limits.memory_bytes()
        raise StatementError(f"It needs more than {most:,} bytes of memory. Ask for fewer days or rows.") from error
    except duckdb.Error as error:
        raise told(error) from error


def told(error: duckdb.Error) -> StatementError:
    """DuckDB's words with the place they are about."""
    said = str(error).strip()
    place = _PLACE.search(said)
    kind = next((words for of, words in _KINDS.items() if isinstance(error, of)), "DuckDB could not answer this")
    if place is None:
        return StatementError(kind, _bare(said))
    excerpt = f"{place[2]}\n{' ' * max(len(place[3]) - len(f'LINE {place[1]}: '), 0)}^"
    return StatementError(kind, _bare(said[: place.start()]), int(place[1]), excerpt)


def _bare(said: str) -> str:
    """Without the kind of error, which `what` says, and on one line."""
    return " ".join(re.sub(r"^[A-Z][A-Za-z ]+ Error: ", "", said).split())
