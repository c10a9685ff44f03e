"""A statement of DuckDB's to one of Spark's."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlglot
from sqlglot import exp, transforms
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from spanledger.spark.sql import (  # noqa: F401  (themes register their rules)
    aggregates,
    lists,
    numbers,
    objects,
    parts_of_lists,
    queries,
    refusals,
    sums,
    texts,
    times,
    whole_numbers,
    zones,
)
from spanledger.spark.sql.columns import ColumnsOf, expand
from spanledger.spark.sql.rules import apply

_DEPTH = 20_000  # sums of many terms nest: sqlglot goes down one frame and more for each
_one_at_a_time = threading.RLock()


class _Generator(SparkGenerator):
    """Spark 4 as it is: it has QUALIFY and TIME, which sqlglot writes around for older ones."""

    TRANSFORMS = {  # noqa: RUF012  (sqlglot's own form)
        **SparkGenerator.TRANSFORMS,
        exp.Select: transforms.preprocess([transforms.eliminate_distinct_on, transforms.unnest_to_explode]),
    }
    TYPE_MAPPING = {**SparkGenerator.TYPE_MAPPING, exp.DataType.Type.TIME: "TIME"}  # noqa: RUF012


class _Spark4(Spark):
    generator_class = _Generator
    Generator = _Generator


def translate(statement: str, columns_of: ColumnsOf | None = None) -> str:
    """What ``statement`` of DuckDB's is in Spark's SQL.

    ``columns_of`` says which columns a table has, called as the statement calls it, where a star must be written out
    (`union all by name`, `* replace`). Raises `NotTranslatedError` where a rule knows no way.
    """
    with deep():
        tree = sqlglot.parse_one(statement, read="duckdb")
        return str(apply(expand(tree, columns_of)).sql(dialect=_Spark4))


@contextmanager
def deep() -> Iterator[None]:
    """Room for statements that nest, for one thread at a time: the limit is the process's."""
    with _one_at_a_time:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, _DEPTH))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)
