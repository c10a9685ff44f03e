"""Result tables are described like marts, and hold what their description says."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from spanledger.published.project import PROJECT
from spanledger.results.registry import TABLES
from spanledger.results.table import TABLES as DESCRIPTIONS
from spanledger.results.table import ResultTable, Work


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_result_table_says_what_a_row_is_and_what_each_column_means(table: ResultTable) -> None:
    assert table.description.startswith("One row per ")
    assert all(column.description and column.data_type for column in table.columns)
    assert len({column.name for column in table.columns}) == len(table.columns)


def test_no_description_without_its_table_and_none_twice() -> None:
    described = {path.stem for path in DESCRIPTIONS.glob("*.yml")}
    assert described == {table.name for table in TABLES}
    models = {
        model["name"]
        for path in (PROJECT / "models").rglob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }
    assert not described & models
    assert all(
        yaml.safe_load(path.read_text())["models"][0]["name"] == path.stem for path in DESCRIPTIONS.glob("*.yml")
    )


def test_rows_that_are_not_as_described_end_the_build(tmp_path: Path) -> None:
    """A column too few names the table, its description and the column."""
    table = ResultTable("rpt_drift", lambda work: pa.table({"organization": ["o"]}))
    with duckdb.connect() as connection, pytest.raises(ValueError, match=r"rpt_drift.*yml differ in after_high_usd"):
        table.write(Work(connection, False, tmp_path))


def test_an_empty_table_has_its_columns_and_comments(tmp_path: Path) -> None:
    table = ResultTable("rpt_drift", lambda work: None)
    with duckdb.connect() as connection:
        table.write(Work(connection, False, tmp_path))
        there = connection.execute(
            "select column_name, comment from duckdb_columns() where table_name = 'rpt_drift' order by column_index"
        ).fetchall()
    assert there == [(column.name, column.description) for column in table.columns]
