"""The SQL page: what it answers, what it says of mistakes, what it tells of the tables, and its worked examples."""

import io
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pa_parquet
import pytest
from streamlit.testing.v1 import AppTest

from app import warehouse
from app.access import reader
from app.console import schema, statements
from app.evidence import addresses, files, readers
from app.views.sql import as_html
from tests.app.drawing import ask, page, text


@pytest.fixture(scope="module")
def path(data: Path) -> str:
    return str(next((data / "builds").glob("*/warehouse.duckdb")))


def test_a_statement_in_the_address_is_answered(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "SELECT sum(cost_usd) AS total, count(*) AS calls, 'a<b' AS odd, NULL AS nothing FROM fct_calls"
    drawn = page("sql", data, monkeypatch, q=question)
    shown = text(drawn)
    total = ask(data, "SELECT sum(cost_usd) FROM fct_calls")
    assert f"{total:f}".rstrip("0") in shown
    assert "a<b" in shown
    assert "1 row " in shown
    assert drawn.text_area[0].value == question
    assert [button.label for button in drawn.get("download_button")] == ["CSV", "Parquet"]


def test_what_is_typed_and_run_stands_in_the_address(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("sql", data, monkeypatch)
    assert "row" not in text(drawn).partition("What people ask first")[0].partition("rows")[0].split()
    drawn.text_area[0].set_value("SELECT 41 + 1 AS answer")
    drawn.get("button")[0].click()
    drawn.run()
    assert "42" in text(drawn)
    assert drawn.query_params["q"] == "SELECT 41 + 1 AS answer"
    drawn.text_area[0].set_value("SELECT '" + "".join(chr(97 + (i * i) % 26) for i in range(2000)) + "'")
    drawn.get("button")[0].click()
    drawn.run()
    assert set(drawn.query_params) == {"z"}


def _wandering() -> None:
    import streamlit as st

    from app.pages import PAGES
    from app.shell import draw

    draw(next(entry for group in PAGES.values() for entry in group if entry.url == st.session_state["at"]))


def test_who_comes_back_finds_the_last_statement(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_DATA", str(data))
    drawn = AppTest.from_function(_wandering, default_timeout=60)
    drawn.query_params["q"] = "SELECT 41 + 1"
    for at in ("sql", "quality", "sql"):
        drawn.session_state["at"] = at
        drawn.run()
        assert not drawn.exception
        if at == "quality":
            del drawn.query_params["q"]
    assert drawn.text_area[0].value == "SELECT 41 + 1"
    assert drawn.query_params["q"] == "SELECT 41 + 1"
    assert "42" in text(drawn)


def test_only_the_first_rows_are_shown_and_all_are_taken(
    path: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "SELECT range AS n, (range / 3)::DECIMAL(28, 12) AS third_usd FROM range(1000)"
    shown = text(page("sql", data, monkeypatch, q=question))
    assert f"The first {statements.MOST_SHOWN} rows" in shown
    assert "hold all of them" in shown
    table = statements.table(path, question)
    assert table.num_rows == 1000
    read = pa_parquet.read_table(io.BytesIO(files.parquet(table)))
    assert read.column("third_usd")[1].as_py() == Decimal("0.333333333333")
    assert files.csv(table).decode().splitlines()[2] == "1,0.333333333333"


def test_a_file_ends_where_it_says(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse, "MOST_ROWS", 150_001)
    assert statements.table(path, "FROM range(10000000000)").num_rows == 150_001


@pytest.mark.parametrize(
    ("question", "what", "said", "line"),
    [
        ("SELECT 1\nFORM fct_calls x", "This is no SQL that DuckDB reads", "syntax error", 2),
        ("SELECT\n  wrokflow_id\nFROM fct_calls", "A column or a type does not fit", "workflow_id", 2),
        ("FROM nope", "There is nothing of that name", "nope does not exist", 1),
        ("SELECT 'x'::INT", "A value cannot be read as that type", "'x'", 1),
        ("SELECT 1; SELECT 2", "Expected one statement that reads", "", None),
        ("DROP TABLE fct_calls", "Expected one statement that reads", "", None),
        ("FROM read_csv('/etc/passwd')", "Files, settings and other databases are closed here", "disabled", 1),
    ],
)
def test_mistakes_are_told_with_their_line(path: str, question: str, what: str, said: str, line: int | None) -> None:
    with pytest.raises(statements.StatementError) as caught:
        statements.ask(path, question)
    assert caught.value.what.startswith(what)
    assert said in caught.value.said
    assert caught.value.line == line
    if line is not None:
        above, mark = caught.value.excerpt.split("\n")
        assert above in question.split("\n")
        assert mark.strip() == "^"
        assert len(mark) <= len(above)


def test_a_mistake_is_drawn(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("sql", data, monkeypatch, q="SELECT\n  wrokflow_id\nFROM fct_calls")
    assert drawn.error[0].value.startswith("A column or a type does not fit, line 2. Referenced column")
    assert drawn.code[0].value == "  wrokflow_id\n  ^"
    damaged = page("sql", data, monkeypatch, z="AAAA")
    assert "damaged" in damaged.warning[0].value


def test_a_reader_of_a_part_is_refused(data: Path, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "login.toml").write_text(
        '[[scope]]\nemails = ["ada@example.com"]\norganization = "acme"\nteams = ["search"]\n'
    )
    user = {"is_logged_in": True, "email": "ada@example.com", "email_verified": True, "iat": time.time()}
    monkeypatch.setenv(reader.FILE, str(tmp_path / "login.toml"))
    monkeypatch.setattr(reader, "claims", lambda: user)
    with pytest.raises(warehouse.NotTheirsError):
        statements.ask(path, "SELECT 1")
    with pytest.raises(warehouse.NotTheirsError):
        statements.table(path, "SELECT 1")
    assert readers.refusal() is not None
    drawn = page("sql", data, monkeypatch, q="SELECT 41 + 1")
    assert not drawn.text_area
    assert "42" not in text(drawn)


def test_the_tables_are_told_and_found(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("sql", data, monkeypatch)
    names = ask(data, "SELECT list(DISTINCT table_name) FROM duckdb_columns() WHERE schema_name = 'main' "
                      "AND NOT internal")  # fmt: skip
    shown = text(drawn)
    assert all(name in shown for name in names)
    found = schema.matching(
        [
            schema.Table(
                "fct_calls", "One row per call.", [schema.Column("cost_usd", "DECIMAL(28,12)", "What it cost.")]
            ),
            schema.Table("fct_tasks", "One row per task.", [schema.Column("task_id", "VARCHAR", "")]),
        ],
        "what cost",
    )
    assert [(one.name, [column.name for column in one.columns]) for one in found] == [("fct_calls", ["cost_usd"])]


def test_names_in_a_description_are_drawn_as_code() -> None:
    assert as_html("`a<b` of `fct_calls`, 3 < 4") == "<code>a&lt;b</code> of <code>fct_calls</code>, 3 &lt; 4"


def test_no_connection_of_the_page_writes(path: str) -> None:
    with pytest.raises(duckdb.Error):
        warehouse.own_cursor(path).execute("CREATE TABLE main.x AS SELECT 1")


def test_the_documentation_has_the_page_s_limits() -> None:
    said = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    for number in (statements.MOST_SHOWN, warehouse.MOST_ROWS, addresses.MOST_PACKED):
        assert f"{number:,}" in said
