"""What a rule can ask about is said in Python, in the models and in the tables between: the same in all."""

import ast

import duckdb

from tests.dbt_project.allocation_sql import LISTS, MACROS, META
from transforms.allocation import tables
from transforms.allocation.rules import ASKS, OWNERS


def test_models_ask_about_the_columns_that_rules_can_name() -> None:
    said = {name: ast.literal_eval(columns) for name, columns in LISTS.findall(MACROS)}
    assert said["allocation_asks"] == list(ASKS), "change both: ASKS of transforms/allocation/rules.py and the macro"
    assert said["owner_columns"] == list(OWNERS)


def test_the_tables_of_rules_have_a_column_for_each() -> None:
    with duckdb.connect() as connection:
        connection.execute(META.read_text())
        for name, schema in {"owner_rules": tables.OWNER_RULES, "shared_rules": tables.SHARED_RULES}.items():
            there = [column for column, *_ in connection.execute(f"describe meta.{name}").fetchall()]
            assert there == schema.names, (
                f"spanledger/sql/meta.sql, {name}: change it with transforms/allocation/tables"
            )
