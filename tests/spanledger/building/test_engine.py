"""The engine of a build: DuckDB loads nothing of Spark's; Spark without its packages says what to install."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import spanledger.spark
from spanledger.cli import main

LOADED = """
import sys
import spanledger.cli, spanledger.building.building, spanledger.running.up
OF_SPARK = ("pyspark", "py4j", "sqlglot", "spanledger.spark")
print(*(name for name in sys.modules if name.startswith(OF_SPARK)))
"""


def test_builds_on_duckdb_load_nothing_of_spark() -> None:
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert not found.stdout.split()


def test_without_the_extra_a_build_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spanledger.spark, "PACKAGES", ("pyspark_of_nobody",))
    result = CliRunner().invoke(main, ["build", "--data", str(tmp_path), "--engine", "spark"])
    assert result.exit_code == 1, result.output
    assert "engine spark needs packages that are not installed (pyspark_of_nobody)" in result.output
    assert "requirements-spark.lock" in result.output
    assert not (tmp_path / "builds" / "CURRENT").exists()


def test_an_engine_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["build", "--data", str(tmp_path), "--engine", "sparks"])
    assert result.exit_code == 2, result.output
    assert "'duckdb' or 'spark'" in result.output
