"""The page says what the rules do."""

from spanledger.spark.sql import table


def test_the_page_has_the_rules_of_today() -> None:
    text = table.PAGE.read_text(encoding="utf-8")
    assert table.page(text) == text, "run python -m spanledger.spark.sql.table with the packages of `make test-spark`"
