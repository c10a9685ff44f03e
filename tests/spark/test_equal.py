"""What the comparison of builds calls equal."""

import math

import pyarrow as pa
import pytest

from tests.spark.equal import differences

TYPES = [("name", "VARCHAR"), ("share", "DOUBLE"), ("parts", "DOUBLE[]")]
ROWS = [("a", 0.1, [1.5]), ("a", 0.1, [1.5]), ("b", None, None), ("c", math.nan, [])]


def table(rows: list[tuple[object, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    types = [pa.string(), pa.float64(), pa.list_(pa.float64())]
    return pa.table(
        {name: pa.array(column, kind) for (name, _), column, kind in zip(TYPES, columns, types, strict=True)}
    )


def test_order_and_the_last_place_of_doubles_are_alike() -> None:
    nearly = [
        ("c", math.nan, []),
        ("b", None, None),
        ("a", math.nextafter(0.1, 1), [1.5]),
        ("a", 0.1, [math.nextafter(1.5, 0)]),
    ]
    assert differences(table(nearly), table(ROWS), TYPES) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*ROWS, ROWS[0]], "1 rows are Spark's alone, 0 DuckDB's, of 4"),
        (ROWS[1:], "0 rows are Spark's alone, 1 DuckDB's, of 4"),
        ([ROWS[0], ROWS[2], ROWS[2], ROWS[3]], "1 rows are Spark's alone, 1 DuckDB's, of 4"),
        ([*ROWS[:2], ("b", None, []), ROWS[3]], "1 rows are Spark's alone, 1 DuckDB's, of 4"),
        ([("a", 0.1 + 1e-15, [1.5]), *ROWS[1:]], "1 rows are Spark's alone, 1 DuckDB's, of 4"),
    ],
)
def test_what_differs_is_said(rows: list[tuple[object, ...]], said: str) -> None:
    assert differences(table(rows), table(ROWS), TYPES)[0] == said


def test_a_column_of_one_side_alone_is_said() -> None:
    assert differences(table(ROWS).drop(["share"]), table(ROWS), TYPES) == [
        "columns of one side alone, or twice: ['share']"
    ]
