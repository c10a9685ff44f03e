"""The published build, opened for reading: the one way the command line asks questions."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from spanledger.exits import FAILED, NOTHING_PUBLISHED, USAGE, Failure
from spanledger.published.builds import Builds
from transforms.read_only import READING, is_reading, open_read_only

QUERIES = Path(__file__).parent.parent / "queries"
_AGAIN_S = 0.05


@dataclass(frozen=True)
class Limits:
    """What a reader's own SQL may take."""

    memory_bytes: int
    threads: int
    seconds: float


def published(data: Path) -> Path | None:
    """The published database, None before the first; makes no folder. Raises FileNotFoundError as `Builds` does."""
    return Builds(data).published if (data / "builds").is_dir() else None


@contextmanager
def opened(data: Path, limits: Limits | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, in UTC, closed to everything but reading it (`transforms.read_only`).

    Raises Failure when there is none, when it cannot be read, and once ``limits`` are exceeded.
    """
    with tempfile.TemporaryDirectory(prefix="spanledger-") as scratch, _open(data, scratch, limits) as connection:
        if limits is None:
            yield connection
        else:
            with _timed(connection, limits.seconds):
                yield connection


def _open(data: Path, scratch: str, limits: Limits | None) -> duckdb.DuckDBPyConnection:
    bounds = {"memory_bytes": limits.memory_bytes, "threads": limits.threads} if limits else {}
    try:
        path = published(data)
        if path is None:
            message = f"nothing has been published in {data} yet; send spans and run `spanledger build`"
            raise Failure(message, NOTHING_PUBLISHED)
        return open_read_only(str(path), scratch=scratch, **bounds)
    except (OSError, duckdb.Error) as error:
        raise Failure(f"the published build cannot be opened: {error}. Run `spanledger doctor`.", FAILED) from error


@contextmanager
def _timed(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    is_over, is_done = threading.Event(), threading.Event()

    def watch() -> None:
        if is_done.wait(seconds):
            return
        is_over.set()
        while not is_done.wait(_AGAIN_S):  # one may fall between two statements
            connection.interrupt()

    watching = threading.Thread(target=watch, name="query time")
    watching.start()
    try:
        yield
    except Failure as failure:
        if is_over.is_set():
            raise Failure(f"not answered within {seconds:g} s (query_timeout_s); ask for less", FAILED) from failure
        raise
    finally:
        is_done.set()
        watching.join()


def refuse_closed(connection: duckdb.DuckDBPyConnection, first: date | None, what: str) -> None:
    """Raises Failure where calls of the day ``first`` are asked for and no longer kept (keep_calls_months)."""
    if first is None:
        return
    # a build of a version that kept all calls does not say since when
    said = "select max(calls_from) from (from build_info union all by name select null::date as calls_from where false)"
    [(kept,)] = connection.execute(said).fetchall()
    if kept and first < kept:
        raise Failure(
            f"{what} asks for calls from {first} on, and those before {kept} are no longer kept (keep_calls_months); "
            "daily figures are: ask from that day on",
            USAGE,
        )


def question(name: str) -> str:
    """The text of `queries/<name>.sql`."""
    return (QUERIES / f"{name}.sql").read_text()


def answer(connection: duckdb.DuckDBPyConnection, text: str) -> duckdb.DuckDBPyRelation:
    """The rows of one reading statement. Raises Failure with the database's words, or for anything that writes."""
    try:
        if not is_reading(connection, text):
            raise Failure(f"expected {READING}", USAGE)
        return connection.sql(text)
    except duckdb.Error as error:
        raise Failure(str(error), FAILED) from error
