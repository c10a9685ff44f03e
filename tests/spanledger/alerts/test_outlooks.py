"""Budgets that are likely to end beyond their limit: told before it happens, as the file says from which chance on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from spanledger.alerts.history import ledger_of
from spanledger.alerts.looking import Looked, Watch
from tests.spanledger.alerts.receiving import Webhook, webhook
from tests.spanledger.alerts.scene import NOW, Scene, budget
from transforms.alerts.rule_file import MOST_LIKELY, read_alert_rules
from transforms.forecasts.distribution import HIGHEST_PROBABILITY
from transforms.yaml_lines import ConfigError

MINUTE = timedelta(minutes=1)
SUMMARY = (
    "budget research (user ann) is likely (87 %) to end beyond its limit of $10.00: about $12.10, $9.80 to $14.00, "
    "passed about 27 November"
)


@pytest.fixture
def web() -> Iterator[Webhook]:
    with webhook() as box:
        yield box


def rules(web: Webhook, more: str = "") -> str:
    return f"channels:\n  web: {{url: '{web.url}'}}\n{more}rules:\n  - {{to: web}}\n"


def outlook(chance: float, spent: str = "3", state: str = "ok") -> tuple[str, str]:
    """A counter of ten dollars with a forecast."""
    return (
        budget("research", state, spent, key="user_id=ann"),
        f"update rpt_budget_status set probability_over = {chance}, forecast_usd = 12.1, forecast_low_usd = 9.8, "
        "forecast_high_usd = 14, exhausted_on = date '2026-11-27'",
    )


def test_a_budget_likely_to_end_beyond_its_limit_is_one_incident_until_it_is_not(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, rules(web))
    watch = Watch(scene.settings)
    scene.publish(*outlook(0.79))
    assert watch.look(NOW) == Looked(0, 0, 0, 0)
    scene.publish(*outlook(0.87))
    assert watch.look(NOW + MINUTE) == Looked(1, 0, 1, 0)
    scene.publish(*outlook(0.93))
    assert watch.look(NOW + 2 * MINUTE) == Looked(0, 0, 0, 0), "told once, whatever the chance becomes"
    lines = web.messages[0]["message"].splitlines()
    assert lines[0] == f"Warning: {SUMMARY}"
    assert lines[1] == "since 2026-11-20 11:30 UTC; environment production, user ann; owner ann"
    assert lines[2].startswith("http://127.0.0.1:8501/budgets (incident ")
    scene.publish(*outlook(0.4))
    assert watch.look(NOW + 3 * MINUTE) == Looked(0, 1, 0, 0)
    assert watch.look(NOW + 9 * MINUTE) == Looked(0, 0, 1, 0)
    assert web.messages[1]["title"] == f"SpanLedger: Over: {SUMMARY}"


def test_what_has_come_is_the_budgets_own_alert_and_no_forecast_any_more(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, rules(web))
    watch = Watch(scene.settings)
    scene.publish(*outlook(0.95))
    watch.look(NOW)
    scene.publish(*outlook(1, "12", "exceeded"))
    assert watch.look(NOW + MINUTE) == Looked(begun=1, ended=1, taken=1, refused=0)
    assert [(one.event.kind, one.is_firing) for one in ledger_of(scene.data).incidents.values()] == [
        ("budget_forecast", False),
        ("budget", True),
    ]


@pytest.mark.parametrize(("said", "fires"), [("90%", 0), ("0.85", 1), ("none", 0)])
def test_the_file_says_from_which_chance_on(tmp_path: Path, web: Webhook, said: str, fires: int) -> None:
    scene = Scene(tmp_path, rules(web, f"forecast: {{at: {said}}}\n"))
    scene.publish(*outlook(0.87))
    assert Watch(scene.settings).look(NOW) == Looked(fires, 0, fires, 0)


def test_a_build_without_forecasts_ends_no_incident(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, rules(web))
    watch = Watch(scene.settings)
    scene.publish(*outlook(0.87))
    watch.look(NOW)
    scene.publish("alter table rpt_budget_status drop column probability_over")
    assert watch.look(NOW + MINUTE) == Looked(0, 0, 0, 0)


def test_the_question_fits_the_table_of_a_build(tmp_path: Path) -> None:
    """No forecast, none in force, in tokens, or no forecast of a window without end: none of them is an outlook."""
    scene = Scene(tmp_path)
    others = ("probability_over = null", "is_open = false", "is_in_force = false", "unit = 'tokens'", "spent_usd = 11")
    for other in others:
        scene.publish(*outlook(0.95), f"update rpt_budget_status set {other}")
        Watch(scene.settings).look(NOW)
    assert not ledger_of(scene.data).incidents


@pytest.mark.parametrize(
    ("said", "words"),
    [("{}", "expected the key at"), ("{at: 20%}", "expected 50% to 95%"), ("{at: 99%}", "the most that a forecast")],
)
def test_a_chance_that_no_forecast_says_is_refused(said: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r"a\.yaml:1: forecast") as raised:
        read_alert_rules(f"forecast: {said}\n", "a.yaml")
    assert words in str(raised.value)
    assert float(MOST_LIKELY) == HIGHEST_PROBABILITY
