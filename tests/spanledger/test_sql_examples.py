"""The SQL page's worked examples and its browser of tables, on a build of the project."""

from pathlib import Path

import pytest

from app import warehouse
from app.console import examples, statements
from app.evidence import addresses


@pytest.fixture(scope="module")
def path(made: Path) -> str:
    return str(next((made / "builds").glob("*/warehouse.duckdb")))


@pytest.mark.parametrize("example", examples.examples(), ids=lambda one: one.question.split("?")[0])
def test_each_example_is_answered(example: examples.Example, path: str) -> None:
    answer = statements.ask(path, example.text)
    assert answer.names
    assert addresses.statement(addresses.as_parameters(example.text)) == example.text


def test_most_examples_find_something_in_the_simulated_company(path: str) -> None:
    silent = [one.question for one in examples.examples() if not statements.ask(path, one.text).rows]
    assert len(examples.examples()) >= 12
    assert len(silent) <= 4, silent


def test_the_build_describes_its_tables_and_columns(path: str) -> None:
    """What the browser shows is what the models' YAML says: persisted as comments."""
    rows = warehouse.rows(path, "schema_columns", {})
    assert len({row["table_name"] for row in rows}) > 45
    told = [row for row in rows if row["about_table"] and row["about_column"]]
    assert len(told) > 0.95 * len(rows)
