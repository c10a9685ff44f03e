"""Two receivers and one budget: the keeper alone decides, on what landed from both."""

import json
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from collector.budget.replay import replay
from sample_traces.otlp import pack
from spanledger.building.build import Builder
from tests.collector.running import wait_until
from tests.end_to_end.test_budget_live import MODEL, call
from tests.end_to_end.tier import Tier
from tests.lake import open_warehouse

EACH, FITTING, ASKING = Decimal("0.006"), 50, 8
"""What one call of 1,000 and 200 tokens costs, how many the budget holds, how many ask at once."""
BUDGETS = """\
budgets:
  - {id: asked, owner: a@example.com, scope: {team: t1}, unit: usd, limit: 0.3, window: month, deadline: 10s,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: unasked, owner: a@example.com, scope: {team: t2}, unit: usd, limit: 0.03, window: month, deadline: 10s,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
"""
ESTIMATE = {"model": MODEL, "provider": "anthropic", "input_tokens": 1000, "output_tokens": 200}


def ask(tier: Tier, team: str, *, reserve: bool, estimate: Mapping[str, Any] = ESTIMATE) -> dict[str, Any]:
    said = {"scope": {"team": team}, "estimate": dict(estimate), "reserve": reserve}
    answer = tier.post(0, "/v1/budget/check", json.dumps(said).encode())
    assert answer.status == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def counter(tier: Tier, team: str) -> tuple[Decimal, Decimal]:
    [one] = ask(tier, team, reserve=False, estimate={"usd": "0"})["counters"]
    return Decimal(one["spent"]), Decimal(one["reserved"])


def work(tier: Tier, seed: int) -> int:
    """Ask, and send what was granted to either receiver or to both, until nothing more is granted."""
    chance, granted = random.Random(seed), 0
    while (said := ask(tier, "t1", reserve=True))["verdict"] != "deny":
        granted += 1
        made = call({"team": "t1"}, more={"spanledger.reservation.id": said["reservation_id"]})
        for number in chance.choice([(0,), (1,), (0, 1), (1, 0)]):
            for body in pack([made], 1):
                tier.send(body, [number])
    return granted


def test_one_budget_holds_whoever_receives_the_spans(tmp_path: Path) -> None:
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text(BUDGETS)
    with Tier(tmp_path, [{}], budgets_file=budgets) as tier:
        builder = Builder(tier.keeper.data, tier.lake, budgets_file=budgets)
        tier.send(next(pack([call({"team": "other"})], 1)), [1])
        tier.wait_until_landed()
        build = builder.build().build_id
        wait_until(lambda: f"build {build}," in ask(tier, "t1", reserve=False)["spend"]["source"], "the build's prices")

        with ThreadPoolExecutor(ASKING) as pool:
            granted = sum(pool.map(lambda seed: work(tier, seed), range(ASKING)))
        assert granted == FITTING
        wait_until(lambda: counter(tier, "t1") == (FITTING * EACH, 0), "spans of both receivers to settle all")

        for body in pack([call({"team": "t2"}) for _ in range(7)], 1):
            tier.send(body, [1])  # nobody asked, and the keeper never saw them
        wait_until(lambda: counter(tier, "t2") == (7 * EACH, 0), "what nobody asked for to count")
        assert ask(tier, "t2", reserve=True)["verdict"] == "deny"
        assert tier.post(1, "/v1/budget/check", b"{}").status == 421

        tier.wait_until_landed()
        builder.build()
        with open_warehouse(tier.keeper.data) as warehouse:
            spent = dict(warehouse.execute("select budget_id, spent_usd from rpt_budget_status").fetchall())
        assert spent == {"asked": FITTING * EACH, "unasked": 7 * EACH}
        tier.stop()
    assert replay(tier.keeper.data).faults == []
