"""DuckDB's SQL as Spark says it."""

import sqlglot


def translate(statement: str) -> str:
    """A statement in Spark's SQL."""
    text: str = sqlglot.transpile(statement, read="duckdb", write="spark")[0]
    return text
