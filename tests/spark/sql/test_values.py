"""What translated expressions come to: DuckDB and Spark say the same of the same values."""

from typing import Any

import duckdb
import pytest

pytest.importorskip("pyspark", reason="of the extra `spark`")

from pyspark.sql import SparkSession

from spanledger.spark.sql import translate
from spanledger.spark.sql.rules import NotTranslatedError
from tests.spark.session import local_session


@pytest.fixture(scope="module")
def spark() -> SparkSession:
    return local_session()


MOMENTS = "(values (timestamptz '2026-03-29 00:37:00+00'), (timestamptz '2025-12-31 23:59:59+00')) as t(seen_at)"


@pytest.mark.parametrize(
    "query",
    [
        # sums
        "select sum(x order by k), avg(x order by k)"
        " from (values (1e16::double, 1), (1.5, 2), (-1e16, 3), (null, 4)) as t(x, k)",
        "select sum(x order by k) filter (where k > 9), any_value(x)"
        " from (values (null, 1), (2.5::double, 2)) as t(x, k)",
        "select quantile_cont(x, 0.95), quantile_cont(x, 0.5)"
        " from (values (1.5::double), (2.25), (9.1), (null)) as t(x)",
        "select string_agg(distinct x, ', ' order by x) filter (where x != 'b')"
        " from (values ('c'), ('a'), ('b'), ('c')) as t(x)",
        "select string_agg(distinct x, ', ' order by x) filter (where x = 'z') from (values ('c'), ('a')) as t(x)",
        # whole numbers
        "select w // p as q, w // p * p, -w // p"
        " from (select cast(x as hugeint) as w, p from (values (123456789012345678901, 7)) as t(x, p)) as n",
        "select 7 // 2, -7 // 2, 7 // nullif(0, 0)",
        "select trunc(x, 2), trunc(x), trunc(-x, 2) from (values (12.3456::decimal(18, 6))) as t(x)",
        # lists
        "select list_has_all(['a', 'b'], ['b']), list_has_all(['a'], ['b']), list_has_all(['a'], []::varchar[])",
        "select list_contains(['a', null], 'b'), list_contains(['a', null], 'a')",
        "select list_slice([1, 2, 3], 1, 2), list_slice([1], 1, 20), [1, 2, 3][2:], [1][2:], [1, 2][3:]",
        "select list_filter(['a', 'b'], lambda p, i: [4, 6][i] < 5), list_transform([5, 6], lambda x, i: x * i)",
        # JSON and URLs
        """select cast(json_merge_patch('{}', json_object('a', 'x/é"', 'b', null, 'c', 5)) as varchar)""",
        "select json_valid(x), json_type(x) = 'ARRAY' from (values ('[1]'), (' [\"a\"]'), ('{}')) as t(x)",
        "select json_valid(x) from (values ('a'), ('[1'), (null)) as t(x)",
        "select url_encode('a b*c~d/é&=-_.+')",
        # time
        f"select time_bucket(interval 15 minutes, seen_at) from {MOMENTS}",
        f"select date_trunc('day', seen_at at time zone 'Europe/Berlin') at time zone 'Europe/Berlin' from {MOMENTS}",
        f"select (date_trunc('month', seen_at at time zone z) + interval 1 month) at time zone z"
        f" from {MOMENTS}, (values ('Asia/Tokyo')) as zones(z)",
        f"select date_trunc(u, seen_at at time zone z) at time zone z"
        f" from {MOMENTS}, (values ('month', 'Asia/Tokyo')) as v(u, z)",
        f"select seen_at - to_seconds(90), seen_at < timezone('UTC', cast(date '2026-03-29' as timestamp))"
        f" from {MOMENTS}",
        "select date '2026-01-01' < date 'infinity', date '2026-01-01' > date '-infinity'",
    ],
)  # fmt: skip
def test_both_say_the_same(query: str, spark: SparkSession) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        expected = connection.execute(query).to_arrow_table()
    made = spark.sql(translate(query)).toArrow()
    assert rows(made) == rows(expected)


def rows(table: Any) -> list[tuple[Any, ...]]:
    """Rows by place, as text where a moment has or has not a zone."""
    return [tuple(map(_plain, row)) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


@pytest.mark.parametrize(
    "query",
    [
        "select sum(x order by k desc) from t",
        "select percentile_cont(0.5) within group (order by x) from t",
        "select string_agg(distinct x, ',' order by y) from t",
        "select list_slice(x, 2, 3) from t",
        "select x[1:2] from t",
        "select time_bucket(interval 7 minutes, at) from t",
        "select time_bucket(interval 1 month, at) from t",
        "select cast(x as timestamp) at time zone 'Europe/Berlin' from t",
        "select json_merge_patch(x, y) from t",
    ],
)
def test_what_is_not_alike_is_refused(query: str) -> None:
    with pytest.raises(NotTranslatedError):
        translate(query)
