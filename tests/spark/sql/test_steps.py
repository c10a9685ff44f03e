"""A common table that is read too often is kept in a table first; DuckDB says the same of the steps as of the whole."""

import duckdb
import sqlglot

from spanledger.spark.sql.steps import MANY, steps

PLACES = " union all ".join(["select n + (select max(n) from base) as n from often"] * MANY)
COMMON = f"base as (select x as n from main.t), often as (select n from base), rest as ({PLACES})"
OFTEN = f"with {COMMON} select sum(n) from rest"


def test_what_is_read_too_often_is_kept_first() -> None:
    found = steps(OFTEN, "main.kept__")
    assert [name for name, _ in found] == ["main.kept__base", "main.kept__often", ""]
    with duckdb.connect() as connection:
        connection.execute("create table t as select unnest([1, 2, 5]) as x")
        expected = connection.execute(OFTEN).fetchall()
        for name, query in found[:-1]:
            connection.execute(f"create table {name} as {query}")
        connection.execute("drop table t")
        assert connection.execute(found[-1][1]).fetchall() == expected


def test_a_step_takes_along_what_it_needs() -> None:
    often = " union all ".join(["select * from two"] * MANY)
    [(name, query), last] = steps(f"with one as (select a from main.t), two as (select a from one) {often}", "work.m__")
    assert (name, query) == ("work.m__two", "WITH one AS (SELECT a FROM main.t) SELECT a FROM one")
    assert last[1].lower().count("from work.m__two as two") == MANY


def test_what_is_not_read_any_more_is_left_out() -> None:
    often = " union all ".join(["select * from three"] * MANY)
    common = "one as (select a from main.t), two as (select a from one), three as (select a from two)"
    *_, (_, last) = steps(f"with {common}, other as (select a from main.s) {often} union all from other", "work.m__")
    assert [common.alias for common in sqlglot.parse_one(last, read="duckdb").ctes] == ["other"]


def test_other_queries_stay_as_they_are() -> None:
    text = "with a as (select 1 as x) select * from a join a as b using (x) -- as it stands"
    assert steps(text, "work.m__") == [("", text)]
