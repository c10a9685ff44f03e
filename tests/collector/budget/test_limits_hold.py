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


MONTH = "month||2026-11-01T00:00:00+00:00@"


def seen(reservation: str, usd: int, *, unpriced: int = 0, counter: str = MONTH) -> dict[str, Any]:
    amounts = {"usd": usd, "tokens": 0, "steps": 1}
    counters = {counter: usd}
    return {"reservation": reservation, "calls": 1, "unpriced": unpriced, "amounts": amounts, "counters": counters}


def test_the_calls_of_an_id_do_not_close_what_is_asked_under_it_later(scene: Scene) -> None:
    scene.check("0.3", reservation_id="r")
    scene.service.take_spend({MONTH: 10**10}, "segment")
    scene.service.take_seen([seen("/r", 10**10)])
    scene.clock.pass_s(61)
    scene.service.tick()
    assert "/r" not in scene.service.ledger.reservations
    with pytest.raises(ConflictError, match="r was used before"):
        scene.check("0.3", reservation_id="r")
    scene.restart()
    with pytest.raises(ConflictError, match="r was used before"):
        scene.check("0.3", reservation_id="r")


@pytest.mark.parametrize("is_priced", [True, False])
def test_what_comes_late_is_not_counted_twice(scene: Scene, is_priced: bool) -> None:
    """A span two days after its settlement, or a price two days after the call."""
    scene.check("0.4", reservation_id="r")
    if is_priced:
        scene.settle("r", usd="0.4", tokens=0)
    else:
        scene.service.take_seen([seen("/r", 0, unpriced=1)])
    for _ in range(4):
        scene.clock.pass_s(12 * 3600)
        scene.service.tick()
    assert scene.check("0", reserve=False)["counters"][0]["spent"] == "0.4"
    scene.service.take_spend({MONTH: 4 * 10**11}, "build")
    scene.service.take_seen([seen("/r", 4 * 10**11)])
    assert scene.check("0", reserve=False)["counters"][0]["spent"] == "0.4"
    scene.service.tick()
    assert scene.service.ledger.reservations == {}


def test_what_no_span_speaks_of_is_forgotten_with_its_window(scene: Scene) -> None:
    scene.check("0.4", tokens=5, reservation_id="r")
    scene.settle("r", usd="0.4", tokens=5)
    scene.clock.pass_s(9 * 86400)  # December
    for _ in range(2):
        scene.service.tick()
    assert scene.service.ledger.reservations == {}
