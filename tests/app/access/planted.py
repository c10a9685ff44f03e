"""Two builds that differ in other teams' rows alone: what one team's reader sees of them must not differ.

The reader's team is `search` of `acme`. In both, names and ids of everybody else have a mark, another organization
has a team of the same name, and there is something of others of every kind; in the second all their amounts are others,
and some of their calls are missing.
"""

from pathlib import Path
from types import ModuleType

import duckdb

TEAM, ORGANIZATION = "search", "acme"
MARKS = ("zqz", "yqy")
OWN = "organization = 'acme' AND team = 'search'"
SEEN_BY_ALL = {"build_info", "dim_periods", "dim_prices"}
NAMES = (
    *("team", "project", "feature", "cost_center", "workflow_id", "workflow_run_id", "task_id", "trace_id", "span_id"),
    *("call_id", "prompt_name", "service_name", "step"),
)


def publish(sample: ModuleType, data: Path, mark: str, *, is_other: bool) -> Path:
    path: Path = sample.publish(data, days=14, per_day=3)
    with duckdb.connect(str(path)) as con:
        _another_organization(con)
        _things_of_others(con)
        _mark(con, mark)
        if is_other:
            _change(con)
    return path


def _tables(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns with their types, by table; tables of the schema facts under their full name."""
    found: dict[str, dict[str, str]] = {}
    columns = "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
    for schema, table, column, kind in con.execute(columns).fetchall():
        found.setdefault(table if schema == "main" else f"{schema}.{table}", {})[column] = kind
    views = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    return {name: columns for name, columns in found.items() if name not in views}


def _another_organization(con: duckdb.DuckDBPyConnection) -> None:
    """With a team of the same name, and with the same call, trace and task ids: keys hold the organization."""
    for table, columns in _tables(con).items():
        if {"organization", "team"} <= columns.keys() and table not in ("dim_budgets", "facts.int_spans"):
            con.execute(f"INSERT INTO {table} SELECT * REPLACE ('other-inc' AS organization) FROM {table} WHERE {OWN}")


def _things_of_others(con: duckdb.DuckDBPyConnection) -> None:
    con.execute((Path(__file__).parent / "planted.sql").read_text())


def _mark(con: duckdb.DuckDBPyConnection, mark: str) -> None:
    """Put the mark before every value that only others have."""
    con.execute("CREATE TEMP TABLE named (value VARCHAR, is_own BOOLEAN)")
    for table in ("fct_calls", "fct_tasks", "fct_spans"):
        own = OWN if table != "fct_spans" else f"trace_id IN (SELECT trace_id FROM fct_calls WHERE {OWN})"
        for name in set(NAMES) & _tables(con)[table].keys():
            con.execute(f"INSERT INTO named SELECT DISTINCT {name}, coalesce({own}, false) FROM {table}")
    con.execute("CREATE TEMP TABLE theirs AS SELECT value FROM named GROUP BY value HAVING NOT bool_or(is_own)")
    con.execute("DROP TABLE named")
    for table, columns in _tables(con).items():
        for column in [name for name, kind in columns.items() if kind == "VARCHAR" and table != "theirs"]:
            name = f'"{column}"'
            con.execute(f"UPDATE {table} SET {name} = '{mark}-' || {name} WHERE {name} IN (SELECT value FROM theirs)")
            con.execute(f"UPDATE {table} SET {name} = replace({name}, 'MARK', '{mark}') WHERE {name} LIKE '%MARK%'")


def _change(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE TEMP TABLE own_calls AS SELECT call_id, trace_id, task_id FROM fct_calls WHERE {OWN}")
    con.execute(f"DELETE FROM fct_calls WHERE NOT coalesce({OWN}, false) AND hash(call_id) % 3 = 0")
    for table, columns in _tables(con).items():
        foreign = _foreign(table, columns)
        amounts = [
            name for name, kind in columns.items() if kind.startswith(("DECIMAL(28", "DOUBLE")) and "[" not in kind
        ]
        if foreign is not None and amounts:
            changes = ", ".join(f"{name} = {name} * 3" for name in amounts)
            con.execute(f"UPDATE {table} SET {changes} WHERE {foreign}")
    con.execute("UPDATE build_info SET lake_rows = lake_rows + 1000, data_until = data_until + INTERVAL 2 MINUTE")


def _foreign(table: str, columns: dict[str, str]) -> str | None:
    """Which rows are others', found otherwise than `app.access` does: what names no owner is all others'."""
    if table == "dim_prices":
        return "source LIKE 'contract of%'"
    if table in SEEN_BY_ALL or table in ("own_calls", "theirs"):
        return "true" if table == "dim_periods" else None
    if table in ("dim_budgets", "rpt_budget_status"):
        return "budget_id <> 'search-month'"
    if table == "fct_spans":
        return "trace_id NOT IN (SELECT trace_id FROM own_calls) OR span_id = 'feedfeedfeedfeed'"
    if "team" in columns:
        return f"NOT coalesce({OWN}, false)"
    if "scope_kind" in columns:
        return "NOT (organization = 'acme' AND scope_kind = 'team' AND coalesce(scope = 'search', false))"
    for key in ("call_id", "trace_id", "task_id"):
        if key in columns:
            return f"{key} IS NULL OR {key} NOT IN (SELECT {key} FROM own_calls)"
    return "true"
