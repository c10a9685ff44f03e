"""The clients and the example, against a real collector; and against one that does not answer."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spanledger.clients.budget import BudgetClient, BudgetRequestError
from tests.collector.running import Collector, configuration

ROOT = Path(__file__).parents[2]
BUDGETS = """
  - id: jobs
    owner: jobs@example.com
    scope: {team: jobs, workflow_id: "*"}
    unit: usd
    limit: 1
    window: day
    thresholds: [{at: 50%, policy: slow, below_priority: 30, wait: 2s}, {at: 100%, policy: pause}]
    when_unreachable: deny
    deadline: 200ms
"""
NODE = """
import { BudgetClient, BudgetRequestError } from "./spanledger/clients/budget.mjs";
const client = new BudgetClient(process.argv[1], { whenUnreachable: "allow", deadlineMs: 300 });
const dead = new BudgetClient(process.argv[2], { whenUnreachable: "deny", deadlineMs: 100 });
const scope = { team: "jobs", workflow_id: "js" };
const first = await client.check(scope, { usd: "0.6" });
const second = await client.check(scope, { usd: "0.6" });
const isSettled = await client.settle(first, { usd: "0.1" });
const third = await client.check(scope, { usd: "0.6" });
const isReleased = await client.release(third);
const refusal = await client.check({ usr: "x" }, {}).catch((error) => error);
const wrong = refusal instanceof BudgetRequestError && refusal.message;
const started = performance.now();
const none = await dead.check(scope, { usd: "0.6" });
console.log(JSON.stringify({
  verdicts: [first.verdict, second.verdict, third.verdict, none.verdict], isSettled, isReleased, wrong,
  isFallback: none.isFallback, waitedMs: performance.now() - started,
}));
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("clients")
    budgets = folder / "budgets.yaml"
    budgets.write_text((ROOT / "docs/examples/agent_budgets.yaml").read_text() + BUDGETS)
    with Collector(configuration(folder / "data", budgets_file=budgets)) as collector:
        yield collector


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """A place that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_python_client(collector: Collector) -> None:
    with BudgetClient(collector.http_url, deadline_ms=10_000) as client:
        ask(client)


def ask(client: BudgetClient) -> None:
    scope = {"team": "jobs", "workflow_id": "py"}
    first = client.check(scope, {"usd": "0.6"}, priority=10)
    assert (first.verdict, first.wait_ms, first.is_allowed) == ("slow", 2000, True)
    second = client.check(scope, {"usd": "0.6"})
    assert (second.verdict, second.is_allowed) == ("deny", False)
    assert "paused" in second.reasons[0]
    assert client.settle(first, usd="0.1")
    third = client.check(scope, {"usd": 0.6})
    assert third.is_allowed
    assert client.release(third)
    with pytest.raises(BudgetRequestError, match=r"scope\.usr"):
        client.check({"usr": "x"}, {})
    assert client._choices[("team", "jobs"), ("workflow_id", "py")] == ("deny", 200)


@pytest.mark.parametrize("choice", ["allow", "deny"])
def test_no_answer_in_time_is_decided_as_stated(silent: str, choice: str) -> None:
    with BudgetClient(silent, deadline_ms=100, when_unreachable=choice) as client:
        started = time.monotonic()
        answer = client.check({"team": "x"}, {"usd": 1})
        assert time.monotonic() - started < 2
        assert (answer.verdict, answer.is_fallback, answer.is_allowed) == (choice, True, choice == "allow")
        assert client.settle(answer, usd="1") is False


def test_what_the_budgets_said_holds_when_nobody_answers(tmp_path: Path) -> None:
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text("budgets:" + BUDGETS)
    config = configuration(tmp_path / "data", budgets_file=budgets)
    with Collector(config) as collector, BudgetClient(collector.http_url, deadline_ms=10_000) as client:
        assert client.check({"team": "jobs", "workflow_id": "a"}, {"usd": "0.1"}).verdict == "allow"
        collector.kill()
        answer = client.check({"team": "jobs", "workflow_id": "a"}, {"usd": "0.1"})
        assert (answer.verdict, answer.is_fallback) == ("deny", True)
        assert "within 200 ms" in answer.reasons[0]
        assert client.check({"team": "never asked"}, {}).verdict == "allow"


def test_the_agent_of_the_example_stops_at_its_limits(collector: Collector) -> None:
    example = [sys.executable, "docs/examples/agent_loop.py", collector.http_url]
    said = subprocess.run(example, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.startswith("7 steps, 19600 tokens: budget agent-tokens"), said


@pytest.mark.skipif(shutil.which("node") is None, reason="make test installs Node")
def test_javascript_client(collector: Collector, silent: str) -> None:
    program = ["node", "--input-type=module", "--eval", NODE, collector.http_url, silent]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    said: dict[str, Any] = json.loads(ran.stdout)
    assert said["verdicts"] == ["warn", "deny", "warn", "deny"]
    assert (said["isSettled"], said["isReleased"], said["isFallback"]) == (True, True, True)
    assert "scope.usr" in said["wrong"]
    assert said["waitedMs"] < 2000
