"""What the doctor says of scheduled reports: a file that cannot be used, reports not made in time, channels."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spanledger.doctor import reports
from spanledger.doctor.findings import Finding
from spanledger.reports import schedule
from spanledger.settings import Settings
from tests.spanledger.alerts.receiving import webhook
from tests.spanledger.reports.conftest import NOW, complete
from tests.spanledger.reports.test_schedule import settings

DAILY = "reports:\n  - {report: daily, to: [web]}\n"
LATER = NOW + timedelta(hours=1)


def late(config: Settings, now: datetime = LATER) -> list[Finding]:
    """What is said to be late."""
    return list(reports.late_reports(config, now))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("reports:\n  - {report: dayly}\n", "reports.yaml:2: reports[1].report: 'dayly' is none of"),
        ("reports:\n  - {report: daily, to: [wbe]}\n", "no channel of the alerts file is called 'wbe'; it has web"),
    ],
)
def test_a_file_that_cannot_be_used(data: Path, plan: str, said: str) -> None:
    config = settings(data, {"web": "json://127.0.0.1/x"}, plan)
    [finding] = reports.reports_file(config)
    assert finding.state == "fault"
    assert said in finding.detail
    assert not late(config), "said once"


def test_no_file_is_no_finding(data: Path) -> None:
    assert not [*reports.reports_file(Settings(data=data)), *late(Settings(data=data))]


def test_a_report_that_was_not_made_in_its_time(data: Path) -> None:
    config = settings(data, {"web": "json://127.0.0.1/x"}, DAILY)
    [fine] = reports.reports_file(config)
    assert fine.state == "ok"
    assert not late(config, NOW - timedelta(minutes=10)), "twenty minutes after its time it is not late"
    [finding] = late(config)
    assert finding.line.startswith("fault  reports: daily-2026-11-15 was due at 2026-11-16 06:00 UTC and was not made")


def test_a_report_that_waits_for_a_build(data: Path) -> None:
    config = settings(data, {"web": "json://127.0.0.1/x"}, DAILY)
    complete(data, datetime(2026, 11, 16, 5, 59, tzinfo=UTC))
    [finding] = late(config)
    assert "no build holds all that arrived until then" in finding.detail


def test_a_report_that_a_channel_does_not_take(data: Path) -> None:
    with webhook() as web:
        web.status = 500
        config = settings(data, {"web": web.url}, DAILY)
        assert schedule.Schedule(config).catch_up(NOW) == ["daily-2026-11-15"]
        [finding] = late(config)
        assert "was not taken by web" in finding.detail
        web.status = 200
        assert schedule.Schedule(config).catch_up(LATER) == ["daily-2026-11-15"]
        assert not late(config)
