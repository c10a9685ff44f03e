"""Spend as it is read beside a real build: what was said before a change, or before a quiet time, is not lost."""

import asyncio
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collector.budget import live as live_module
from collector.budget.live import Live, follow
from collector.budget.live_process import LiveProcess
from collector.budget.service import BudgetService
from collector.config import CollectorConfig
from sample_traces.otlp import CLIENT, Attributes, Sent, pack, span
from spanledger.building.build import Builder
from tests.lake import land, open_warehouse
from transforms.budgets.book import BudgetBook
from transforms.budgets.budget_file import read_budgets

MODEL = "claude-sonnet-4-5"  # $3 a million tokens in, $15 out
HOUR_NS = 3600 * 10**9
NOW_NS = time.time_ns()
CALLS = {"r1": (100_000, 20_000), "r2": (10_000, 2_000)}  # $0.60, $0.06
TRACES = {"r1": "0a" * 16, "r2": "0b" * 16}
HOURS_AGO = {"r1": 3, "r2": 1}
DOLLAR = 10**12
ENDS = "thresholds: [{at: 100%, policy: pause}], when_unreachable: deny"
BOOK = f"""\
budgets:
  - {{id: all, owner: a, scope: all, unit: usd, limit: 1000, window: total, {ENDS}}}
  - {{id: run, owner: a, scope: {{workflow_run_id: "*"}}, unit: usd, limit: 10, window: run, {ENDS}}}
"""


def call(run: str, *, hours_ago: float | None = None, trace: str = "", more: Attributes | None = None) -> Sent:
    """The call of a run; the same each time."""
    at = NOW_NS - int((HOURS_AGO[run] if hours_ago is None else hours_ago) * HOUR_NS)
    said: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL,
        "gen_ai.usage.input_tokens": CALLS[run][0],
        "gen_ai.usage.output_tokens": CALLS[run][1],
        "spanledger.workflow.run_id": run,
        **(more or {}),
    }
    made = span(trace or TRACES[run], "01" * 8, None, f"chat {MODEL}", (at, at + 10**8), said, CLIENT)
    return Sent((("service.name", "live"),), ("opentelemetry.instrumentation.anthropic", "1"), made)


@dataclass
class Scene:
    """A lake and its build."""

    data: Path

    def live(self, book: BudgetBook, spend: Mapping[str, int] | None = None, **known: Any) -> Live:
        """A reader of spend that was told ``known``."""
        said = {"spend": spend or {}, "granted": {}, "since_ns": NOW_NS, "at_ns": NOW_NS, **known}
        return Live(CollectorConfig(data=self.data, lake=self.data / "lake"), book, said)

    def send(self, *calls: Sent) -> None:
        """Land them now."""
        land(pack(calls, 50), self.data, received_at_ns=time.time_ns())


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Both calls are built."""
    folder = tmp_path_factory.mktemp("live")
    found = Scene(folder / "data")
    found.send(call("r1", more={"spanledger.reservation.id": "job"}), call("r2"))
    (folder / "budgets.yaml").write_text(BOOK)
    Builder(found.data, found.data / "lake", budgets_file=folder / "budgets.yaml").build()
    return found


def said(live: Live, now_ns: int = NOW_NS) -> dict[str, int]:
    """What it says of counters."""
    found: dict[str, int] = {}
    for one in live.look(now_ns):
        found |= one.get("spend", {})
    return found


def changing(hours_from_now: float) -> BudgetBook:
    """Another scope from then on."""
    at = datetime.fromtimestamp(NOW_NS / 1e9 + hours_from_now * 3600, UTC).isoformat(timespec="seconds")
    one = f"unit: usd, limit: 1000, window: total, {ENDS}"
    return read_budgets(
        f"""\
budgets:
  - {{id: dept, owner: a, scope: {{workflow_run_id: r1}}, valid_to: "{at}", {one}}}
  - {{id: dept, owner: a, scope: {{workflow_run_id: r2}}, valid_from: "{at}", {one}}}
""",
        "b",
    )


@pytest.mark.parametrize(("hours_from_now", "dollars"), [(48, "0.60"), (-2, "0.66"), (-4, "0.06")])
def test_what_was_spent_before_a_change_of_scope_stays_spent(scene: Scene, hours_from_now: int, dollars: str) -> None:
    """A team is renamed next month, was renamed between the calls, or before both."""
    found = said(scene.live(changing(hours_from_now)))
    assert found == {"dept||@": int(dollars.replace(".", "")) * DOLLAR // 100}


RUN = {"run|workflow_run_id=r1|@": 6 * DOLLAR // 10, "run|workflow_run_id=r2|@": 6 * DOLLAR // 100}
ALL = {"all||@": 66 * DOLLAR // 100}
BOTH = read_budgets(BOOK, "b")


def test_a_run_that_was_quiet_for_days_keeps_what_it_spent(scene: Scene) -> None:
    """It waited for an approval over a weekend."""
    live = scene.live(BOTH)
    assert said(live) == RUN | ALL
    assert said(live, NOW_NS + 72 * HOUR_NS) == {}
    assert said(scene.live(BOTH, RUN | ALL), NOW_NS + 72 * HOUR_NS) == {}


def test_calls_from_before_a_grant_are_not_its_calls(scene: Scene) -> None:
    """The reader is told of a reservation under an id that was used hours ago; then of the one it was."""

    def of_job(hours_ago: float) -> list[Any]:
        granted = {"/job": NOW_NS - int(hours_ago * HOUR_NS)}
        found = scene.live(BOTH, granted=granted, since_ns=NOW_NS - 5 * HOUR_NS).look(NOW_NS)
        return [one["reservation"] for part in found for one in part.get("seen", [])]

    assert (of_job(2), of_job(4)) == ([], ["/job"])


def test_a_span_that_the_build_has_is_not_counted_again(scene: Scene) -> None:
    """Case 31: an exporter that sends again while no build is made would block everyone."""
    live = scene.live(BOTH)
    live.look(NOW_NS)
    scene.send(call("r1", more={"spanledger.reservation.id": "job"}))
    scene.send(call("r2", trace="0c" * 16, hours_ago=0.5))
    live._next_thorough = 0
    assert said(live, NOW_NS + 1) == {"all||@": 72 * DOLLAR // 100, "run|workflow_run_id=r2|@": 12 * DOLLAR // 100}


def test_a_reader_that_says_what_nobody_understands_is_ended(scene: Scene, tmp_path: Path) -> None:
    """Else spend would stand still for good."""

    async def heard() -> str:
        service = BudgetService(tmp_path, None)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "import sys; print('{\"spend\": 5}', flush=True); sys.stdin.read()"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        config = CollectorConfig(data=tmp_path, lake=tmp_path / "lake")
        found = await LiveProcess(config, service)._heard(process)
        await process.wait()
        service.kept.close()
        return found

    assert "cannot be used: KeyError('why')" in asyncio.run(heard())


def test_a_reader_of_what_cannot_be_read_hears_at_once_that_it_is_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "builds" / "CURRENT").mkdir(parents=True)
    heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    monkeypatch.setattr(live_module, "_say", heard.put)
    monkeypatch.setattr(live_module, "RETRY_S", 3600.0)
    config = CollectorConfig(data=tmp_path, lake=tmp_path / "lake")
    known = {"book": {"text": "", "name": "", "annotations": []}, "spend": {}, "granted": {}, "at_ns": NOW_NS}
    listener, speaker = os.pipe()
    reader = threading.Thread(target=follow, args=(listener, config, known), daemon=True)
    reader.start()
    assert "spend cannot be read just now" in heard.get(timeout=60)["problem"]
    os.close(speaker)
    reader.join(60)
    assert not reader.is_alive()
    os.close(listener)


def test_the_warehouse_counts_a_budget_whose_scope_changed_as_decisions_do(scene: Scene, tmp_path: Path) -> None:
    """One call long before the change of scope, one after it."""
    data = Scene(tmp_path / "data")
    data.send(
        call("r1", hours_ago=72),
        call("r2", hours_ago=72, trace="0d" * 16),
        call("r2"),
        call("r1", hours_ago=1, trace="0e" * 16),
    )
    day = f"{datetime.fromtimestamp(NOW_NS / 1e9 - 36 * 3600, UTC):%Y-%m-%d}"
    one = f"unit: usd, limit: 1000, window: total, {ENDS}"
    text = f"""\
budgets:
  - {{id: dept, owner: a, scope: {{workflow_run_id: r1}}, valid_to: {day}, {one}}}
  - {{id: dept, owner: a, scope: {{workflow_run_id: r2}}, valid_from: {day}, {one}}}
"""
    (tmp_path / "b.yaml").write_text(text)
    Builder(data.data, data.data / "lake", budgets_file=tmp_path / "b.yaml").build()
    assert said(data.live(read_budgets(text, "b"))) == {"dept||@": 66 * DOLLAR // 100}
    with open_warehouse(data.data) as warehouse:
        found = warehouse.execute("select spent_usd from rpt_budget_status where budget_id = 'dept'").fetchall()
    assert found == [(Decimal("0.66"),)]
