"""The published warehouse: finding the current build, opening it read-only, and asking it questions.

Each question is put for whoever reads now (`app.access`): on a connection that has their rows alone, unless they see
everything; and what one reader was answered is kept apart from what another is.

Questions are in `app.questions`. Answers are cached by build, question and what the question asks for: a build never
changes, and what a question does not ask for cannot change its answer.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import streamlit as st

from app import access, limits, questions
from app.access.narrowing import Narrowed, open_narrowed
from transforms.published_build import current_build, warehouse_of
from transforms.read_only import open_read_only

T = TypeVar("T")
MOST_ROWS, CHUNK_ROWS = 1_000_000, 100_000
"""Of a file to take away; more would not fit into the memory of a small machine as one piece."""


class WarehouseError(Exception):
    """The warehouse cannot answer. `what` names the thing at fault, `cure` says what to do."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what} {cure}")
        self.what, self.cure = what, cure


class NoBuildError(WarehouseError):
    """Nothing has been published yet: the state of a fresh installation."""


class NotTheirsError(WarehouseError):
    """The question is of the whole installation, or of rows that are not the reader's."""

    def __init__(self, scope: access.Scope) -> None:
        super().__init__(
            "This shows figures of a whole organization or of the whole installation.",
            f"You may see those of {scope.title}. Ask whoever runs this if you should see more.",
        )


class ClosedError(WarehouseError):
    """The question is of calls that are no longer kept (keep_calls_months)."""

    def __init__(self, calls_from: date) -> None:
        super().__init__(
            f"Calls before {calls_from:%-d %B %Y} are no longer kept; daily figures are.",
            f"What is asked here is worked out from calls: choose a period that begins on {calls_from} or later, or "
            "days of UTC and no filter that daily figures do not know.",
        )


@dataclass(frozen=True)
class Build:
    """One published build; `data_until` is None while no span has arrived, `calls_from` where all calls are kept."""

    build_id: str
    path: str
    built_at: datetime
    data_until: datetime | None
    lake_rows: int
    calls_from: date | None = None


def data_directory() -> Path:
    """The data directory, from SPANLEDGER_DATA, else `./data`."""
    return Path(os.environ.get("SPANLEDGER_DATA", "data"))


def current(data: Path) -> Build:
    """The published build.

    Raises NoBuildError before the first build, WarehouseError when CURRENT names one that cannot be read.
    """
    build_id = current_build(data)
    if build_id is None:
        raise NoBuildError(f"There is no build in {data / 'builds'} yet.", "Send spans, or run `spanledger build`.")
    path = warehouse_of(data, build_id)
    if not path.is_file():
        raise WarehouseError(
            f"CURRENT names the build {build_id}, but {path} does not exist.",
            "Run `spanledger doctor` to see which builds are whole, then `spanledger build` to publish a new one.",
        )
    return _describe(build_id, str(path), access.scope().text)


@st.cache_data(max_entries=16, show_spinner=False)
def _describe(build_id: str, path: str, scope: str) -> Build:
    rows = _run(path, "build_info", questions.sql("build_info"), {}, lambda answer: answer.fetchall(), scope)
    if len(rows) != 1 or rows[0][0] != build_id:
        raise WarehouseError(
            f"The table build_info of {path} says {rows}, expected one row for the build {build_id}.",
            "The folder was renamed or copied. Run `spanledger doctor`, then `spanledger build`.",
        )
    return Build(build_id, path, *rows[0][1:])


def rows(path: str, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answer to `queries/<name>.sql` as one dict a row. `parameters` may hold more than the question asks for."""
    text, bound = _bound(path, name, parameters)
    return _answered(path, access.scope().text, name, text, bound)


@st.cache_data(max_entries=400, show_spinner=False)
def _answered(path: str, scope: str, name: str, text: str, bound: dict[str, Any]) -> list[dict[str, Any]]:
    return _run(path, name, text, bound, _dicts, scope)


def _bound(path: str, name: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A question's text and those of ``parameters`` that it asks for; raises LookupError where one is missing."""
    text = questions.asked(name, parameters)
    return text, questions.bound(text, parameters, f"queries/{name}.sql")


def _dicts(answer: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in answer.description]
    return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def text(path: str, name: str, parameters: Mapping[str, Any]) -> str:
    """The SQL of a question as it is put to this build, its parameters still named."""
    return _bound(path, name, parameters)[0]


def table(path: str, name: str, text: str) -> pa.Table:
    """The answer to a question's ``text`` without parameters, for downloads; not cached, because it may be large."""
    return _run(path, name, text, {}, lambda answer: head(answer, MOST_ROWS), access.scope().text)


def head(answer: duckdb.DuckDBPyConnection, rows: int) -> pa.Table:
    """The first rows of an answer, without working out the others."""
    reader, taken, count = answer.to_arrow_reader(CHUNK_ROWS), [], 0
    while count < rows and (chunk := next(reader, None)) is not None:
        taken.append(chunk[: rows - count])
        count += len(chunk)
    return pa.Table.from_batches(taken, reader.schema)


def own_cursor(path: str) -> duckdb.DuckDBPyConnection:
    """For a statement of the reader's own (`app.console`). Raises NotTheirsError unless they may see everything."""
    scope = access.scope()
    if not scope.is_everything:
        raise NotTheirsError(scope)
    return _whole(path).cursor()


def is_theirs(path: str, name: str) -> bool:
    """Whether every table that a question asks is there for whoever reads now."""
    scope = access.scope()
    return scope.is_everything or _narrowed(path, scope.text).answers(questions.sql(name))


def _run(
    path: str, name: str, text: str, bound: dict[str, Any], take: Callable[[duckdb.DuckDBPyConnection], T], scope: str
) -> T:
    """What ``take`` makes of the answer for a reader of ``scope``, within the limits. Raises WarehouseError."""
    reader = access.Scope.parse(scope)
    if not reader.is_everything and not _narrowed(path, scope).answers(text):
        raise NotTheirsError(reader)
    try:
        return _limited(path, name, text, bound, take, scope)
    except duckdb.Error as error:
        if not reader.is_everything:
            # What DuckDB says may quote a value of somebody else's row, a path, or the name of a table.
            raise WarehouseError(
                f"The question queries/{name}.sql could not be answered.",
                "Whoever runs this sees why when they ask it.",
            ) from None
        if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
            raise WarehouseError(
                f"The build at {path} does not have what queries/{name}.sql asks for: {str(error).splitlines()[0]}",
                "It was made by another version. Run `spanledger doctor`, then `spanledger build --full-refresh`.",
            ) from error
        if isinstance(error, duckdb.IOException):
            raise WarehouseError(
                f"The build at {path} names a file that cannot be read: {str(error).splitlines()[0]}",
                "Run `spanledger doctor`; `spanledger build --full-refresh` writes the files again.",
            ) from error
        raise


def _limited(
    path: str, name: str, text: str, bound: dict[str, Any], take: Callable[[duckdb.DuckDBPyConnection], T], scope: str
) -> T:
    seconds = limits.timeout_s()
    try:
        cursor = _connection(path, scope).cursor()
        with limits.timed(cursor, seconds):
            return take(cursor.execute(text, bound))
    except duckdb.InterruptException as error:
        raise WarehouseError(
            f"The question queries/{name}.sql was not answered within {seconds:g} seconds.",
            f"Choose a shorter period or narrower filters, or raise {limits.TIMEOUT}.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise WarehouseError(
            f"The question queries/{name}.sql needs more than {limits.memory_bytes():,} bytes of memory.",
            f"Choose a shorter period or narrower filters, or raise {limits.MEMORY}.",
        ) from error


def _connection(path: str, scope: str) -> duckdb.DuckDBPyConnection:
    return _whole(path) if access.Scope.parse(scope).is_everything else _narrowed(path, scope).connection


@st.cache_resource(max_entries=8, show_spinner=False)
def _narrowed(path: str, scope: str) -> Narrowed:
    """One for each scope that somebody reads with; the eight used last stay open."""
    try:
        return open_narrowed(path, access.Scope.parse(scope), memory_bytes=limits.memory_bytes())
    except duckdb.Error:
        raise WarehouseError(
            "The build cannot be narrowed to what you may see.",
            "Whoever runs this finds the reason with `spanledger doctor`.",
        ) from None


@st.cache_resource(max_entries=2, show_spinner=False)
def _whole(path: str) -> duckdb.DuckDBPyConnection:
    try:
        return open_read_only(path, memory_bytes=limits.memory_bytes())
    except (duckdb.IOException, duckdb.SerializationException) as error:
        raise WarehouseError(
            f"{path} cannot be opened: {str(error).splitlines()[0]}",
            "Run `spanledger doctor`, then `spanledger build` to publish a new build.",
        ) from error
