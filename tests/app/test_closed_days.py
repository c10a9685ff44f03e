"""Where calls of a period's first days are gone, a question is answered as if they were there, or not at all."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app import filters, questions
from benchmarks.build_at_size import parameters_of
from tests.app.drawing import page, text
from transforms.read_only import open_read_only

KEPT = date(2026, 11, 1)
OF_CALLS = (
    *("fct_calls", "fct_call_charges", "fct_spans", "fct_tasks", "fct_outcomes"),
    *("rpt_escalation_chains", "rpt_agent_loops"),
)
DATES = ("date", "task_date", "started_at", "judged_at")
CHOSEN: dict[str, dict[str, tuple[str, ...]]] = {
    "all": {},
    "team": {"team": ("support",)},
    "model": {"model": ("gpt-5.2",)},
    "customer": {"customer": ("acme",)},
    "class": {"class": ("useful",)},
}
WITHOUT_PERIOD = {
    "build_info",
    "extent",
    "extent_in_zone",
    "first_trace",
    "trace_spans",
    "trace_tasks",
    "call_costs",
    "call_charges",
}
"""Questions of one call or trace, and of how far calls reach."""


@pytest.fixture(scope="module")
def closed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample without calls before ``KEPT``."""
    made = tmp_path_factory.mktemp("closed") / "data"
    shutil.copytree(data, made)
    with duckdb.connect(str(_warehouse(made))) as connection:
        tables = (
            "select table_name from information_schema.tables where table_schema = 'main' and table_type = 'BASE TABLE'"
        )
        there = {name for (name,) in connection.execute(tables).fetchall()}
        for table in OF_CALLS:
            columns = {name for name, *_ in connection.execute(f"describe {table}").fetchall()}
            column = next(one for one in DATES if one in columns)
            if table in there:
                connection.execute(f"delete from {table} where {column}::date < ?", [KEPT])
            assert connection.execute(f"select min({column})::date >= ? from {table}", [KEPT]).fetchall() == [(True,)]
        connection.execute("update build_info set calls_from = ?", [KEPT])
    return made


def _warehouse(data: Path) -> Path:
    [path] = (data / "builds").glob("*/warehouse.duckdb")
    return path


@pytest.mark.parametrize("tz", ["UTC", "America/Los_Angeles"])
def test_what_is_answered_is_the_whole_answer(data: Path, closed: Path, tz: str) -> None:
    refused, answered, partial = set[str](), set[str](), set[str]()
    with open_read_only(str(_warehouse(data))) as whole, open_read_only(str(_warehouse(closed))) as left:
        known = parameters_of(whole) | {"first": date(2026, 10, 5), "until_at": datetime(2026, 12, 1, tzinfo=UTC)}
        for name in sorted(path.stem for path in questions.QUERIES.glob("*.sql")):
            for chosen in CHOSEN.values():
                given = known | filters.as_parameters(filters.Filters(chosen=chosen, tz=tz))
                if questions.reads_calls(questions.own(name), given):
                    refused.add(name)
                elif name not in WITHOUT_PERIOD:
                    answered.add(name)
                    asked = questions.asked(name, given)
                    if _rows(left, asked, given) != _rows(whole, asked, given):
                        partial.add(name)
    assert partial == set()
    assert {"call_list", "task_groups", "loop_kinds", "chains"} <= refused - answered
    assert {"spend", "daily_by_source", "cost_change", "quality"} <= answered
    assert ("model_prices" in answered, "waste_steps" in answered) == (tz == "UTC", tz == "UTC")


def _rows(connection: duckdb.DuckDBPyConnection, asked: str, given: dict[str, Any]) -> list[str]:
    return sorted(map(repr, connection.execute(asked, questions.bound(asked, given, asked)).fetchall()))


def test_pages_say_what_is_no_longer_kept(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, since = f"{KEPT - timedelta(days=9)}..{KEPT + timedelta(days=9)}", f"{KEPT}..{KEPT + timedelta(days=9)}"
    for url in ("calls", "tasks", "loops"):
        [said] = [
            one.value for one in page(url, closed, monkeypatch, period=before).info if "no longer kept" in one.value
        ]
        assert "Calls before 1 November 2026 are no longer kept; daily figures are." in said
        assert not [one for one in page(url, closed, monkeypatch, period=since).info if "no longer kept" in one.value]
    spend = page("traffic", closed, monkeypatch, period=before)
    assert not [one for one in spend.info if "no longer kept" in one.value]
    assert "calls kept since 2026-11-01, daily figures of all days" in text(spend)
    narrowed = page("traffic", closed, monkeypatch, period=before, tz="UTC", customer="acme")
    assert [one for one in narrowed.info if "no longer kept" in one.value] or "acme" not in text(narrowed)
