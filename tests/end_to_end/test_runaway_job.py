"""A job that drops its output limit, through the pipeline: its anomaly stands in the build of that very hour, and
people are told by webhook and by mail.

Dollars are those of the worked example scaled to fewer calls: fifty calls of 15,000 instead of 500 output tokens.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sample_traces.otlp import Sent, pack, span
from spanledger.alerts.looking import Watch
from spanledger.building.build import Builder
from spanledger.settings import Settings
from tests.lake import land, open_warehouse
from tests.spanledger.alerts.receiving import mailbox, webhook

START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS, JOB_HOUR = 9, 2
JOB_AT = START + timedelta(days=DAYS, hours=JOB_HOUR)
SCOPE = ("openinference.instrumentation.openai", "1")


def call(number: int, at: datetime, workflow: str, output_tokens: int) -> Sent:
    begins = int(at.timestamp() * 10**9)
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": output_tokens,
        "spanledger.workflow.id": workflow,
        "user.id": "cron" if workflow == "wf-014" else f"user-{number % 7}",
    }
    resource = (
        ("service.name", "jobs"),
        ("deployment.environment.name", "prod"),
        ("spanledger.traffic_source", "production"),
    )
    return Sent(
        resource,
        SCOPE,
        span(f"{number:032x}", f"{number:016x}", None, "chat gpt-4o", (begins, begins + 10**9), attributes),
    )


def history() -> Iterator[Sent]:
    """Calls of an assistant in every hour, and the nightly job with its 500 tokens; up to the hour of the accident."""
    number = 1
    for hour in range(DAYS * 24 + JOB_HOUR):
        at = START + timedelta(hours=hour)
        calls = [("wf-002", 300)] * 2 + [("wf-014", 500)] * (10 if at.hour == JOB_HOUR else 0)
        for workflow, tokens in calls:
            yield call(number, at + timedelta(seconds=number % 3000), workflow, tokens)
            number += 1


def runaway(first: int, minutes: range) -> Iterator[Sent]:
    for number, minute in enumerate(minutes):
        yield call(first + number, JOB_AT + timedelta(minutes=minute), "wf-014", 15_000)


def told(data: Path) -> list[dict[str, Any]]:
    with open_warehouse(data) as warehouse:
        return warehouse.execute("from rpt_anomalies").to_arrow_table().to_pylist()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runaway")


def test_the_anomaly_is_out_within_the_hour_with_its_cause(data: Path) -> None:
    until_ns = int((JOB_AT + timedelta(hours=1)).timestamp() * 10**9)
    builder = Builder(data, data / "lake")
    land(pack(history(), 500), data, received_at_ns=until_ns)
    builder.build()
    assert told(data) == [], "ordinary days, a weekend among them"

    land(pack(runaway(10**6, range(40)), 500), data, received_at_ns=until_ns)
    assert not builder.build().is_full
    [row] = told(data)
    assert (row["grain"], row["first_at"], row["last_at"], row["is_ongoing"]) == ("hour", JOB_AT, JOB_AT, True)
    cause = row["drivers"][0]
    assert (cause["kind"], cause["name"]) == ("output_tokens_per_call", "wf-014")
    assert cause["actual"] / cause["expected"] == pytest.approx(30)
    assert {("workflow", "wf-014"), ("user", "cron")} <= {(one["kind"], one["name"]) for one in row["drivers"]}

    with webhook() as hook, mailbox() as post:
        rules = data / "alerts.yaml"
        rules.write_text(
            f"channels:\n  web: {{url: '{hook.url}'}}\n  mail: {{url: '{post.url}'}}\n"
            "rules:\n  - {events: anomaly, to: [web, mail]}\n"
        )
        looked = Watch(Settings(data=data, alerts_file=rules)).look(JOB_AT + timedelta(minutes=55), None)
    assert looked is not None
    assert (looked.begun, looked.taken, looked.refused) == (1, 2, 0)
    [message], [mail] = hook.messages, post.mails
    for words in (message["title"] + message["message"], mail["subject"] + mail.get_content()):
        assert "wf-014" in words
        assert f"{row['actual_usd']:.2f}" in words

    with open_warehouse(data) as warehouse:
        [(spent,)] = warehouse.execute("select sum(cost_usd) from fct_calls where started_at >= ?", [JOB_AT]).fetchall()
    assert row["actual_usd"] == spent
