"""What the rules make of single constructs; that the meaning stays is shown on both engines (`test_meaning.py`)."""

import pytest

pytest.importorskip("sqlglot", reason="of the extra `spark`")

from spanledger.spark.sql import translate
from spanledger.spark.sql.rules import NotTranslatedError

COLUMNS = {"t": ["a", "b"], "u": ["b", "c"]}


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("select a from t qualify row_number() over (order by a) = 1",
         "SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a NULLS LAST) = 1"),
        ("select make_timestamptz(a // 1000) from t", "SELECT TIMESTAMP_MICROS(a DIV 1000) FROM t"),
        ("select a from t union all by name select c, b from u",
         "SELECT a, NULL AS c, NULL AS b FROM (SELECT a FROM t) AS part "
         "UNION ALL SELECT NULL AS a, c, b FROM (SELECT c, b FROM u) AS part"),
        ("select t.* replace (b + 1 as b) from t join u using (b)",
         "SELECT t.a, b + 1 AS b FROM t JOIN u USING (b)"),
        ("with x as materialized (select 1 as y) select * replace (2 as y) from x",
         "WITH x AS (SELECT 1 AS y) SELECT 2 AS y FROM x"),
    ],
)  # fmt: skip
def test_says_in_spark(duckdb: str, spark: str) -> None:
    assert translate(duckdb, COLUMNS.__getitem__) == spark


@pytest.mark.parametrize(
    "duckdb", ["select list(a) from t", "select regexp_replace(a, 'x', 'y') from t", "select string_agg(a, ',') from t"]
)
def test_refuses_what_differs(duckdb: str) -> None:
    with pytest.raises(NotTranslatedError):
        translate(duckdb)
