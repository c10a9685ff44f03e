"""Every table, chart and card says where it comes from, and that is what it shows, to the last digit."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pa_parquet
import pytest

from app import warehouse
from app.evidence import addresses, files, literals
from app.evidence.answers import Answered, Asked
from app.evidence.sections import Section
from app.pages import PAGES
from tests.app.drawing import ask, page

PLACES = [(entry.url, {"period": "all"}) for group in PAGES.values() for entry in group]
"""Each page as it opens over all days; what it also shows is added below."""
MORE = [
    ("", {"model": "gpt-5.2", "team": "search", "period": "7d"}),
    ("tasks", {"by": "model", "period": "all"}),
    ("attribution", {"by": "feature", "period": "all"}),
    ("calls", {"by": "class", "class_": "retry_duplicate", "period": "all"}),
    ("selfhost", {"load": "typed"}),
    ("buildbuy", {"costs": "example"}),
    ("opportunities", {"load": "typed"}),
]


@pytest.fixture(scope="module")
def plain(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse in DuckDB as anybody opens it, in a time zone of their own.

    A copy: connections to one path share the explorer's locked settings.
    """
    copy = shutil.copy(next((data / "builds").glob("*/warehouse.duckdb")), tmp_path_factory.mktemp("plain"))
    with duckdb.connect(copy, read_only=True) as connection:
        connection.execute("SET TimeZone = 'Asia/Kolkata'")
        yield connection


@pytest.mark.parametrize(("url", "params"), [*PLACES, *MORE])
def test_all_that_a_page_shows_says_where_it_comes_from(
    url: str, params: dict[str, str], data: Path, plain: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(sections(url, data, monkeypatch, **params), plain)


def test_a_trace_and_a_price_say_where_they_come_from(
    data: Path, plain: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace, span = (ask(data, f"SELECT arg_max({name}, cost_usd) FROM fct_calls") for name in ("trace_id", "span_id"))
    check(sections("trace", data, monkeypatch, trace=trace, span=span), plain)
    price = ask(data, "SELECT any_value(price_provider || '/' || price_model) FROM fct_call_charges")
    check(sections("prices", data, monkeypatch, of=price, period="all"), plain)


def sections(url: str, data: Path, monkeypatch: pytest.MonkeyPatch, **params: str) -> list[Section]:
    return page(url, data, monkeypatch, **params).session_state["evidence"]  # type: ignore[no-any-return]


def check(drawn: list[Section], plain: duckdb.DuckDBPyConnection) -> None:
    """Each thing shown has evidence; each question's literal SQL gives the rows it answered, and so do its files."""
    for section in drawn:
        for shown in section.shown:
            assert shown.is_told, (
                f"the {shown.kind} below “{section.title}” does not say where it comes from: call evidence.of(rows) "
                "or evidence.worked_out(rows) before it is drawn"
            )
        if section.shown or re.search(r"[$%]", section.title):
            assert section.evidence.is_any, f"nothing is told of “{section.title}” and what stands below it"
        answers = [(asked, answer(asked, plain)) for asked in section.evidence.asked]
        for shown in section.shown:
            for row in shown.rows:
                assert not isinstance(row, Answered) or is_among(row, answers), f"{row} of “{section.title}”"
        for title, rows, names in section.evidence.tables:
            check_files(files.table_of(rows, names), [[_kept(row.get(name)) for name in names] for row in rows], title)


def answer(asked: Asked, plain: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What plain DuckDB answers to the literal SQL: the page's rows first, and the files' rows."""
    text = literals.sql(asked)
    result = plain.execute(text)
    names = [column[0] for column in result.description]
    found = result.fetchall()
    rows = [dict(zip(names, values, strict=True)) for values in found]
    shown = warehouse.rows(asked.path, asked.name, asked.parameters)
    assert as_told(rows[: len(shown)]) == as_told(shown), f"{asked.name} answers otherwise in plain DuckDB:\n{text}"
    assert literals.is_cut(asked) or len(rows) == len(shown)
    table = warehouse.table(asked.path, asked.name, text)
    check_files(table, [list(row.values()) for row in table.to_pylist()], asked.name)
    assert as_told(table.to_pylist()) == as_told(rows)
    for taken, row in zip(table.to_pylist(), rows, strict=True):
        assert all(isinstance(taken[name], Decimal) for name in row if isinstance(row[name], Decimal)), asked.name
    return rows


def _kept(value: Any) -> Any:
    """As a file gives it back: there are no tuples in it."""
    return list(value) if isinstance(value, tuple) else value


def as_told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with floats to 12 digits: threads add them up in any order, unlike decimals."""
    return [{name: float(f"{v:.12g}") if isinstance(v, float) else v for name, v in row.items()} for row in rows]


def is_among(row: Answered, answers: list[tuple[Asked, list[dict[str, Any]]]]) -> bool:
    """Whether the row is one of its question's; what the page put in place of a value is its own."""
    rows = next(rows for asked, rows in answers if asked == row.asked)
    own = set(rows[0])
    return any(sum(one[name] == row[name] for name in own) >= len(own) - 2 for one in rows) and own <= set(row)


def check_files(table: Any, rows: list[list[Any]], what: str) -> None:
    """CSV and Parquet hold the rows, in order, money with every digit."""
    parquet = pa_parquet.read_table(io.BytesIO(files.parquet(table)))
    assert [list(row) for row in zip(*(column.to_pylist() for column in parquet.columns), strict=True)] == rows, what
    read = list(csv.reader(io.StringIO(files.csv(table).decode())))
    assert read[0] == table.column_names
    assert len(read) == len(rows) + 1
    for written, row in zip(read[1:], rows, strict=True):
        for text, value in zip(written, row, strict=True):
            if isinstance(value, Decimal):
                assert (Decimal(text), "e" in text.lower()) == (value, False), f"{what}: {text} for {value}"
            elif value is None:
                assert text == ""
            elif isinstance(value, str | int) and not isinstance(value, bool):
                assert text == str(value)


def test_what_the_button_opens(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("waste", data, monkeypatch, period="all")
    assert not drawn.code, "nothing is drawn before it is opened"
    drawn.session_state["evidence_waste_3"] = True
    drawn.run()
    assert not drawn.exception
    (code,) = drawn.code
    assert code.value.startswith("WITH scoped_calls AS ")
    assert "LIMIT" not in code.value
    assert [button.label for button in drawn.get("download_button")] == ["CSV", "Parquet"]
    assert "sql?z=" in " ".join(node.proto.body for node in drawn.main if node.type == "html")


@pytest.mark.parametrize("text", ["SELECT 1", "SELECT 'ü & # ? +'\n-- two lines", "SELECT " + "x, " * 2000 + "1"])
def test_a_statement_comes_back_from_its_address(text: str) -> None:
    assert addresses.statement(addresses.as_parameters(text)) == text


def test_a_damaged_or_endless_address_is_told() -> None:
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b"x" * 10**7)).decode()
    for packed, said in ((bomb, "too long"), ("AAAA", "damaged"), (bomb[:50], "cut off")):
        with pytest.raises(ValueError, match=said):
            addresses.statement({addresses.PACKED: packed})


def test_literals_read_back_as_they_were(plain: duckdb.DuckDBPyConnection) -> None:
    from datetime import UTC, date, datetime, timedelta

    moment = datetime(2026, 11, 22, 3, 55, 0, 847000, UTC)
    for value in ("it's $first -- no", 5, -5, Decimal("0.000000000001"), 0.1, 1e-7, True, None, moment,
                  date(2026, 1, 2), timedelta(hours=1), ["a", "b'"], []):  # fmt: skip
        (read,) = plain.execute(f"SELECT {literals.literal(value)}").fetchone() or ()
        assert read == value
    assert literals.written("SELECT '$a', $a -- $a", {"a": 1}, "x") == "SELECT '$a', 1 -- $a"
