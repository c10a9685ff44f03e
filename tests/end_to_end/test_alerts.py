"""Alerts of real builds: users who spend too much in a rolling day, told by webhook, muted, over once it has rolled on.

Alerts per user in a rolling window are what langfuse/langfuse#714 has asked for since 2023.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.alerts.looking import Watch
from spanledger.building.build import Builder
from spanledger.building.build_figures import counted
from spanledger.building.building import NOT_BUILT
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from spanledger.settings import Settings
from tests.lake import land, open_warehouse
from tests.spanledger.alerts.receiving import Webhook, webhook

NOW = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
BUDGETS = """\
budgets:
  - id: each-user
    owner: platform@example.com
    scope: {user_id: "*"}
    unit: usd
    limit: 5
    window: rolling
    duration: 24h
    thresholds:
      - {at: 80%, policy: notify}
      - {at: 90%, policy: escalate, to: cto@example.com}
      - {at: 100%, policy: pause}
    when_unreachable: allow
"""


def call(at: datetime, user: str, tokens: int, model: str = "echo-1") -> bytes:
    """A call of that many tokens, at a dollar a million."""
    start = round(at.timestamp()) * 10**9
    attributes: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": 0, "user.id": user,
    }  # fmt: skip
    trace = hashlib.md5(f"{start} {user} {model}".encode()).hexdigest()
    made = span(trace, trace[:16], None, "chat", (start, start + 10**9), attributes)
    (body,) = pack([Sent((("service.name", "chat-service"),), ("app", "1"), made)], 1)
    return body


class Company:
    """One data directory, built and looked at as time goes on."""

    def __init__(self, data: Path, url: str, chief: str) -> None:
        self.data, self.now, self.file = data, NOW, data / "alerts.yaml"
        (data / "lake").mkdir(parents=True)
        (data / "budgets.yaml").write_text(BUDGETS)
        (data / "prices.csv").write_text(
            "provider,model,token_kind,unit_price,unit,valid_from,valid_to,source\n"
            "acme,echo-1,input,1.00,1M tokens,,,contract\nacme,echo-1,output,1.00,1M tokens,,,contract\n"
        )
        self.file.write_text(
            f"channels:\n  web: {{url: '{url}'}}\n  chief: {{url: '{chief}'}}\n"
            "owners: {cto@example.com: [chief]}\nrules:\n  - {events: budget, to: web}\n"
        )
        self._builder = Builder(
            *(data, data / "lake", PriceFiles(prices=data / "prices.csv")),
            budgets_file=data / "budgets.yaml",
            clock=lambda: self.now,
        )
        self._watch = Watch(Settings(data=data, alerts_file=self.file))

    def turn(self, *bodies: bytes, **later: float) -> None:
        """Time goes on, calls arrive, a build is made and looked at."""
        self.now += timedelta(**later)
        if bodies:
            land(bodies, self.data, received_at_ns=round(self.now.timestamp()) * 10**9)
        with counted(self.data, self.data / "lake", NOT_BUILT) as made:
            made.append(self._builder.build(shows_alerts=True))
        self._watch.look(self.now)

    def command(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["alerts", *words])

    def listed(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(
            self.command("list", "--all", "--data", str(self.data), "--format", "json").output
        )
        return rows


@pytest.fixture(scope="module")
def web() -> Iterator[Webhook]:
    with webhook() as box:
        yield box


@pytest.fixture(scope="module")
def chief() -> Iterator[Webhook]:
    with webhook() as box:
        yield box


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, web: Webhook, chief: Webhook) -> Company:
    made = Company(tmp_path_factory.mktemp("alerts") / "data", web.url, chief.url)
    made.turn(
        call(NOW - timedelta(hours=30), "ann", 4_900_000),  # before the window
        call(NOW - timedelta(hours=20), "ann", 1_000_000),
        call(NOW - timedelta(hours=2), "bob", 4_100_000),
        call(NOW - timedelta(hours=1), "eve", 5_200_000),
        call(NOW - timedelta(hours=1), "eve", 10, "acme-unheard-of"),
    )
    return made


def test_each_user_beyond_a_threshold_is_told_with_amount_window_and_link(company: Company, web: Webhook) -> None:
    (message,) = web.messages
    assert message["title"] == "SpanLedger: 2 alerts"
    lines = message["message"].splitlines()
    assert lines[0].startswith("Critical: budget each-user (user eve): ")
    assert "$5.20 of $5.00 spent, 104% of it; the limit is exceeded" in lines[0]
    assert lines[1] == "since 2026-11-22 11:05 UTC; user eve; owner platform@example.com"
    assert lines[2].startswith("http://127.0.0.1:8501/budgets (incident ")
    assert lines[4] == "Warning: budget each-user (user bob): $4.10 of $5.00 spent, 82% of it"
    assert "ann" not in message["message"], "what she spent has left the window"
    assert {row["kind"] for row in company.listed()} == {"budget", "unpriced_model"}, "listed, though no rule tells it"


def test_whom_a_threshold_escalates_to_hears_of_what_crossed_it(company: Company, chief: Webhook) -> None:
    (message,) = chief.messages
    assert "user eve" in message["title"] + message["message"]
    assert "bob" not in message["title"] + message["message"]


def test_what_happened_is_in_the_next_build(company: Company, web: Webhook) -> None:
    company.turn(minutes=1)
    with open_warehouse(company.data) as warehouse:
        rows = warehouse.execute("select scope, state, told, messages from fct_alerts order by kind, scope").fetchall()
    assert rows == [
        ("user bob", "firing", "web", 1),
        ("user eve", "firing", "chief, web", 2),
        ("model acme-unheard-of", "firing", None, 0),
    ]
    before = (company.data / "builds" / "CURRENT").read_text()
    company.turn(minutes=1)
    assert (company.data / "builds" / "CURRENT").read_text() == before, "nothing new: no further build"
    assert len(web.messages) == 1


def test_a_mute_is_kept_and_the_rolling_window_ends_the_others(company: Company, web: Webhook) -> None:
    eve = next(row for row in company.listed() if row["scope"] == "user eve")
    data = ("--data", str(company.data))
    muted = company.command("mute", eve["id"][:6], "--until", "2030-01-01T00:00Z", "--reason", "load test", *data)
    assert muted.exit_code == 0, muted.output
    assert "is muted until 2030-01-01 00:00 UTC" in muted.output
    states = {row["scope"]: row["state"] for row in company.listed()}
    assert (states["user eve"], states["user bob"]) == ("muted", "firing")
    company.turn(hours=24)
    company.turn(minutes=20)
    assert web.messages[-1]["title"].startswith("SpanLedger: Over: budget each-user (user bob)")
    assert len(web.messages) == 2, "of whom is muted nobody hears"
    states = {row["scope"]: row["state"] for row in company.listed()}
    assert {states["user eve"], states["user bob"]} == {"recovered"}
    assert company.command("mute", "zzz", "--until", "4h", "--reason", "x", *data).exit_code == 2
    assert company.command("mute", eve["id"], "--until", "2020-01-01", "--reason", "x", *data).exit_code == 2


def test_the_test_command_says_what_became_of_each_channel(company: Company, web: Webhook) -> None:
    assert company.command("test", "--alerts-file", str(company.file)).output.startswith(
        "web (json://127.0.0.1): taken"
    )
    assert web.messages[-1]["title"] == "SpanLedger: test"
    company.file.write_text(
        f"channels:\n  web: {{url: '{web.url}'}}\n  gone: {{url: 'json://127.0.0.1:9/t0ken-x'}}\n"
        "  unset: {url_from: NO_SUCH}\n  odd: {url: 'nonsense://t0ken-x'}\n"
    )
    result = company.command("test", "--alerts-file", str(company.file))
    assert result.exit_code == 1
    assert "gone (json://127.0.0.1): not taken: A Connection error occurred" in result.output
    assert "unset (no address): not taken: the environment variable NO_SUCH is not set" in result.output
    assert "odd (nonsense://…): not taken: the address nonsense://… cannot be used" in result.output
    assert "t0ken-x" not in result.output
    assert company.command("test").exit_code == 2, "without channels there is nothing to test"
