"""Ways in which a limit could be passed, or stand in the way of nobody's spend; each of them closed."""

import asyncio
from typing import Any

import pytest

from collector.budget.service import ConflictError
from tests.collector.budget.scenes import Scene, scene

__all__ = ["scene"]


@pytest.mark.parametrize("other", [{"usd": "0.3"}, {"user": "u2"}, {"tokens": 5}, {"ttl_s": 5}, {"calls": 2}])
def test_another_request_under_an_open_id_is_refused(scene: Scene, other: dict[str, Any]) -> None:
    scene.check("0.2", reservation_id="job")
    with pytest.raises(ConflictError, match="job was granted for another request"):
        scene.check(**{"usd": "0.2", "reservation_id": "job", **other})
    assert scene.check("0.2", reservation_id="job")["is_repeat"]


def test_a_repeat_is_answered_once_the_first_answer_is_kept(scene: Scene) -> None:
    """An allow that was never written would be unknown after a restart."""
    asked = {"estimate": {"usd": "0.2", "tokens": 1}, "reservation_id": "job"}
    order: list[str] = []

    async def ask(name: str) -> None:
        await scene.service.check(asked, None)
        order.append(name)

    async def both() -> None:
        await asyncio.gather(ask("first"), ask("again"))

    asyncio.run(both())
    assert order == ["first", "again"]
