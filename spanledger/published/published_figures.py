"""What the published build says of calls and tasks, opened for the build that is compared with it."""

import json

import duckdb

FIGURES = {"int_calls": "published_calls", "int_tasks": "published_tasks"}
"""History models, and the tables of schema `meta` that show them."""

NOT_REPLACED = """not exists (
    select 1 from meta.published_removed as removed where removed.path = files.filename and removed.key = files.task_key
)"""
"""Rows of the published build's files that it still counts."""


def open_published(connection: duckdb.DuckDBPyConnection, attached: str) -> None:
    """`meta.published_…` as the published build, ``attached`` under that name, left them, with the columns it has.

    A build without a call, as the first one before any span is, published no figure that another could restate.
    """
    paths = {model: _paths(connection, attached, model) for model in FIGURES}
    if not paths["int_calls"]:
        return
    _open_build(connection, attached)
    _open_removed(connection, attached)
    for model, name in FIGURES.items():
        if paths[model]:
            _open_figures(connection, paths[model], name)


def _paths(connection: duckdb.DuckDBPyConnection, attached: str, model: str) -> list[str]:
    query = f"select path from {attached}.meta.history_files where model = ?"
    return [path for (path,) in connection.execute(query, [model]).fetchall()]


def _open_build(connection: duckdb.DuckDBPyConnection, attached: str) -> None:
    (row,) = connection.execute(f"from {attached}.meta.build").to_arrow_table().to_pylist()
    # a build of an earlier version knew no instant of its own
    known = [row["build_id"], row.get("made_at") or row["finished_at"], row.get("outcome_rules")]
    connection.execute("insert into meta.published (build_id, finished_at, outcome_rules) values (?, ?, ?)", known)


def _open_removed(connection: duckdb.DuckDBPyConnection, attached: str) -> None:
    tables = "select 1 from duckdb_tables() where database_name = ? and table_name = 'history_removed'"
    if connection.execute(tables, [attached]).fetchone():  # an earlier version wrote whole dates again
        connection.execute(f"insert into meta.published_removed select path, key from {attached}.meta.history_removed")


def _open_figures(connection: duckdb.DuckDBPyConnection, paths: list[str], name: str) -> None:
    files = json.dumps(paths).replace('"', "'")
    wanted = [column for column, *_ in connection.execute(f"describe meta.{name}").fetchall()]
    source = f"read_parquet({files}, hive_partitioning = false, union_by_name = true, filename = true)"
    there = {column for column, *_ in connection.execute(f"describe from {source}").fetchall()}
    columns = ", ".join(column for column in wanted if column in there)
    connection.execute(f"alter table meta.{name} rename to {name}_columns")
    connection.execute(
        f"create view meta.{name} as from meta.{name}_columns union all by name "
        f"select {columns} from {source} as files where {NOT_REPLACED}"
    )
