"""The page of alerts: what fires with who was told, what ended, and what to do where nobody is told."""

from pathlib import Path

import duckdb
import pytest

from app.views.alerts import SMALLEST
from tests.app import sample_warehouse
from tests.app.drawing import page, text
from transforms.alerts.rule_file import read_alert_rules


def test_the_page_lists_what_fires_and_what_ended(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("alerts", data, monkeypatch))
    assert "One alert fires: 1 critical" in shown
    assert "Budget each-user (user eve): $5.20 of $5.00 spent" in shown
    assert "oncall, team" in shown
    assert "2 messages" in shown
    assert "One alert ended in the last seven days" in shown
    assert "smallest useful file" not in shown


def test_where_nothing_fires_the_page_teaches_the_smallest_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(sample_warehouse.publish(tmp_path, days=3))) as warehouse:
        warehouse.execute("delete from fct_alerts")
    test = page("alerts", tmp_path, monkeypatch)
    assert not test.error
    assert "Nothing fires" in text(test)
    assert "smallest useful file" in text(test)
    assert test.code[0].value == SMALLEST.rstrip("\n") or test.code[0].value == SMALLEST
    assert read_alert_rules(SMALLEST, "alerts.yaml").rules[0].to == ("team",)
