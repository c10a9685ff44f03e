"""The session listens on loopback and downloads nothing; without Java a build says what to install."""

from pathlib import Path

import pytest

from spanledger.published.build_errors import BuildError
from spanledger.spark import spark_models
from spanledger.spark.columns import ddl, spark_type
from spanledger.spark.workbench import _pattern
from tests.spark.session import LIMITS, local_session


def test_without_java_a_build_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    models = spark_models()(tmp_path / "dbt", LIMITS)
    with pytest.raises(BuildError, match="needs Java 17 or newer and found none: install"):
        models.run(tmp_path / "warehouse.duckdb", tmp_path / "previous.duckdb", tmp_path / "facts", rows=0)


def test_spark_stays_on_this_machine() -> None:
    running = local_session()
    settings = dict(running.sparkContext.getConf().getAll())
    assert settings["spark.driver.host"] == settings["spark.driver.bindAddress"] == "127.0.0.1"
    assert running.sparkContext.uiWebUrl is None
    assert not settings["spark.jars.packages"]
    assert running.sql("select current_timezone()").collect()[0][0] == "UTC"


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("TIMESTAMP WITH TIME ZONE", "timestamp"),
        ("DECIMAL(28,12)[]", "array<decimal(28,12)>"),
        (
            'STRUCT("name" VARCHAR, score DOUBLE, held DECIMAL(4,2))[]',
            "array<struct<`name`:string,`score`:double,`held`:decimal(4,2)>>",
        ),
    ],
)
def test_types_are_said_as_spark_says_them(duckdb: str, spark: str) -> None:
    assert spark_type(duckdb) == spark


def test_a_type_that_nobody_uses_is_named() -> None:
    with pytest.raises(ValueError, match="'UHUGEINT' is no type that the models use"):
        ddl([("a", "UHUGEINT")])


def test_many_paths_become_one_pattern() -> None:
    assert _pattern(["/d/f/date=1/a.parquet"]) == "/d/f/date=1/a.parquet"
    assert _pattern(["/d/f/date=1/a.parquet", "/d/f/date=2/b.parquet"]) == "/d/f/{date=1/a.parquet,date=2/b.parquet}"
    with pytest.raises(BuildError, match="a path without braces"):
        _pattern(["/d{/f/a.parquet", "/d{/g/b.parquet"])
