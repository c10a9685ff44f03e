"""The decision service on a real journal: what it grants, keeps over a restart, and does when something is broken."""

import asyncio
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collector.budget import archive
from collector.budget.annotations import APPROVAL, OVERRIDE
from collector.budget.books import Books
from collector.budget.counters import moment
from collector.budget.index import ConflictError, UnknownReservationError
from collector.budget.journal_files import numbers, path_of
from collector.budget.kept import UnavailableError
from collector.budget.replay import replay
from collector.budget.requests import BadRequestError
from collector.budget.service import BudgetService
from tests.collector.budget.scenes import BUDGETS, NOON_NS, Scene, scene
from transforms.yaml_lines import ConfigError

__all__ = ["scene"]

Said = dict[str, Any]


def test_of_many_at_once_only_as_many_pass_as_fit(scene: Scene) -> None:
    """A hundred first calls of a user nobody has seen, at once."""
    asked = {"scope": {"user_id": "new"}, "estimate": {"usd": "0", "tokens": 300}}
    answers = scene.run(*(scene.service.check(asked, None) for _ in range(100)))
    assert sorted(one["verdict"] for one in answers).count("allow") == 3
    denied = next(one for one in answers if one["verdict"] == "deny")
    assert denied["counters"][1]["remaining"] == 100
    assert denied["reservation_id"] is None


def test_settled_and_released_money_can_be_granted_again(scene: Scene) -> None:
    one, two = scene.check("0.3"), scene.check("0.2")
    assert scene.check("0.01")["verdict"] == "needs_approval"
    assert scene.settle(one["reservation_id"], usd="0.1", tokens=5)["state"] == "settled"
    assert scene.release(two["reservation_id"])["holds"][0]["released"] == "0.2"
    assert scene.check("0.4", approval=None)["verdict"] == "allow"
    assert scene.check("0.0", tokens=995)["verdict"] == "allow"


def test_everything_is_there_after_a_restart(scene: Scene) -> None:
    one = scene.check("0.4", tokens=600, ttl_s=60)
    scene.restart()
    assert scene.check("0.2")["verdict"] == "needs_approval"
    assert scene.check("0", tokens=500)["verdict"] == "deny"
    scene.clock.pass_s(61)
    scene.restart()
    assert scene.check("0.2", tokens=500)["verdict"] == "allow"
    assert scene.settle(one["reservation_id"], usd="0.4", tokens=600)["holds"][0]["late"] == "0.4"


def test_a_lost_answer_can_be_asked_for_again(scene: Scene) -> None:
    first = scene.check("0.4", reservation_id="job-7")
    scene.restart()
    again = scene.check("0.4", reservation_id="job-7")
    assert again["is_repeat"]
    assert (again["verdict"], again["reservation_id"], again["expires_at"]) == ("allow", "job-7", first["expires_at"])
    scene.settle("job-7", usd="0.4")
    scene.settle("job-7", usd="0.4")
    with pytest.raises(ConflictError, match="with other amounts"):
        scene.settle("job-7", usd="0.3")
    with pytest.raises(ConflictError, match="is settled"):
        scene.check("0.4", reservation_id="job-7")
    with pytest.raises(UnknownReservationError, match="job-8"):
        scene.release("job-8")


def test_organizations_do_not_meet(scene: Scene) -> None:
    asked = {"scope": {"organization": "other"}, "estimate": {"usd": "0.1", "tokens": 1}, "reservation_id": "x"}
    scene.run(scene.service.check(asked, "acme"))
    assert list(scene.service.kept.ledger.reservations) == ["acme/x"]
    [answer] = scene.run(scene.service.settle({"reservation_id": "x", "spent": {}}, "other"))
    assert isinstance(answer, UnknownReservationError)


def test_spend_without_a_reservation_counts_and_may_be_corrected(scene: Scene) -> None:
    """A price typed a million times too high blocks everyone; the corrected build frees them, nothing is deleted."""
    counter = "month||2026-11-01T00:00:00+00:00@"
    scene.service.spans.take_spend({counter: 76 * 10**12}, "build 1")
    assert scene.check("0.01")["verdict"] == "deny"
    scene.service.spans.take_spend({counter: 76 * 10**6}, "build 2")
    answer = scene.check("0.01")
    assert (answer["verdict"], answer["counters"][0]["unreserved"]) == ("allow", "0.000076")
    scene.restart()
    journal = path_of(scene.data / "budget", 0).read_text()
    assert '"build 1"' in journal
    assert '"build 2"' in journal


def test_an_override_holds_at_once_and_until_its_end(scene: Scene) -> None:
    scene.check("0.5")
    assert scene.check("0.6")["verdict"] == "deny"
    end = moment(NOON_NS + 3600 * 10**9).isoformat()
    scene.annotate(OVERRIDE, budget="month", limit="10", valid_to=end)
    assert scene.check("0.6")["verdict"] == "allow"
    scene.restart()
    assert scene.check("0.6")["counters"][0]["limit"] == "10"
    scene.clock.pass_s(3600)
    assert scene.check("0.6")["verdict"] == "needs_approval"
    with pytest.raises(ConfigError, match="there is no budget"):
        scene.annotate(OVERRIDE, budget="moth", factor="2", valid_to=end)


def test_an_approval_lets_pass_what_names_it(scene: Scene) -> None:
    end = moment(NOON_NS + 3600 * 10**9).isoformat()
    assert scene.check("0.6")["verdict"] == "needs_approval"
    scene.annotate(APPROVAL, budget="month", valid_to=end)
    assert scene.check("0.6")["verdict"] == "needs_approval"
    answer = scene.check("0.6", approval="budget_approval-1")
    assert answer["verdict"] == "warn"
    assert "approved by cfo" in answer["reasons"][0]
    scene.clock.pass_s(3600)
    with pytest.raises(BadRequestError, match="approval: budget_approval-1"):
        scene.check("0.6", approval="budget_approval-1")


def test_a_broken_file_leaves_the_budgets_before_it(scene: Scene) -> None:
    scene.file.write_text(BUDGETS.replace("limit: 1000", "limit: -5"))
    scene.service.kept.tick()
    assert scene.check(tokens=900)["verdict"] == "allow"
    assert "budgets.yaml:15: budgets[2].limit" in scene.service.kept.problems[0]
    scene.restart()
    assert scene.check(tokens=900)["verdict"] == "deny"
    assert "still do" in scene.service.kept.problems[0]
    scene.file.write_text(BUDGETS.replace("limit: 1000", "limit: 5000"))
    scene.service.kept.tick()
    assert scene.service.kept.problems == []
    assert scene.check(tokens=900)["verdict"] == "allow"


def test_without_budgets_everything_goes(tmp_path: Path) -> None:
    service = BudgetService(tmp_path, None)
    answer = asyncio.run(service.check({"scope": {"team": "x"}}, None))
    service.kept.close()
    assert (answer["verdict"], answer["counters"], answer["when_unreachable"]) == ("allow", [], "allow")


def test_a_torn_end_is_cut_and_damage_elsewhere_is_not_passed_over(scene: Scene) -> None:
    scene.check("0.1")
    scene.check("0.1")
    scene.service.kept.close()
    path = path_of(scene.data / "budget", 0)
    whole = path.read_bytes()
    path.write_bytes(whole + b'0badcafe {"kind": "deci')
    scene.restart()
    assert scene.service.kept.problems == []
    assert path.read_bytes() == whole
    scene.service.kept.close()
    path.write_bytes(whole.replace(b"decided", b"deceived", 1))
    broken = BudgetService(scene.data, scene.file, scene.clock)
    assert "restore it from a backup" in broken.kept.problems[0]
    [answer] = scene.run(broken.check({}, None))
    assert isinstance(answer, UnavailableError)
    path.write_bytes(whole)
    scene.restart()


def test_a_journal_that_cannot_be_written_grants_nothing(scene: Scene) -> None:
    scene.check("0.1")
    journal = scene.service.kept._journal
    assert journal is not None
    os.close(journal._descriptor)
    journal._descriptor = os.open(path_of(scene.data / "budget", 0), os.O_RDONLY)
    with pytest.raises(UnavailableError, match="cannot be written"):
        scene.check("0.3")
    assert "cannot be written" in scene.service.kept.problems[0]
    scene.service.kept.tick()
    assert scene.service.kept.problems == []
    assert scene.check("0.3")["counters"][0]["reserved"] == "0.1"


def test_old_journals_become_records_and_decide_the_same(scene: Scene) -> None:
    kept = scene.check("0.1")
    for _ in range(2):
        scene.run(_rotated(scene.service.kept.rotate))
        scene.check("0.1")
    scene.restart()
    assert numbers(scene.data / "budget") == [0, 1, 2]
    assert archive.run(scene.data) == 2
    assert numbers(scene.data / "budget") == [2]
    scene.restart()
    assert scene.settle(kept["reservation_id"], usd="0.05")["state"] == "settled"
    assert replay(scene.data).decisions == 3


async def _rotated(rotate: Callable[[], None]) -> None:
    rotate()


def test_what_spans_said_of_a_reservation_ends_it(scene: Scene) -> None:
    name = scene.check("0.4", tokens=100)["reservation_id"]
    counter = "month||2026-11-01T00:00:00+00:00@"
    scene.service.spans.take_spend({counter: 10**11}, "segment 1")
    seen = {"reservation": f"/{name}", "calls": 1, "unpriced": 0, "amounts": {"usd": 10**11, "tokens": 70}}
    scene.service.spans.take_seen(
        [{**seen, "counters": {counter: 10**11}}, {**seen, "reservation": "/other", "counters": {}}]
    )
    answer = scene.check("0.1")
    assert Decimal(answer["counters"][0]["settled"]) == Decimal("0.1")
    assert answer["counters"][0]["reserved"] == "0"
    assert answer["counters"][1]["spent"] == 70


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"scope": {"usr": "x"}}, "scope.usr: no such field"),
        ({"scope": {"user_id": 5}}, "scope.user_id: expected a text"),
        ({"scope": []}, "scope: expected an object"),
        ({"estimate": {"usd": -1}}, "estimate.usd: expected US dollars"),
        ({"estimate": {"usd": "NaN"}}, "estimate.usd"),
        ({"estimate": {"usd": "1e999999"}}, "estimate.usd"),
        ({"scope": {"user_id": "\ud800"}}, "scope.user_id: expected a text"),
        ({"estimate": {"tokens": 1.5}}, "estimate.tokens: expected a whole number"),
        ({"estimate": {"input_tokens": 5}}, "estimate.model: expected the model"),
        ({"calls": 0}, "calls: expected a whole number from 1"),
        ({"priority": True}, "priority: expected"),
        ({"ttl_s": 10**9}, "ttl_s: expected"),
        ({"reservation_id": "a b"}, "reservation_id: expected"),
        ({"reserve": "yes"}, "reserve: expected true or false"),
        ({"hello": 1}, "hello: no such field"),
    ],
)
def test_what_cannot_be_meant_names_the_field(scene: Scene, said: Said, words: str) -> None:
    [answer] = scene.run(scene.service.check(said, None))
    assert isinstance(answer, BadRequestError)
    assert words in str(answer)


def test_a_cheaper_model_is_named_where_the_owner_allows_it(scene: Scene) -> None:
    scene.file.write_text(BUDGETS.replace("    limit: 1\n", "    limit: 1\n    alternatives: [small, tiny, dear]\n"))
    scene.service.kept.tick()
    prices = {
        f"x/{name}": {"input": price, "output": price} for name, price in (("big", 9), ("small", 2), ("dear", 10))
    }
    names = {name: [f"x/{name}"] for name in ("big", "small", "dear")}  # tiny has no price
    prices = {name: {kind: price * 10**6 for kind, price in one.items()} for name, one in prices.items()}
    scene.service.knowledge.learn(
        {"prices": prices, "names": names, "runs": [["", "wf", {"usd": 5, "tokens": 9}]], "evals": []}
    )
    tokens = {"input_tokens": 100_000, "output_tokens": 100_000, "tokens": 10}
    said = {"scope": {"user_id": "u1"}, "estimate": {"model": "big", **tokens}}
    [answer] = scene.run(scene.service.check(said, None))
    assert (answer["verdict"], answer["estimate"]["usd"]) == ("deny", "1.8")
    assert answer["alternative_model"] == "small"
    [like] = scene.run(scene.service.check({"scope": {"user_id": "u1"}, "estimate": {"like_workflow": "wf"}}, None))
    assert like["estimate"] == {"usd": "0.000000000005", "tokens": 9, "steps": 1}
    assert "nine of ten" in like["notes"][0]


def test_what_is_over_is_forgotten_and_still_counts(scene: Scene) -> None:
    names = [scene.check("0.01", tokens=1)["reservation_id"] for _ in range(4)]
    for name in names[:3]:
        scene.settle(name, usd="0.01", tokens=1)
    counter = "month||2026-11-01T00:00:00+00:00@"
    scene.service.spans.take_spend({counter: 10**10}, "segment")
    seen = {"reservation": f"/{names[0]}", "calls": 1, "unpriced": 0, "amounts": {"usd": 10**10, "tokens": 0}}
    scene.service.spans.take_seen([{**seen, "counters": {counter: 10**10}}])
    scene.clock.pass_s(61)
    scene.service.kept.tick()
    assert f"/{names[0]}" not in scene.service.kept.ledger.reservations
    assert len(scene.service.kept.ledger.reservations) == 3
    for _ in range(4):  # the last one expires only now
        scene.clock.pass_s(2 * 3600)
        scene.service.kept.tick()
    assert scene.check("0")["counters"][0]["spent"] == "0.03"
    scene.restart()
    assert scene.check("0")["counters"][0]["spent"] == "0.03"
    scene.clock.pass_s(9 * 86400)  # December: of what no span spoke of, nothing can be counted twice any more
    for _ in range(2):
        scene.service.kept.tick()
    assert [counter for counter in scene.service.kept.ledger.accounts if counter.startswith("each-user|")] == []


def test_books_of_no_file(tmp_path: Path) -> None:
    assert Books(None, [], None).book.budgets == ()
    missing = Books(tmp_path / "missing.yaml", [], None)
    assert "so there are no budgets" in missing.problems[0]
