"""Reports by themselves and through channels: real receivers, each report once to each."""

import base64
import threading
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.reports import periods, schedule
from spanledger.reports.plan import Planned, read_plan
from spanledger.settings import Settings
from tests.spanledger.alerts.receiving import mailbox, webhook
from tests.spanledger.reports.conftest import NOW, complete
from transforms.yaml_lines import ConfigError


def settings(data: Path, channels: dict[str, str], plan: str) -> Settings:
    """With these channels and this reports file."""
    alerts, reports = data / "alerts.yaml", data / "reports.yaml"
    alerts.write_text("channels:\n" + "".join(f"  {name}: {{url: '{url}'}}\n" for name, url in channels.items()))
    reports.write_text(plan)
    return Settings(data=data, alerts_file=alerts, reports_file=reports)


def run(*arguments: str) -> Result:
    """The command line."""
    return CliRunner().invoke(main, [*arguments])


def test_a_report_goes_to_a_webhook_and_by_mail_with_its_file(data: Path) -> None:
    with webhook() as web, mailbox() as mail:
        config = settings(data, {"web": web.url, "mail": mail.url}, "reports:\n  - {report: daily}\n")
        files = ("--data", str(data), "--alerts-file", str(config.alerts_file))
        result = run("report", "daily", *files, "--date", "2026-11-13", "--send", "web", "--send", "mail")
        assert result.exit_code == 0, result.output
        assert "web (json://127.0.0.1): taken" in result.output
        [message] = web.messages
        [attached] = message["attachments"]
        page = base64.b64decode(attached["base64"]).decode()
        assert attached["filename"] == "daily-2026-11-13.html"
        assert page.startswith("<!DOCTYPE html>")
        assert "<script" not in page
        assert "Friday 13 November 2026" in message["title"]
        [letter] = mail.mails
        [part] = letter.iter_attachments()
        assert part.get_filename() == "daily-2026-11-13.html"
        sent = part.get_payload(decode=True)
        assert isinstance(sent, bytes)
        assert sent.decode().split() == page.split()
        body = letter.get_body(("plain",))
        assert body is not None
        assert "more than expected" in " ".join(body.get_content().split())


def test_a_channel_that_does_not_take_it_ends_the_command_with_1(data: Path) -> None:
    with webhook() as web:
        web.status = 500
        config = settings(data, {"web": web.url}, "reports:\n  - {report: daily}\n")
        files = ("--data", str(data), "--alerts-file", str(config.alerts_file))
        result = run("report", "daily", *files, "--date", "2026-11-13", "--send", "web")
        assert result.exit_code == 1
        assert "1 of 1 channels did not take the report" in result.output
        assert run("report", "daily", *files, "--send", "wbe").exit_code == 2


def test_each_report_is_sent_once_to_each_channel(data: Path) -> None:
    with webhook() as web, webhook() as other:
        plan = "reports:\n  - {report: weekly, each: team, scope: {environment: [ci, staging]}, to: [web, other]}\n"
        config = settings(data, {"web": web.url, "other": other.url}, plan)
        made = schedule.Schedule(config).catch_up(NOW)
        titles = sorted(message["title"] for message in web.messages)
        assert len(titles) == len(made) == len(other.messages)
        assert any("support" in title for title in titles)
        assert schedule.Schedule(config).catch_up(NOW + timedelta(hours=1)) == []  # another process, later
        assert len(web.messages) == len(titles)
        for name in made:
            for ending in (".html", ".md"):
                assert (data / "reports" / f"{name}{ending}").exists()


def test_reports_of_a_team_and_of_a_workflow_of_one_name_are_two(data: Path) -> None:
    with webhook() as web:
        plan = "reports:\n" + "".join(
            f"  - {{report: weekly, scope: {{{one}}}, to: [web]}}\n"
            for one in ("team: search", "workflow: search", "team: [a, b]", "team: a-b")
        )
        planned = schedule.Schedule(settings(data, {"web": web.url}, plan))
        assert len(set(planned.catch_up(NOW))) == 4
        assert len(web.messages) == 4
        assert planned.catch_up(NOW) == []


def test_what_was_not_taken_is_tried_again_and_only_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as web, webhook() as other:
        other.status = 503
        config = settings(
            data, {"web": web.url, "other": other.url}, "reports:\n  - {report: daily, to: [web, other]}\n"
        )
        planned = schedule.Schedule(config)
        assert planned.catch_up(NOW) == ["daily-2026-11-15"]
        other.status = 200
        assert planned.catch_up(NOW) == [], "not at once again"
        monkeypatch.setattr(schedule, "AGAIN_S", 0.0)
        assert planned.catch_up(NOW) == ["daily-2026-11-15"]
        assert (len(web.messages), len(other.messages)) == (1, 1)


def test_a_report_waits_until_the_build_holds_its_period(data: Path) -> None:
    config = settings(data, {}, "reports:\n  - {report: daily, at: '01:00'}\n").model_copy(update={"alerts_file": None})
    planned = schedule.Schedule(config)
    complete(data, datetime(2026, 11, 16, 0, 59, tzinfo=UTC))
    assert planned.catch_up(NOW) == []
    complete(data, datetime(2026, 11, 16, 1, 0, tzinfo=UTC))
    assert planned.catch_up(NOW) == ["daily-2026-11-15"]


def test_nothing_is_made_of_times_before_the_first_call(data: Path) -> None:
    config = settings(data, {}, "reports:\n  - {report: quarterly}\n").model_copy(update={"alerts_file": None})
    assert schedule.Schedule(config).catch_up(NOW) == []


def test_the_look_of_a_builder_works_beside_it(data: Path) -> None:
    config = settings(data, {}, "reports:\n  - {report: daily}\n").model_copy(update={"alerts_file": None})
    schedule.Schedule(config).look(NOW)
    [work] = [thread for thread in threading.enumerate() if thread.name == "reports"]
    work.join(60)
    assert (data / "reports" / "daily-2026-11-15.html").exists()


@pytest.mark.parametrize(
    ("zone", "at", "now", "expected"),
    [
        ("UTC", time(6), datetime(2026, 11, 16, 5, 59, tzinfo=UTC), date(2026, 11, 14)),
        ("UTC", time(6), datetime(2026, 11, 16, 6, 0, tzinfo=UTC), date(2026, 11, 15)),
        ("Europe/Berlin", time(7), datetime(2026, 11, 16, 6, 0, tzinfo=UTC), date(2026, 11, 15)),
        ("Asia/Tokyo", time(6), datetime(2026, 11, 16, 0, 0, tzinfo=UTC), date(2026, 11, 15)),  # once the day is over
        ("America/Los_Angeles", time(6), datetime(2026, 11, 16, 13, 59, tzinfo=UTC), date(2026, 11, 14)),
    ],
)
def test_when_a_report_is_due(zone: str, at: time, now: datetime, expected: date) -> None:
    planned = Planned(periods.DAILY, at, zone)
    assert planned.due(now).first == expected
    assert planned.next_at(now) > now


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{report: dayly}", "reports.yaml:2: reports[1].report: 'dayly' is none of daily"),
        ("{report: daily, at: 7am}", "expected a time of day"),
        ("{report: daily, to: [oncal]}", "no channel of the alerts file is called 'oncal'; it has oncall"),
        ("{report: daily, time_zone: Berlin}", "time_zone"),
        ("{report: weekly, each: team, scope: {team: a}}", "the scope names a team already"),
        ("{to: oncall}", "expected the key report"),
        ("{report: daily, when: now}", "no such key"),
    ],
)
def test_a_reports_file_that_cannot_be_meant_is_refused(tmp_path: Path, entry: str, said: str) -> None:
    path = tmp_path / "reports.yaml"
    path.write_text(f"reports:\n  - {entry}\n")
    with pytest.raises(ConfigError) as caught:
        read_plan(path, {"oncall": None})
    assert said in str(caught.value)


def test_the_command_says_what_is_planned(data: Path) -> None:
    config = settings(data, {"web": "json://127.0.0.1/x"}, "reports:\n  - {report: weekly, each: team, to: web}\n")
    result = run(
        *("report", "schedule", "--data", str(data), "--alerts-file", str(config.alerts_file)),
        *("--reports-file", str(config.reports_file)),
    )
    assert result.exit_code == 0, result.output
    assert result.output.startswith("weekly for each team, next ")
    assert result.output.rstrip().endswith("to web")


def test_files_and_forms_of_the_command(data: Path, tmp_path: Path) -> None:
    asked = ("report", "weekly", "--data", str(data), "--date", "2026-11-10", "--team", "search")
    folder = tmp_path / "out"
    folder.mkdir()
    assert run(*asked, "--output", str(folder)).exit_code == 0
    assert (folder / "weekly-2026-W46.team.search.html").read_text().startswith("<!DOCTYPE html>")
    result = run(*asked, "--format", "markdown")
    assert result.output.startswith("# search: week to 15 November 2026\n")
    refused = run("report", "monthly", "--data", str(data), "--date", "2999-01-01")
    assert refused.exit_code == 2
    assert "no day of the month of 2999-01-01 is over" in refused.output
