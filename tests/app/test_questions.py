"""How a question is put together from the scopes it selects from."""

from pathlib import Path

import duckdb
import pytest

from app import questions

SCOPES = {
    "scoped_all": "-- Of scoped_all, twice.\nSELECT * FROM scoped_parts UNION ALL SELECT * FROM scoped_whole",
    "scoped_parts": "SELECT * FROM scoped_whole",
    "scoped_whole": "SELECT 1 AS calls",
    "scoped_besides": "SELECT 2 AS calls",
}


@pytest.fixture
def scopes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scopes").mkdir()
    for name, text in SCOPES.items():
        (tmp_path / "scopes" / f"{name}.sql").write_text(text)
    monkeypatch.setattr(questions, "QUERIES", tmp_path)


@pytest.mark.usefixtures("scopes")
def test_each_scope_stands_after_those_it_selects_from_whatever_their_names() -> None:
    text = questions.scoped("SELECT sum(calls) FROM scoped_all")
    assert duckdb.execute(text).fetchall() == [(2,)]
    assert text.index("scoped_whole AS") < text.index("scoped_parts AS") < text.index("scoped_all AS")
    assert "scoped_besides" not in text


@pytest.mark.usefixtures("scopes")
def test_scopes_that_select_from_each_other_end_in_an_error_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "scopes" / "scoped_whole.sql").write_text("SELECT * FROM scoped_all")
    with pytest.raises(duckdb.Error, match="scoped_"):
        duckdb.execute(questions.scoped("SELECT sum(calls) FROM scoped_all"))
