"""Ways in which a limit could be passed, or stand in the way of nobody's spend; each of them closed."""

import asyncio
from typing import Any

import pytest

from collector.budget.index import ConflictError
from tests.collector.budget.scenes import BUDGETS, Scene, scene

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
    scene.service.spans.take_spend({MONTH: 10**10}, "segment")
    scene.service.spans.take_seen([seen("/r", 10**10)])
    scene.clock.pass_s(61)
    scene.service.kept.tick()
    assert "/r" not in scene.service.kept.ledger.reservations
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
        scene.service.spans.take_seen([seen("/r", 0, unpriced=1)])
    for _ in range(4):
        scene.clock.pass_s(12 * 3600)
        scene.service.kept.tick()
    assert scene.check("0", reserve=False)["counters"][0]["spent"] == "0.4"
    scene.service.spans.take_spend({MONTH: 4 * 10**11}, "build")
    scene.service.spans.take_seen([seen("/r", 4 * 10**11)])
    assert scene.check("0", reserve=False)["counters"][0]["spent"] == "0.4"
    scene.service.kept.tick()
    assert scene.service.kept.ledger.reservations == {}


def test_what_no_span_speaks_of_is_forgotten_with_its_window(scene: Scene) -> None:
    scene.check("0.4", tokens=5, reservation_id="r")
    scene.settle("r", usd="0.4", tokens=5)
    scene.clock.pass_s(9 * 86400)  # December
    for _ in range(2):
        scene.service.kept.tick()
    assert scene.service.kept.ledger.reservations == {}


DAY = """\
budgets:
  - {id: day, owner: a@example.com, scope: all, unit: usd, limit: 100, window: day,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: steps, owner: a@example.com, scope: all, unit: steps, limit: 60, window: month,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
"""


@pytest.fixture
def days(scene: Scene) -> Scene:
    """A hundred dollars a day, sixty steps a month."""
    scene.file.write_text(DAY)
    scene.service.kept.tick()
    return scene


def test_what_is_outstanding_at_midnight_counts_on_the_next_day_too(days: Scene) -> None:
    days.clock.pass_s(12 * 3600 - 10)
    days.check("100", ttl_s=3600, reservation_id="a")
    days.clock.pass_s(20)
    answer = days.check("100", reservation_id="b")
    assert (answer["verdict"], answer["counters"][0]["reserved"]) == ("deny", "100")
    days.release("a")
    assert days.check("100", reservation_id="c")["verdict"] == "allow"


def test_what_is_like_a_run_holds_for_all_its_calls(days: Scene) -> None:
    took = {"usd": 5 * 10**12, "tokens": 1000, "steps": 50}
    days.service.knowledge.learn({"prices": {}, "names": {}, "runs": [["", "wf", took]], "evals": []})
    said = {"estimate": {"like_workflow": "wf"}, "reservation_id": "r"}
    [answer] = days.run(days.service.check(said, None))
    assert answer["estimate"]["steps"] == 50
    days.service.spans.take_seen([seen("/r", 10**11, counter="day||2026-11-22T00:00:00+00:00@")])
    assert days.check("0", reserve=False)["counters"][0]["reserved"] == "4.9"
    [refused] = days.run(days.service.check({**said, "reservation_id": "s"}, None))
    assert (refused["verdict"], refused["counters"][1]["remaining"]) == ("deny", 10)


def test_steps_that_are_estimated_are_calls_unless_those_are_said(days: Scene) -> None:
    days.run(days.service.check({"estimate": {"usd": "5", "steps": 7}, "reservation_id": "r"}, None))
    days.run(days.service.check({"estimate": {"usd": "5", "steps": 7}, "calls": 2, "reservation_id": "s"}, None))
    assert [days.service.kept.ledger.reservations[name].grant.calls for name in ("/r", "/s")] == [7, 2]


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ({}, 1),
        ({"calls": 3}, 3),
        ({"calls": 3, "estimate": {"steps": 7}}, 7),
        ({"estimate": {"like_workflow": "wf"}}, 1),
    ],
)
def test_a_request_of_which_nothing_tells_steps_is_one(days: Scene, said: dict[str, Any], steps: int) -> None:
    [answer] = days.run(days.service.check(said, None))
    assert answer["estimate"]["steps"] == steps


def test_a_reservation_of_several_organizations_is_settled_by_name(scene: Scene) -> None:
    for organization in ("a", "b"):
        scope = {"organization": organization, "user_id": "u"}
        said = {"scope": scope, "estimate": {"usd": "0.1", "tokens": 1}, "reservation_id": "x"}
        scene.run(scene.service.check(said, None))
    with pytest.raises(ConflictError, match="x is a reservation of several organizations; say which: organization"):
        scene.settle("x", usd="0.1")
    said = {"reservation_id": "x", "organization": "b", "spent": {"usd": "0.1", "tokens": 1}}
    scene.run(scene.service.settle(said, None))
    states = {name: one.state.value for name, one in scene.service.kept.ledger.reservations.items()}
    assert states == {"a/x": "open", "b/x": "settled"}
    [foreign] = scene.run(scene.service.release({"reservation_id": "x", "organization": "a"}, "b"))
    assert isinstance(foreign, ConflictError)  # a token's organization takes the place of what is said
    assert scene.service.kept.ledger.reservations["a/x"].state.value == "open"
    assert scene._one(scene.service.release({"reservation_id": "x", "organization": "a"}, None))["state"] == "released"


def test_a_budget_whose_spend_nobody_has_counted_yet_is_not_taken_for_unspent(scene: Scene) -> None:
    """It is new in the file; the reader of spend is seconds behind."""
    scene.service.spans.await_spend()
    answer = scene.check("0.1", user="u1")
    assert answer["verdict"] == "deny"
    assert answer["reasons"][0] == "budget month: what was spent of it is not counted yet; when_unreachable: deny"
    scene.service.spans.cover(scene.service.kept.books.digest)
    assert scene.check("0.1")["verdict"] == "allow"
    scene.file.write_text(BUDGETS.replace("each-user", "every-user").replace("limit: 1\n", "limit: 2\n"))
    scene.service.kept.tick()
    answer = scene.check("0.1")
    assert answer["verdict"] == "allow"
    assert "budget every-user: what was spent of it is not counted yet; when_unreachable: allow" in answer["reasons"]
    scene.restart()
    scene.service.spans.await_spend()
    assert scene.check("0.1")["reasons"] == []


def test_a_call_of_unknown_usage_counts_its_estimated_tokens(scene: Scene) -> None:
    """A stream without usage would take from a token budget for ever."""
    for number in range(3):
        reservation = f"r{number}"
        answer = scene.check("0", tokens=500, reservation_id=reservation)
        if answer["verdict"] == "allow":
            scene.service.spans.take_seen([seen(f"/{reservation}", 0, unpriced=1) | {"uncounted": 1}])
    assert (answer["verdict"], answer["counters"][1]["settled"]) == ("deny", 1000)


def test_thousands_that_expire_at_once_let_decisions_come_between(scene: Scene) -> None:
    for number in range(250):
        scene.check("0.001", user=f"u{number}", ttl_s=5)
    scene.clock.pass_s(6)
    assert [scene.service.kept.expire() for _ in range(3)] == [True, True, False]
    assert scene.check("0.4")["verdict"] == "allow"


def test_an_answer_says_how_old_the_spend_was_that_it_was_decided_on(scene: Scene) -> None:
    """More may be read while the disk is waited for."""

    async def read_meanwhile() -> None:
        scene.service.spans.age.as_of_ns = scene.clock.ns

    answer, _ = scene.run(scene.service.check({}, None), read_meanwhile())
    assert answer["spend"]["as_of"] is None
    assert scene.check()["spend"]["as_of"] is not None
