"""The page Anomalies: the incident in words, its hours beside what was expected, its calls, notes, and drift."""

import re
from html import unescape
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from app import figures
from spanledger.results.table import TABLES
from tests.app.drawing import ask, page, text


@pytest.mark.parametrize("name", ["rpt_anomalies", "rpt_drift"])
def test_the_sample_has_the_columns_of_the_real_tables(name: str, data: Path) -> None:
    [told] = yaml.safe_load((TABLES / f"{name}.yml").read_text())["models"]
    columns = ask(
        data, f"SELECT list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE table_name = '{name}'"
    )
    assert sorted(columns) == sorted(column["name"] for column in told["columns"])


def test_incidents_are_told_in_words_with_their_sum(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("anomalies", data, monkeypatch))
    excess = ask(data, "SELECT sum(excess_usd) FROM rpt_anomalies")
    assert f"2 anomalies in the 30 days to 22 Nov 2026 cost {figures.money(excess)} more than expected" in shown
    assert "UTC: contract-review asked for 30 × the output tokens a call (15,000 instead of 500)" in shown
    assert "team legal: user cron" in shown


def test_one_incident_is_chosen_by_the_address_and_leads_to_its_calls(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page("anomalies", data, monkeypatch, anomaly="a1")
    bodies = unescape(" ".join(node.proto.body for node in test.main if node.type == "html"))
    day = ask(data, "SELECT first_at::DATE::VARCHAR FROM rpt_anomalies WHERE anomaly_id = 'a1'")
    link = re.search(r'href="calls\?([^"]+)" target="_self"><u>Its calls', bodies)
    assert link is not None
    for part in (f"period={day}..{day}", "workflow=contract-review", "team=legal", "environment=prod"):
        assert part in link[1]
    assert "anomalies?anomaly=a2" in bodies


def test_what_is_acknowledged_shows_its_note_and_the_rest_how_to(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = page("anomalies", data, monkeypatch, anomaly="a1")
    assert " UTC by ann: a <b>load</b> test" in text(known), "its marks are text, not HTML"
    assert not known.code
    open_one = page("anomalies", data, monkeypatch, anomaly="a2")
    assert open_one.code[0].value == "spanledger annotate a2 --note 'what it was'"


def test_drift_is_named_with_its_version_and_budget(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("anomalies", data, monkeypatch, workflow="code-review"))
    assert "A run of code-review costs 1.98 × what it did since 4 November, with prompt v1 → v2" in shown
    assert "A run of contract-review costs" in text(page("anomalies", data, monkeypatch, workflow="contract-review"))


def test_workflows_without_a_change_are_folded_and_rare_ones_left_out(
    tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(sample.publish(tmp_path, days=20))) as con:
        con.execute("UPDATE rpt_drift SET rolling_runs = 20")
        con.execute("UPDATE rpt_drift SET rolling_runs = 19 WHERE workflow_id = 'search-answers'")
    test = page("anomalies", tmp_path, monkeypatch)
    steady = ask(tmp_path, "SELECT count(*) FROM rpt_drift WHERE change_date IS NULL AND budget_usd IS NULL") - 1
    assert [one.label for one in test.expander] == [
        f"{steady} workflows without a change; 1 with fewer than 20 runs in 28 days left out"
    ]
    table = next(node.proto.body for node in test.main if node.type == "html" and "Budget a run" in node.proto.body)
    assert table.index("contract-review") < table.index("code-review"), "over budget before changed"
    assert table.count("<tr") == 3, "the head, what changed, and what has a budget"
    assert "search-answers" not in text(test)


def test_filters_keep_incidents_that_a_part_drives(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "2 anomalies" in text(page("anomalies", data, monkeypatch, workflow="contract-review"))
    assert "Nothing out of the ordinary" in text(page("anomalies", data, monkeypatch, workflow="search-answers"))
    assert "Nothing out of the ordinary" in text(page("anomalies", data, monkeypatch, period="2020-01-01..2020-01-31"))


@pytest.mark.parametrize(
    ("ongoing", "said"),
    [
        ("true", "2 anomalies go on now, so far for {excess} more than expected; the dearest: [a-z-]+ "),
        ("anomaly_id = 'a2'", "Going on now: .*, {excess} more than expected; 1 more in the 30 days to 22 Nov 2026"),
    ],
)
def test_incidents_that_go_on_are_said_first(
    ongoing: str, said: str, tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(sample.publish(tmp_path, days=20))) as con:
        con.execute(f"UPDATE rpt_anomalies SET is_ongoing = {ongoing}")
        [excess] = con.execute("SELECT sum(excess_usd) FROM rpt_anomalies WHERE is_ongoing").fetchall()[0]
    pattern = said.format(excess=re.escape(figures.money(excess)))
    assert re.search(pattern, text(page("anomalies", tmp_path, monkeypatch)))
