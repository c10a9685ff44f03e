"""Looks at published builds, with messages to a real webhook and a real mail server."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from spanledger.alerts import channels, history
from spanledger.alerts.courier import Courier
from spanledger.alerts.events import of_build
from spanledger.alerts.history import ledger_of
from spanledger.alerts.looking import Looked, Watch
from tests.spanledger.alerts.receiving import Mailbox, Webhook, mailbox, webhook
from tests.spanledger.alerts.scene import NOW, Scene, budget, calls
from transforms.alerts.event import KINDS, Event
from transforms.alerts.incidents import replay
from transforms.alerts.records import RECOVERED, Record
from transforms.alerts.rules import NO_RULES
from transforms.alerts.watching import advance

MINUTE = timedelta(minutes=1)


@pytest.fixture
def web() -> Iterator[Webhook]:
    with webhook() as box:
        yield box


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def _wait(answers: threading.Event) -> None:
    assert answers.wait(30)


def to_web(web: Webhook, more: str = "") -> str:
    return (
        f"explorer: https://costs.example.com\nchannels:\n  web: {{url: '{web.url}'}}\n{more}rules:\n  - {{to: web}}\n"
    )


def test_an_alert_arrives_once_at_webhook_and_mail_and_its_recovery(
    tmp_path: Path, web: Webhook, mail: Mailbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("FINANCE_URL", mail.url)
    rules = (
        f"channels:\n  web: {{url: '{web.url}'}}\n  finance: {{url_from: FINANCE_URL}}\n"
        "owners: {ann: finance}\nrules:\n  - {to: [web, owner]}\n"
    )
    scene = Scene(tmp_path, rules)
    scene.publish(budget("research"), budget("each-user", "exceeded", "12", key="user_id=u%201"))
    watch = Watch(scene.settings)
    assert watch.look(NOW) == Looked(begun=2, ended=0, taken=4, refused=0)
    (posted,), (mailed,) = web.messages, mail.mails
    assert posted["title"] == mailed["Subject"] == "SpanLedger: 2 alerts"
    lines = posted["message"].splitlines()
    assert (
        lines[0] == "Critical: budget each-user (user u 1): $12.00 of $10.00 spent, 120% of it; the limit is exceeded"
    )
    assert lines[1] == "since 2026-11-20 11:30 UTC; environment production, user u 1; owner ann"
    assert lines[2].startswith("http://127.0.0.1:8501/budgets (incident ")
    assert lines[4] == "Warning: budget research: $8.50 of $10.00 spent, 85% of it"
    assert mailed.get_content().split() == posted["message"].split()
    assert Watch(scene.settings).look(NOW + MINUTE) == Looked(0, 0, 0, 0), "a restart tells nothing again"
    scene.publish()
    assert watch.look(NOW + 2 * MINUTE) == Looked(0, 2, 0, 0)
    assert watch.look(NOW + 10 * MINUTE) == Looked(0, 0, 4, 0)
    assert web.messages[1]["title"] == "SpanLedger: 2 over"
    assert len(mail.mails) == 2
    assert "s3cret-path" not in caplog.text
    assert "finance@example.com" not in caplog.text


def test_a_rolling_window_that_stays_beyond_its_threshold_is_one_incident(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web))
    watch = Watch(scene.settings)
    looks = []
    for turn in range(3):
        began = (NOW + turn * 15 * MINUTE - timedelta(hours=2)).isoformat()
        rolls = f"update rpt_budget_status set window_kind = 'rolling', window_start = timestamptz '{began}'"
        scene.publish(budget("hours"), rolls)
        looks.append(watch.look(NOW + turn * 15 * MINUTE))
    assert looks == [Looked(begun=1, ended=0, taken=1, refused=0), Looked(0, 0, 0, 0), Looked(0, 0, 0, 0)]


def test_a_budget_of_nothing_is_told_before_anything_was_called(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web))
    nothing = "update rpt_budget_status set limit_usd = 0, share_used = null, last_call_at = null"
    scene.publish(budget("frozen", "paused", "0"), nothing)
    assert Watch(scene.settings).look(NOW) == Looked(1, 0, 1, 0)


def test_thresholds_of_versions_that_do_not_hold_tell_nobody(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    said = "'research' as budget_id, [0.5] as threshold_at, ['boss'] as threshold_to"
    periods = ("timestamptz '2026-11-01' as valid_to", "timestamptz '2026-12-01' as valid_from")
    others = (f"insert into dim_budgets by name select {said}, {period}" for period in periods)
    scene.publish(budget("research"), *others)
    [event] = of_build(scene.data / "builds" / "build-1" / "warehouse.duckdb").events
    assert (event.tell, event.level) == ((), 101)


def test_a_process_killed_between_sending_and_recording_tells_it_again_as_the_same_incident(
    tmp_path: Path, web: Webhook
) -> None:
    scene = Scene(tmp_path, to_web(web))
    scene.publish(budget("research"))
    program = (
        "from datetime import datetime; from spanledger.alerts.looking import Watch; from spanledger.settings import "
        f"Settings; from pathlib import Path; Watch(Settings(data=Path({str(tmp_path)!r}), "
        f"alerts_file=Path({str(scene.file)!r}))).look(datetime.fromisoformat({NOW.isoformat()!r}))"
    )
    started = threading.Event()
    victim: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        started.wait(60)
        os.kill(victim[0].pid, signal.SIGKILL)

    web.before_answer = kill
    victim.append(subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[3]))
    started.set()
    assert victim[0].wait(60) == -signal.SIGKILL
    assert len(web.messages) == 1
    web.before_answer = lambda: None
    watch = Watch(scene.settings)
    assert watch.look(NOW + MINUTE) == Looked(begun=0, ended=0, taken=1, refused=0)
    assert web.messages[0] == web.messages[1], "the same words, the same incident"
    assert watch.look(NOW + 2 * MINUTE) == Looked(0, 0, 0, 0)
    assert len(ledger_of(tmp_path).incidents) == 1


def test_a_channel_that_refuses_or_hangs_holds_no_other_and_gets_its_message_later(
    tmp_path: Path, web: Webhook, mail: Mailbox
) -> None:
    text = f"channels:\n  web: {{url: '{web.url}'}}\n  mail: {{url: '{mail.url}'}}\nrules:\n  - {{to: [web, mail]}}\n"
    scene = Scene(tmp_path, text)
    scene.publish(budget("research"))
    web.status = 500
    answers = threading.Event()
    watch = Watch(scene.settings, courier=Courier(channels.send, patience_s=1.0))
    assert watch.look(NOW) == Looked(begun=1, ended=0, taken=1, refused=1)
    assert watch.look(NOW + MINUTE / 2) == Looked(0, 0, 0, 0), "it is left alone for a minute"
    failing = ledger_of(tmp_path).failing["web"]
    assert "500" in failing.reason or "JSON" in failing.reason
    web.status, web.before_answer = 200, lambda: _wait(answers)
    assert watch.look(NOW + 2 * MINUTE) == Looked(0, 0, 0, 1)
    assert ledger_of(tmp_path).failing["web"].reason == "no answer in time"
    answers.set()
    waited = [thread.join(30) for thread in threading.enumerate() if thread.name == "alert channel web"]
    assert waited, "the message that took too long is still on its way"
    assert watch.look(NOW + 10 * MINUTE) == Looked(0, 0, 1, 0), "that it arrived late is known, so it is not sent again"
    assert (len(web.messages), len(mail.mails)) == (1, 1)
    assert not ledger_of(tmp_path).failing


def test_what_quiet_hours_held_is_one_message_after_them(tmp_path: Path, web: Webhook) -> None:
    quiet = "quiet_hours:\n  - {from: '13:00', to: '14:00', time_zone: Europe/Berlin}\n"  # 12:00 to 13:00 UTC
    scene = Scene(tmp_path, to_web(web, quiet))
    scene.publish(budget("research"), budget("sales"))
    watch = Watch(scene.settings)
    assert watch.look(NOW) == Looked(2, 0, 0, 0)
    scene.publish(budget("research"), budget("sales"), budget("urgent", "exceeded", "20"))
    assert watch.look(NOW + MINUTE) == Looked(1, 0, 1, 0)
    assert web.messages[0]["title"].startswith("SpanLedger: Critical: budget urgent")
    assert watch.look(NOW + 60 * MINUTE) == Looked(0, 0, 2, 0)
    assert web.messages[1]["message"].startswith("Held during quiet hours.\n\nWarning: budget research")
    assert web.messages[1]["type"] == "warning"


def test_silence_is_longer_than_the_usual_night_and_weekend(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web, "silence: {times: 1, least: 1h}\n"))
    last = NOW - timedelta(hours=3)
    scene.publish(calls("shop", 21, last), calls("chat", 21, NOW, hours=(0, 23)), calls("once", 0, last))
    watch = Watch(scene.settings)
    assert watch.look(NOW) == Looked(0, 0, 0, 0), "shop rests every night"
    scene.complete(NOW + timedelta(hours=2))
    assert watch.look(NOW + timedelta(hours=2)) == Looked(1, 0, 1, 0)
    summary = web.messages[0]["message"].splitlines()[0]
    assert summary == "Warning: chat has been silent for more than 60 minutes"
    scene.complete(NOW + timedelta(hours=14))
    assert watch.look(NOW + timedelta(hours=14)) == Looked(1, 0, 1, 0)
    assert "shop has been silent for more than 13 hours" in web.messages[1]["title"]
    scene.publish(calls("shop", 21, NOW + timedelta(hours=15)), complete_at=NOW + timedelta(hours=15))
    assert watch.look(NOW + timedelta(hours=15)) == Looked(0, 2, 0, 0)


def test_nobody_is_called_silent_right_after_a_start_or_while_builds_fail(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web))
    scene.publish(calls("chat", 21, NOW, hours=(0, 23)))
    later = NOW + timedelta(hours=9)
    assert Watch(scene.settings).look(later, "the disk is full") == Looked(1, 0, 1, 0)
    assert "no new build comes about, figures stand still: the disk is full" in web.messages[0]["title"]
    scene.complete(later)
    watch = Watch(scene.settings, since=later - MINUTE)
    assert watch.look(later + MINUTE) == Looked(0, 1, 0, 0)
    assert watch.look(later + 12 * MINUTE) == Looked(1, 0, 2, 0)


def test_models_without_a_price_fire_until_they_have_one(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web))
    unpriced = (
        "insert into fct_calls by name select 'acme' as provider, 'acme-9' as model, 'unpriced' as cost_source, "
        "1000 as input_tokens, 200 as output_tokens, timestamptz '2026-11-20 10:00:00+00' as started_at, "
        "date '2026-11-20' as date from range(3)"
    )
    scene.publish(unpriced)
    watch = Watch(scene.settings)
    watch.look(NOW)
    assert "nobody has a price for acme/acme-9: 3 calls, 3.6 k tokens in seven days" in web.messages[0]["message"]
    scene.publish(unpriced.replace("unpriced", "computed"))
    watch.look(NOW + MINUTE)
    watch.look(NOW + 10 * MINUTE)
    assert web.messages[1]["title"].startswith("SpanLedger: Over: nobody has a price")


def test_without_a_file_events_are_listed_and_nobody_is_told(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.publish(budget("research"))
    assert Watch(scene.settings).look(NOW) == Looked(1, 0, 0, 0)
    assert [one.event.kind for one in ledger_of(tmp_path).firing] == ["budget"]


def test_rules_that_became_wrong_hold_as_they_last_were(
    tmp_path: Path, web: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(tmp_path, to_web(web))
    scene.publish()
    watch = Watch(scene.settings)
    watch.look(NOW)
    scene.file.write_text("rulez: []\n")
    scene.publish(budget("research"))
    assert watch.look(NOW + MINUTE) == Looked(1, 0, 1, 0)
    assert f"{scene.file}:1: rulez: no such key; did you mean rules?" in caplog.text


def test_many_files_of_records_become_one_and_say_the_same(tmp_path: Path) -> None:
    said = [
        record
        for turn in range(history.MOST_FILES + 1)
        for record in advance(replay([]), [event(str(turn))], KINDS, NO_RULES, NOW + turn * MINUTE)
    ]
    for record in said:
        history.append(tmp_path, [record])
    history.compact(tmp_path)
    history.append(tmp_path, [Record(NOW + timedelta(days=1), RECOVERED, said[0].incident_id)])
    assert len(list((tmp_path / history.FOLDER).glob("[!.]*.parquet"))) == 2
    assert history.read(tmp_path)[:-1] == said
    assert len(ledger_of(tmp_path).firing) == history.MOST_FILES


def event(key: str) -> Event:
    return Event("budget", key, "warning", NOW, f"budget {key}")


def test_anomalies_and_drift_say_what_drives_them(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web))
    anomaly = (
        "create table rpt_anomalies as select 'a1' as anomaly_id, '' as organization, 'production' as environment, "
        "'workflow' as scope_kind, 'wf-014' as scope, 'hour' as grain, "
        "timestamptz '2026-11-20 10:00:00+00' as first_at, timestamptz '2026-11-20 11:00:00+00' as last_at, "
        "11250::decimal(28, 12) as actual_usd, 375::decimal(28, 12) as expected_usd, "
        "10875::decimal(28, 12) as excess_usd, true as is_ongoing, [{kind: 'model', name: 'gpt-9'}] as drivers"
    )
    drift = (
        "create table rpt_usage_daily as select date '2026-11-20' as date",
        "create table rpt_drift as select '' as organization, 'production' as environment, 'wf-002' as workflow_id, "
        "'production' as traffic_source, true as is_latest, 1.5 as ratio, date '2026-11-18' as change_date, "
        "0.2 as before_usd, 0.3 as after_usd, 'prompt_version' as version_kind, 'v7' as version_after, "
        "0.25 as rolling_usd, 'per-run' as budget_id, 0.24::decimal(28, 12) as budget_usd, true as is_over_budget",
    )
    scene.publish(anomaly, *drift)
    assert Watch(scene.settings).look(NOW) == Looked(3, 0, 3, 0)
    text = web.messages[0]["message"]
    assert "Critical: workflow wf-014: $11,250 where $375.00 is usual, driven by model gpt-9" in text
    assert "since 2026-11-20 10:00 UTC; environment production, workflow wf-014" in text
    assert "Warning: a run of wf-002 costs $0.30 instead of $0.20, with prompt version v7" in text
    assert "Warning: a run of wf-002 costs $0.25, its budget is $0.24" in text


def test_a_build_whose_table_has_another_shape_ends_nothing(tmp_path: Path, web: Webhook) -> None:
    scene = Scene(tmp_path, to_web(web))
    scene.publish(budget("research"))
    watch = Watch(scene.settings)
    watch.look(NOW)
    scene.publish("drop table rpt_budget_status", "create table rpt_budget_status as select 1 as n")
    assert watch.look(NOW + MINUTE) == Looked(0, 0, 0, 0)
    assert [one.event.key.split("|")[0] for one in ledger_of(tmp_path).firing] == ["research"]
