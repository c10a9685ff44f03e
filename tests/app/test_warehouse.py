"""Finding, opening and following builds; each broken state names the fault and the cure."""

from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
import streamlit as st
import yaml

from app import warehouse


def test_a_new_build_is_followed_and_the_old_one_stays_readable(tmp_path: Path, sample: ModuleType) -> None:
    sample.publish(tmp_path, build_id="one", days=2)
    before = warehouse.current(tmp_path)
    sample.publish(tmp_path, build_id="two", days=4)
    after = warehouse.current(tmp_path)
    assert (before.build_id, after.build_id) == ("one", "two")
    calls = [warehouse.rows(build.path, "extent", {})[0]["calls"] for build in (before, after)]
    assert calls[0] < calls[1]


def test_no_build_yet(tmp_path: Path) -> None:
    with pytest.raises(warehouse.NoBuildError, match="There is no build in"):
        warehouse.current(tmp_path)


def test_current_names_a_missing_build(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    (tmp_path / "builds" / "CURRENT").write_text("20260101T000000Z-gone\n")
    with pytest.raises(warehouse.WarehouseError, match=r"20260101T000000Z-gone.*does not exist.*spanledger doctor"):
        warehouse.current(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "builds" / "bad").mkdir(parents=True)
    (tmp_path / "builds" / "bad" / "warehouse.duckdb").write_text("this is no database" * 900)
    (tmp_path / "builds" / "CURRENT").write_text("bad")
    with pytest.raises(warehouse.WarehouseError, match=r"cannot be opened.*spanledger doctor"):
        warehouse.current(tmp_path)


def test_a_build_of_another_shape(tmp_path: Path, sample: ModuleType) -> None:
    path = sample.publish(tmp_path, build_id="odd", days=2)
    with duckdb.connect(str(path)) as con:
        con.execute("ALTER TABLE rpt_usage_quarter_hourly DROP COLUMN model")
    build = warehouse.current(tmp_path)
    with pytest.raises(warehouse.WarehouseError, match=r"queries/options.sql asks for.*model.*--full-refresh"):
        warehouse.rows(build.path, "options", {})


def test_a_renamed_build_folder(tmp_path: Path, sample: ModuleType) -> None:
    sample.publish(tmp_path, build_id="real", days=2)
    (tmp_path / "builds" / "real").rename(tmp_path / "builds" / "other")
    (tmp_path / "builds" / "CURRENT").write_text("other")
    with pytest.raises(warehouse.WarehouseError, match="expected one row for the build other"):
        warehouse.current(tmp_path)


def test_a_missing_parameter_is_named(data: Path) -> None:
    build = warehouse.current(data)
    with pytest.raises(LookupError, match=r"queries/call_list.sql needs the parameters .*'order'"):
        warehouse.rows(build.path, "call_list", {})


def test_what_a_question_does_not_ask_for_does_not_ask_it_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = warehouse._run

    def noted(path: str, name: str, *more: Any) -> Any:
        asked.append(name)
        return ask(path, name, *more)

    monkeypatch.setattr(warehouse, "_run", noted)
    path = warehouse.current(data).path
    st.cache_data.clear()  # another test may have asked
    known = {"by": "no parameter of it"}
    assert warehouse.rows(path, "price_models", known) == warehouse.rows(path, "price_models", known | {"by": "x"})
    warehouse.rows(path, "price_card", known | {"price_provider": "anthropic", "price_model": "claude-opus-4-8"})
    warehouse.rows(path, "price_card", known | {"price_provider": "anthropic", "price_model": "claude-haiku-4-5"})
    assert asked == ["price_models", "price_card", "price_card"]


MIRRORED = (
    *("dim_budgets", "dim_prices", "fct_call_charges", "fct_calls", "fct_restatements"),
    *("rpt_budget_status", "rpt_versions"),
)
"""Marts of which the sample has columns as a build has them."""


def test_the_sample_has_the_marts_own_columns(data: Path) -> None:
    """Pages drawn on the sample would otherwise say nothing about pages on a build."""
    marts = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
    build = warehouse.current(data)
    with duckdb.connect(build.path, read_only=True) as con:
        for name in MIRRORED:
            (model,) = yaml.safe_load((marts / f"{name}.yml").read_text())["models"]
            contract = {column["name"]: column["data_type"] for column in model["columns"]}
            described = con.execute(f"DESCRIBE {name}").fetchall()
            strange = {column: kind for column, kind, *_ in described if _written(kind) != contract.get(column)}
            assert strange == {}, f"{name}: not as in {name}.yml"


def _written(kind: str) -> str:
    return kind.lower().replace("timestamp with time zone", "timestamptz").replace(" ", "")


@pytest.mark.parametrize(
    ("variable", "limit", "question", "said"),
    [
        (
            "SPANLEDGER_PAGE_TIMEOUT_S",
            "0.2",
            "sum(range) AS n FROM range(1000000000000)",
            r"was not answered within 0.2 ",
        ),
        ("SPANLEDGER_PAGE_MEMORY_BYTES", str(64 * 1024**2), "len(list(range)) AS n FROM range(12000000)", "needs more"),
    ],
)
def test_a_question_has_limits(
    tmp_path: Path,
    sample: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    limit: str,
    question: str,
    said: str,
) -> None:
    path = sample.publish(tmp_path, build_id=f"limited{limit}", days=2)
    questions = tmp_path / "queries"
    questions.mkdir()
    name = f"too_much_{limit}"  # texts are cached by name
    (questions / f"{name}.sql").write_text(f"SELECT {question};\n")
    monkeypatch.setattr("app.questions.QUERIES", questions)
    monkeypatch.setenv(variable, limit)
    with pytest.raises(warehouse.WarehouseError, match=f"{said}.*raise {variable}"):
        warehouse.rows(str(path), name, {})
    (questions / "little.sql").write_text("SELECT count(*) AS calls FROM fct_calls;\n")
    assert warehouse.rows(str(path), "little", {})[0]["calls"] > 0
