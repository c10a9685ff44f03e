"""A decision service on a real journal, with a clock of its own."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from collector.budget.annotations import Annotation
from collector.budget.counters import moment
from collector.budget.replay import replay
from collector.budget.service import BudgetService

NOON_NS = 1_795_348_800 * 10**9  # 2026-11-22, 12:00 UTC
BUDGETS = """\
budgets:
  - id: month
    owner: cfo@example.com
    scope: all
    unit: usd
    limit: 1
    window: month
    thresholds: [{at: 50%, policy: approve}, {at: 100%, policy: pause}]
    when_unreachable: deny
    deadline: 100ms
  - id: each-user
    owner: platform@example.com
    scope: {user_id: "*"}
    unit: tokens
    limit: 1000
    window: rolling
    duration: 1h
    thresholds: [{at: 100%, policy: pause}]
    when_unreachable: allow
"""
Said = dict[str, Any]


class Clock:
    def __init__(self) -> None:
        self.ns = NOON_NS

    def __call__(self) -> int:
        return self.ns

    def pass_s(self, seconds: float) -> None:
        self.ns += int(seconds * 10**9)


class Scene:
    """A service in a folder; `run` gives it something to do."""

    def __init__(self, folder: Path) -> None:
        self.data, self.file, self.clock = folder / "data", folder / "budgets.yaml", Clock()
        self.file.write_text(BUDGETS)
        self.service = BudgetService(self.data, self.file, self.clock)

    def restart(self) -> None:
        self.service.kept.close()
        self.service = BudgetService(self.data, self.file, self.clock)

    def run(self, *works: Coroutine[Any, Any, Any]) -> list[Any]:
        async def together() -> list[Any]:
            return await asyncio.gather(*works, return_exceptions=True)

        return asyncio.run(together())

    def check(self, usd: str = "0", tokens: int = 0, user: str = "u1", **more: Any) -> Said:
        said = {"scope": {"user_id": user}, "estimate": {"usd": usd, "tokens": tokens}, **more}
        return self._one(self.service.check(said, None))

    def settle(self, reservation: str, **spent: Any) -> Said:
        return self._one(self.service.settle({"reservation_id": reservation, "spent": spent}, None))

    def release(self, reservation: str) -> Said:
        return self._one(self.service.release({"reservation_id": reservation}, None))

    def annotate(self, kind: str, **content: Any) -> None:
        at = moment(self.clock())
        said = {"valid_from": at.isoformat(), "reason": "a test", "by": "cfo", **content}
        self._one(self.service.kept.annotate(Annotation(f"{kind}-1", kind, None, at, "", said)))

    def _one(self, work: Coroutine[Any, Any, Any]) -> Any:
        [found] = self.run(work)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    scene = Scene(tmp_path)
    yield scene
    assert scene.service.kept.ledger.faults() == []
    scene.service.kept.close()
    replayed = replay(scene.data)
    assert not replayed.faults
