"""The published build, opened for reading: the one way the command line asks questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spanledger.builds import Builds
from spanledger.exits import FAILED, NOTHING_PUBLISHED, USAGE, Failure

QUERIES = Path(__file__).parent / "queries"
READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


def published(data: Path) -> Path | None:
    """The published database, None before the first; makes no folder. Raises FileNotFoundError as `Builds` does."""
    return Builds(data).published if (data / "builds").is_dir() else None


@contextmanager
def opened(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, read-only, in UTC. Raises Failure when there is none or it cannot be read."""
    try:
        path = published(data)
        if path is None:
            message = f"nothing has been published in {data} yet; send spans and run `spanledger build`"
            raise Failure(message, NOTHING_PUBLISHED)
        connection = duckdb.connect(str(path), read_only=True)
    except (OSError, duckdb.Error) as error:
        raise Failure(f"the published build cannot be opened: {error}. Run `spanledger doctor`.", FAILED) from error
    with connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def question(name: str) -> str:
    """The text of `queries/<name>.sql`."""
    return (QUERIES / f"{name}.sql").read_text()


def answer(connection: duckdb.DuckDBPyConnection, text: str) -> duckdb.DuckDBPyRelation:
    """The rows of one reading statement. Raises Failure with the database's words, or for anything that writes."""
    try:
        statements = connection.extract_statements(text)
        if len(statements) != 1 or statements[0].type not in READING:
            raise Failure("expected one statement that reads, such as SELECT, FROM, DESCRIBE, SHOW or EXPLAIN", USAGE)
        return connection.sql(text)
    except duckdb.Error as error:
        raise Failure(str(error), FAILED) from error
