"""The rules keep the meaning: each on values of all kinds, in DuckDB as written and in Spark as translated."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from spanledger.spark.sql import translate
from tests.spark import equal
from tests.spark.session import local_session

ROWS = 400
WHOLE = [None, 0, 1, -1, 2, 7, -7, 1000, 999_999_999_999, -(2**53) - 1, 2**62, -(2**62)]
REAL = [None, 0.0, -0.0, 0.1, -2.5, 2.5, 3.5, 1e300, -1e-300, 123456.789]
TEXT = [
    None,
    "",
    "a",
    "A",
    "ab",
    "a.b",
    "gpt-4o-2024-08-06",
    "claude@20250101",
    "é",
    "Ünïcödé",
    "日本",
    "x\ny",
    "a\n",
    "*",
    "(a)",
    "a b ",
]
MONEY = [None, "0", "-1.5", "1234567.000000000001", "0.000000000001"]
PATTERN = [None, "", "*", "a*", "?", "*b", "a.b", "[ab]*", "[!a]*", "(a)", "日?", "*\n*", "x+"]
NANOSECONDS = [None, 0, 1, 999, 1_700_000_000_123_456_789, 1_699_999_999_999_999_999, 951_782_400_000_000_000]

HERE = Path(__file__).parent / "meaning"
VALUES = HERE / "values.sql"
CASES = sorted(path.stem for path in HERE.glob("*.sql") if path != VALUES)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[str]]]:
    """What differs between the engines' answers to a query on `t`."""
    folder = tmp_path_factory.mktemp("meaning")
    spark: SparkSession = local_session()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(VALUES.read_text(encoding="utf-8"))
        marks = ", ".join("?" * 15)
        connection.executemany(f"insert into t values ({marks}, make_timestamptz(cast(? as bigint)))", _rows())
        connection.execute(f"copy t to '{folder / 't.parquet'}' (format parquet)")
        columns = [name for name, *_ in connection.execute("describe t").fetchall()]
        spark.read.parquet(str(folder / "t.parquet")).createOrReplaceTempView("t")

        def compare(sql: str) -> list[str]:
            types = [(name, of) for name, of, *_ in connection.execute(f"describe {sql}").fetchall()]
            expected = folder / "expected.parquet"
            connection.execute(f"copy ({sql}) to '{expected}' (format parquet)")
            return equal.differences(spark.sql(translate(sql, lambda _: columns)).toArrow(), expected, types)

        yield compare


def _rows() -> list[tuple[object, ...]]:
    dice = random.Random(7)

    def few(pool: list[object]) -> object:
        return dice.choice([None, [], [dice.choice(pool) for _ in range(dice.randint(1, 4))]])

    pools: tuple[list[object], ...] = (
        *(WHOLE, WHOLE, [None, 0, 5, 10**12], MONEY, [None, "0.0000025", "15"]),
        *(REAL, [one for one in REAL if str(one) != "-0.0"], TEXT, PATTERN, [None, True, False]),
    )
    return [
        (
            *(number, dice.randint(0, 40)),
            *(dice.choice(pool) for pool in pools),
            *(few([None, 0, 7, -5, 10**9]), few([*TEXT])),
            *(dice.choice(NANOSECONDS), dice.choice([None, 0, 1_700_000_000_123_456])),
        )
        for number in range(ROWS)
    ]


@pytest.mark.parametrize("what", CASES)
def test_means_the_same(both: Callable[[str], list[str]], what: str) -> None:
    assert both((HERE / f"{what}.sql").read_text(encoding="utf-8")) == []
