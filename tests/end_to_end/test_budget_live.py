"""Spend as decisions see it, on a real collector with real builds: cases 30 to 32, and a job that runs away."""

import json
import secrets
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collector.budget.replay import all_events, replay
from sample_traces.otlp import CLIENT, Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.clients.budget import BudgetClient
from spanledger.prices.price_files import PriceFiles
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse

MODEL = "claude-sonnet-4-5"  # $3 a million tokens in, $15 out
BUDGETS = """\
budgets:
  - {id: team, owner: a@example.com, scope: {team: t1}, unit: usd, limit: 1000, window: month, deadline: 10s,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: user, owner: a@example.com, scope: {user_id: "*", team: t1}, unit: tokens, limit: 10000, window: rolling,
     duration: 2h, deadline: 10s, thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: run, owner: a@example.com, scope: {workflow_run_id: "*", team: t1}, unit: steps, limit: 500, window: run,
     deadline: 10s, thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: job, owner: a@example.com, scope: {team: batch}, unit: usd, limit: 5, window: day, deadline: 10s,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: blocked, owner: a@example.com, scope: {team: t2}, unit: usd, limit: 10, window: month, deadline: 10s,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
"""
JOB = {"job": "4.983"}
"""What 22 requests of 500 and 15,000 tokens cost, at $3 and $15 a million: one more would be beyond $5."""
WRONG, RIGHT = "90", "1"
PRICES = """provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source
anthropic,claude-haiku-4-5,input,{price},2026-01-01,,our contract
anthropic,claude-haiku-4-5,output,5,2026-01-01,,our contract
"""
Said = dict[str, Any]


class Scene:
    """A collector, its builder, and what asks and sends."""

    def __init__(self, folder: Path) -> None:
        self.data, budgets = folder / "data", folder / "budgets.yaml"
        budgets.write_text(BUDGETS)
        self.prices = folder / "prices.csv"
        self.prices.write_text(PRICES.format(price=WRONG))
        self.collector = Collector(configuration(self.data, budgets_file=budgets)).__enter__()
        self._builder = Builder(self.data, self.data / "lake", PriceFiles(self.prices), budgets_file=budgets)

    def build(self) -> str:
        """Make a build, and wait until decisions are made on it."""
        wait_until(lambda: not self.collector.waiting(), "everything to land")
        build = self._builder.build().build_id
        assert build is not None
        wait_until(lambda: f"build {build}," in self.ask({})["spend"]["source"], "the build to be read")
        return build

    def ask(self, scope: Said, **estimate: Any) -> Said:
        said = {"scope": scope, "reserve": False, "estimate": {"usd": "0", "tokens": 0, "steps": 0, **estimate}}
        body = json.dumps(said).encode()
        answer = self.collector.request("POST", "/v1/budget/check", body, {"content-type": "application/json"})
        assert answer.status == 200, answer.body
        found: Said = json.loads(answer.body)
        return found

    def spent(self, **scope: str) -> dict[str, Any]:
        return {one["budget_id"]: one["spent"] for one in self.ask(scope)["counters"]}

    def send(self, *sent: Sent) -> None:
        for body in pack(sent, 50):
            assert self.collector.send(body).status == 200


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    scene = Scene(tmp_path_factory.mktemp("live"))
    with scene.collector:
        yield scene


def call(
    tags: Attributes,
    tokens: tuple[int, int] = (1000, 200),
    *,
    model: str = MODEL,
    trace: str | None = None,
    parent: str | None = None,
    more: Attributes | None = None,
) -> Sent:
    """One call now, with tags as an application sets them."""
    now = time.time_ns() - 10**9
    attributes: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
        **{f"spanledger.{name}": value for name, value in tags.items() if name != "user.id"},
        **({"user.id": tags["user.id"]} if "user.id" in tags else {}),
        **(more or {}),
    }
    ids = (trace or secrets.token_hex(16), secrets.token_hex(8), parent)
    made = span(*ids, f"chat {model}", (now, now + 10**8), attributes, CLIENT)
    return Sent((("service.name", "live"),), ("opentelemetry.instrumentation.anthropic", "1"), made)


def test_counters_agree_with_the_warehouse_before_and_after_builds(scene: Scene) -> None:
    """Case 31: a counter that drifts from the ledger blocks what should pass."""
    tags = {"team": "t1", "user.id": "ann", "workflow.run_id": "run-1"}
    calls = [call(tags, trace="0a" * 16) for _ in range(10)]
    wrapped = call(tags, trace="0a" * 16, more={"gen_ai.response.id": "resp-1"})
    again = call(tags, trace="0a" * 16, more={"gen_ai.response.id": "resp-1"})
    scene.send(*calls, wrapped, again, calls[0], call({"team": "other"}))
    scene.send(call({"team": "t2"}, (150_000, 0), model="claude-haiku-4-5"))  # of a later test
    expected = {"team": "0.066", "user": 13_200, "run": 11}  # of 11 calls: $0.003 in and $0.003 out
    asked = {"team": "t1", "user_id": "ann", "workflow_run_id": "run-1"}
    wait_until(lambda: scene.spent(**asked) == expected, f"{expected}, not {scene.spent(**asked)}")
    denied = scene.ask(asked, tokens=1)
    assert denied["verdict"] == "deny"
    assert denied["spend"]["age_s"] < 30
    scene.build()
    assert scene.spent(**asked) == expected
    assert marts(scene, "team", "user", "run") == {"team": Decimal("0.066"), "user": 13_200, "run": 11}
    scene.send(call(tags))
    wait_until(lambda: scene.spent(**asked)["team"] == "0.072", "what landed after the build")


def marts(scene: Scene, *budgets: str) -> dict[str, Any]:
    """What the published build says was spent."""
    with open_warehouse(scene.data) as warehouse:
        rows = warehouse.execute(
            "select budget_id, case unit when 'usd' then spent_usd when 'tokens' then spent_tokens else spent_steps end"
            " from rpt_budget_status where list_contains($budgets, budget_id) and spent_steps > 0",
            {"budgets": list(budgets)},
        ).fetchall()
    return dict(rows)


def test_first_calls_of_an_unknown_user_do_not_pass_together(scene: Scene) -> None:
    """Case 30: of eight at once only as many pass as one user's budget holds."""
    from concurrent.futures import ThreadPoolExecutor

    scope, estimate = {"team": "t1", "user_id": "new", "workflow_run_id": "run-2"}, {"usd": "0.01", "tokens": 3000}
    with BudgetClient(scene.collector.http_url, deadline_ms=10_000) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.check(scope, estimate), range(8)))
    assert sum(one.is_allowed for one in answers) == 3


def test_a_job_that_runs_away_is_stopped_at_its_limit(scene: Scene) -> None:
    """50,000 requests of 15,000 output tokens instead of 500, on a budget of $5: what it really spent stays below."""
    done = 0
    with BudgetClient(scene.collector.http_url, deadline_ms=10_000) as client:
        for _ in range(50_000):
            answer = client.check(
                {"team": "batch"},
                {"model": MODEL, "provider": "anthropic", "input_tokens": 500, "output_tokens": 15_000},
            )
            if not answer.is_allowed:
                break
            reserved = {"spanledger.reservation.id": answer.reservation_id}
            scene.send(call({"team": "batch"}, (500, 15_000), more=reserved))
            done += 1
    assert done == 22
    assert "it is paused there" in answer.reasons[0]
    wait_until(lambda: scene.ask({"team": "batch"})["counters"][0]["reserved"] == "0", "spans to settle all of it")
    assert scene.spent(team="batch") == JOB


def test_a_wrong_price_is_corrected_and_nothing_deleted(scene: Scene) -> None:
    """Case 32: a price ninety times too high blocks everyone until the corrected one is built."""
    assert scene.spent(team="t2") == {"blocked": "13.5"}
    assert scene.ask({"team": "t2"}, usd="0.01")["verdict"] == "deny"
    scene.prices.write_text(PRICES.format(price=RIGHT))
    corrected = scene.build()
    assert scene.spent(team="t2") == {"blocked": "0.15"}
    assert scene.ask({"team": "t2"}, usd="0.01")["verdict"] == "allow"
    changes = [
        (change, event.why)
        for event in all_events(scene.data)
        if event.kind == "spend"
        for counter, change in event.changes.items()
        if counter.startswith("blocked|")
    ]
    assert changes[-1] == ((135 * 10**11, 15 * 10**10), f"build {corrected}")
    assert len(changes) >= 2
    assert marts(scene, "job") == {"job": Decimal(JOB["job"])}
    assert scene.spent(team="batch") == JOB
    assert not replay(scene.data).faults
