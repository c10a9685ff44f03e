"""Of a real build, a team's reader gets what is the team's: no value that only others have stands in any table."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from app.access import Grant, Scope, tables
from app.access.narrowing import Narrowed, open_narrowed
from spanledger.published.current import published

NAMES = ("team", "workflow_id", "workflow_run_id", "task_id", "trace_id", "call_id", "user_id", "prompt_version")


@pytest.fixture(scope="module")
def whole(made: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    database = published(made)
    assert database is not None
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def narrowed(made: Path, *grants: Grant) -> Narrowed:
    return open_narrowed(str(published(made)), Scope.of(list(grants)))


def test_every_table_of_a_build_has_a_rule(whole: duckdb.DuckDBPyConnection) -> None:
    found = whole.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'").fetchall()
    assert len(found) > 45
    assert [name for (name,) in found if not tables.is_ruled(name)] == []


@pytest.mark.parametrize("team", ["finance", "search"])
def test_nothing_of_others_stands_in_any_table(made: Path, whole: duckdb.DuckDBPyConnection, team: str) -> None:
    own = f"organization = 'northwind' AND team = '{team}'"
    said = [f"SELECT {name} AS value, coalesce({own}, false) AS is_own FROM fct_calls" for name in NAMES]
    theirs = "SELECT value FROM ({}) WHERE length(value) > 4 GROUP BY value HAVING NOT bool_or(is_own)"
    foreign = {value for (value,) in whole.execute(theirs.format(" UNION ALL ".join(said))).fetchall()}
    assert len(foreign) > 200
    reader = narrowed(made, Grant("northwind", (team,)))
    calls = whole.execute(f"SELECT count(*), sum(cost_usd) FROM fct_calls WHERE {own}").fetchall()
    assert reader.connection.execute("SELECT count(*), sum(cost_usd) FROM fct_calls").fetchall() == calls
    for table in sorted(reader.names.tables):
        answer = reader.connection.execute(f"FROM {table}")
        texts = [number for number, column in enumerate(answer.description) if str(column[1]) == "VARCHAR"]
        found = {row[number] for row in answer.fetchall() for number in texts}
        assert not found & foreign, table


def test_an_organization_s_reader_has_all_tables_but_one(made: Path) -> None:
    reader = narrowed(made, Grant("northwind"))
    assert not reader.answers("FROM focus_cost_and_usage")
    assert reader.names.macros >= {"why_cost_changed", "why_versions_differ"}
    assert reader.answers(
        "FROM why_cost_changed(DATE '2026-10-01', DATE '2026-10-02', DATE '2026-10-03', DATE '2026-10-04')"
    )
    assert reader.connection.execute("SELECT count(*) FROM rpt_usage_daily").fetchall()[0][0] > 100


def test_the_team_s_spans_are_whole_traces(made: Path, whole: duckdb.DuckDBPyConnection) -> None:
    reader = narrowed(made, Grant("northwind", ("finance",)))
    [(roles, trees)] = reader.connection.execute(
        "SELECT count(DISTINCT role), count(*) FILTER (parent_span_id IS NULL) FROM fct_spans"
    ).fetchall()
    assert (roles > 1, trees > 5) == (True, True)
