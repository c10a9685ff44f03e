"""The worked number of a job that drops its output limit, as the page of the explorer, the daily report and the command
of other habits say it. The budget that stops it and the pipeline that sees it: tests/end_to_end."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from click.testing import CliRunner

from spanledger.cli import main
from spanledger.reports import making, periods
from spanledger.settings import Settings
from tests.app.drawing import page, text

CAUSE = "asked for 30 × the output tokens a call (15,000 instead of 500)"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    """The sample company with that job."""
    data = tmp_path_factory.mktemp("runaway")
    with duckdb.connect(str(sample.publish(data, days=40, per_day=1))) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute((Path(__file__).parent / "runaway_job.sql").read_text(encoding="utf-8"))
    return data


def test_the_page_says_it(seen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("anomalies", seen, monkeypatch, workflow="wf-014"))
    assert f"wf-014 {CAUSE}" in shown
    for figure in ("$11,250", "$375", "$10,875"):
        assert figure in shown, figure


def test_the_daily_report_says_it(seen: Path) -> None:
    period = periods.holding("daily", date(2026, 11, 21), date(2026, 11, 23))
    report = making.make(Settings(data=seen), period, {})
    assert report.finding.startswith(f"Wf-014 {CAUSE}: $10,875 more than expected")
    assert "$11,250 instead of $375" in making.text(report, "markdown").replace("\\", "")


@pytest.mark.parametrize(("tokens", "usd"), [("15000", 11_250), ("500", 375)])
def test_the_command_works_it_out(tokens: str, usd: int) -> None:
    asked = ("--requests", "50k", "--input-tokens", "0", "--output-tokens", tokens, "--price", "0/15")
    told = CliRunner().invoke(main, ["simulate", "whatif", *asked, "--format", "json"])
    assert told.exit_code == 0, told.output
    [row] = json.loads(told.output, parse_float=Decimal)
    assert row["remaining_usd"] == usd
