"""A published build opened so that SQL can read it and nothing else: no other file, no network, no setting, no write.

DuckDB's own locks, closed in this order: `allowed_paths` names the Parquet files that the build's views read, external
access is switched off for all others, and the configuration is locked so that no statement opens either again.
"""

import re

import duckdb

_FILE = re.compile(r"'((?:[^']|'')*\.parquet)'")
READING = "one statement that reads, such as SELECT, FROM, DESCRIBE, SHOW or EXPLAIN"
_LOGGING = re.compile(r"\b(?:enable_logging|disable_logging|truncate_duckdb_logs|write_log)\b", re.IGNORECASE)
"""Functions, so part of a SELECT, that change settings in spite of all locks, and write where they are told to."""
_EXPLAIN = re.compile(r"\s*explain\b(?:\s+analyze\b)?(.*)", re.IGNORECASE | re.DOTALL)
_KEPT = {
    "parquet_metadata_cache": "true",  # a file never changes: read where its columns are once, not for each question
}
_CLOSED = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",  # a table name must not find a variable of this process
}


def open_read_only(
    path: str, *, scratch: str | None = None, memory_bytes: int | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """The database at ``path``, in UTC. What does not fit into ``memory_bytes`` spills into the folder ``scratch``, the
    one other place that can be written. Raises duckdb.Error where it cannot be opened.
    """
    # Set after connecting: what is said while connecting must be equal for all who open the file in one process.
    connection = duckdb.connect(path, read_only=True)
    if not _is_locked(connection):
        lock(connection, scratch=scratch, memory_bytes=memory_bytes, threads=threads)
    return connection


def lock(
    connection: duckdb.DuckDBPyConnection,
    *,
    scratch: str | None = None,
    memory_bytes: int | None = None,
    threads: int | None = None,
) -> None:
    """Close ``connection``, and all others to its instance, to everything but what its databases' views read."""
    wanted = {
        "temp_directory": scratch,
        "memory_limit": None if memory_bytes is None else f"{memory_bytes}B",
        "threads": None if threads is None else str(threads),
    }
    said = {**_KEPT, **_CLOSED, **{name: value for name, value in wanted.items() if value is not None}}
    for name, value in said.items():
        connection.execute(f"set global {name} = {_quoted(value)}")
    connection.execute("set global TimeZone = 'UTC'")
    if files := _files(connection):
        connection.execute(f"set global allowed_paths = [{', '.join(map(_quoted, files))}]")
    connection.execute("set global enable_external_access = false")
    connection.execute("set global lock_configuration = true")


def is_reading(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """Whether ``text`` is READING. What EXPLAIN ANALYZE explains is run, so it must read as well.

    Raises duckdb.Error where it cannot be parsed.
    """
    statements = connection.extract_statements(text)
    if len(statements) != 1:
        return False
    if statements[0].type == duckdb.StatementType.EXPLAIN:
        explained = _EXPLAIN.fullmatch(text)
        return explained is not None and is_reading(connection, explained[1])
    return statements[0].type == duckdb.StatementType.SELECT and not _LOGGING.search(text)


def _is_locked(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the process has the file open, and locked, already: connections share one instance."""
    return connection.execute("select current_setting('lock_configuration')").fetchall() == [(True,)]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _files(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The files that the build's own views read."""
    views = connection.execute("select sql from duckdb_views() where not internal").fetchall()
    return sorted({found.replace("''", "'") for (text,) in views for found in _FILE.findall(text)})
