"""On a reader's connection there are their rows, and nothing that a statement could name leads to others."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from app import questions
from app.access import Grant, Scope
from app.access.narrowing import Narrowed, open_narrowed
from tests.app.access.planted import MARKS
from tests.spanledger.test_sql_is_closed import FILES, STATEMENTS

OF_TEAM = Scope.of([Grant("acme", ("search",))])
OF_ORGANIZATION = Scope.of([Grant("acme")])


def database(data: Path) -> str:
    return str(next((data / "builds").glob("*/warehouse.duckdb")))


@pytest.fixture(scope="module")
def narrowed(builds: tuple[Path, Path]) -> Narrowed:
    return open_narrowed(database(builds[0]), OF_TEAM)


def alias(narrowed: Narrowed) -> str:
    names = narrowed.connection.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
    (hidden,) = {name for (name,) in names} - {"memory"}
    return str(hidden)


def test_every_table_holds_the_team_s_rows_alone(narrowed: Narrowed, builds: tuple[Path, Path]) -> None:
    """Compared with what the other build, in which all others' rows differ, gives for the same reader."""
    other = open_narrowed(database(builds[1]), OF_TEAM)
    assert narrowed.names == other.names
    for table in sorted(narrowed.names.tables):
        ours, theirs = (
            sorted(map(str, one.connection.execute(f"FROM {table}").fetchall())) for one in (narrowed, other)
        )
        assert ours == theirs, table
        assert MARKS[0] not in json.dumps(ours), table
    assert {"fct_calls", "fct_spans", "dim_budgets", "rpt_anomalies"} <= {
        table for table in narrowed.names.tables if narrowed.connection.execute(f"FROM {table} LIMIT 1").fetchall()
    }


def test_a_trace_of_several_teams_shows_the_calls_that_are_the_reader_s(narrowed: Narrowed) -> None:
    ask = narrowed.connection.execute
    whole = f"{alias(narrowed)}.main"
    mixed = f"SELECT trace_id FROM {whole}.fct_calls GROUP BY ALL HAVING count(DISTINCT team) > 1"
    shown = ask(f"SELECT role, call_id IN (SELECT call_id FROM fct_calls) FROM fct_spans WHERE trace_id IN ({mixed})")
    assert shown.fetchall() == [("call", True)]
    assert ask(f"SELECT count(*) FROM {whole}.fct_spans WHERE name = '{MARKS[0]}-tool'").fetchall() == [(1,)]
    assert ask("SELECT count(*) FROM fct_spans WHERE role = 'other'").fetchone() > (100,)


REACHING = [
    "FROM {alias}.main.fct_calls",
    "FROM {alias}.fct_calls",
    "SELECT (SELECT max(cost_usd) FROM {alias}.main.fct_calls)",
    "SELECT 1 WHERE EXISTS (FROM {alias}.main.fct_tasks)",
    "WITH a AS (FROM {alias}.main.fct_calls) FROM a",
    "FROM fct_calls UNION ALL FROM {alias}.main.fct_calls",
    "FROM fct_calls JOIN {alias}.main.fct_tasks USING (task_id)",
    "FROM facts.int_spans",
    "FROM rpt_versions",
    "FROM why_cost_changed(DATE '2026-11-01', DATE '2026-11-02', DATE '2026-11-03', DATE '2026-11-04')",
    "FROM {alias}.main.why_cost_changed(DATE '2026-11-01', DATE '2026-11-02', DATE '2026-11-03', DATE '2026-11-04')",
    "FROM duckdb_databases()",
    "FROM duckdb_databases",
    "FROM duckdb_views",
    "FROM DUCKDB_VIEWS",
    'FROM "duckdb_columns"',
    "FROM sqlite_master",
    "FROM information_schema.tables",
    "FROM pg_catalog.pg_class",
    "FROM system.main.duckdb_databases",
    "WITH a AS (FROM duckdb_views), duckdb_views AS (SELECT 1) FROM a",
    "FROM pragma_storage_info('{alias}.main.fct_calls')",
    "FROM pragma_table_info('{alias}.main.fct_calls')",
    "FROM storage_info('fct_calls')",
    "FROM query('FROM {alias}.main.fct_calls')",
    "FROM query_table('{alias}.main.fct_calls')",
    "FROM query_table(['fct_calls'])",
    "FROM sql_auto_complete('FROM ')",
    "DESCRIBE fct_calls",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "FROM (DESCRIBE fct_calls)",
    "FROM (SUMMARIZE {alias}.main.fct_calls)",
    "PIVOT fct_calls ON team USING sum(cost_usd)",
    "FROM (PIVOT {alias}.main.fct_calls ON team USING sum(cost_usd))",
    "EXPLAIN FROM fct_calls",
    "USE {alias}",
    "FROM fct_calls; FROM {alias}.main.fct_calls",
    "SELECT {alias}.main.cluster_of('a', 'b', 'c')",
    "no statement",
    "",
]


@pytest.mark.parametrize("text", [*REACHING, *FILES, *STATEMENTS])
def test_no_statement_reaches_further(narrowed: Narrowed, text: str) -> None:
    if text in FILES + STATEMENTS:
        places = dict.fromkeys(("file", "data", "fact", "facts", "link", "other", "lake", "out"), "/etc/passwd")
        text = text.format(**places)
    if text == "select getenv('HOME')":
        pytest.skip("names no table; the connection itself refuses it, as below")
    assert not narrowed.answers(text.replace("{alias}", alias(narrowed)))


@pytest.mark.parametrize(
    "text",
    [
        "FROM fct_calls",
        'SELECT a.team FROM "fct_calls" AS a, (SELECT 1) AS b WHERE a.run_attempt < b."1"',
        "WITH a AS (FROM main.fct_calls), b AS (FROM a) FROM b WHERE call_id IN (SELECT call_id FROM a)",
        "SELECT unnest([1, 2]) FROM range(3)",
        "VALUES (1)",
    ],
)
def test_a_plain_question_is_put(narrowed: Narrowed, text: str) -> None:
    assert narrowed.answers(text)


def test_the_connection_is_locked(narrowed: Narrowed) -> None:
    for text in ("FROM read_text('/etc/passwd')", "SELECT getenv('HOME')", "SET enable_external_access = true"):
        with pytest.raises(duckdb.Error, match=r"disabled|Cannot|locked|not exist|external"):
            narrowed.connection.cursor().execute(text)
    with pytest.raises(duckdb.Error, match="read-only"):
        narrowed.connection.cursor().execute(f"DELETE FROM {alias(narrowed)}.main.fct_calls")


def every_question() -> Iterator[str]:
    return (file.stem for file in sorted(questions.QUERIES.glob("*.sql")))


def test_questions_name_no_schema(builds: tuple[Path, Path]) -> None:
    """One that did would be answered to who sees everything alone; who sees an organization is answered them all."""
    of_organization = open_narrowed(database(builds[0]), OF_ORGANIZATION)
    refused = [name for name in every_question() if not of_organization.answers(questions.sql(name))]
    assert set(refused) <= {"schema_columns"}, "it asks what tables there are"


@pytest.mark.parametrize(
    "name", ["o'neill", "a') OR true --", '"', "true_of_organization", "$1", "true_of_row) OR (true", "whole.main"]
)
def test_a_name_is_a_name_whatever_stands_in_it(builds: tuple[Path, Path], name: str) -> None:
    scopes = [Grant(name), Grant("acme", (name,)), Grant("acme", (), (name,))]
    opened = open_narrowed(database(builds[0]), Scope.of(scopes))
    assert opened.connection.execute("SELECT count(*) FROM fct_calls").fetchall() == [(0,)]


def test_a_scope_without_grants_sees_no_row(builds: tuple[Path, Path]) -> None:
    opened = open_narrowed(database(builds[0]), Scope.of([]))
    assert opened.connection.execute("SELECT count(*) FROM fct_calls").fetchall() == [(0,)]
    assert not opened.answers("FROM fct_alerts")


def test_projects_see_no_table_without_projects(builds: tuple[Path, Path]) -> None:
    opened = open_narrowed(database(builds[0]), Scope.of([Grant("acme", (), ("answers",))]))
    assert not opened.answers("FROM rpt_agent_loops")
    assert opened.connection.execute("SELECT DISTINCT project FROM fct_calls").fetchall() == [("answers",)]
