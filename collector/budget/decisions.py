"""One decision as a record: all it was made of, so that the log can be decided again, and what the client is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from collector.budget.counters import base_id
from collector.budget.requests import Check, worded
from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import DENY, Budget
from transforms.budgets.decision import Asked, Decision, Standing, decide

_HARDEST = {"allow": 0, "deny": 1}


def calls_of(check: Check, asked: Asked) -> int:
    """How many calls a request is for: as many as it has steps, unless it says."""
    return check.calls or max(asked.estimates["steps"], 1)


def record_of(
    check: Check, asked: Asked, standings: Sequence[Standing], decision: Decision, book: str
) -> dict[str, Any]:
    """What the journal keeps of a decision. Amounts are integers, ``book`` is the digest of the budgets."""
    return {
        "book": book,
        "scope": dict(asked.scope),
        "estimates": dict(asked.estimates),
        "priority": asked.priority,
        "approved_by": asked.approved_by,
        "calls": calls_of(check, asked),
        "standings": [
            [base_id(one.counter), one.limit, one.settled, one.unreserved, one.outstanding] for one in standings
        ],
        "verdict": decision.verdict,
        "reasons": list(decision.reasons),
    }


def again(record: Mapping[str, Any], book: BudgetBook, at: datetime) -> tuple[Decision, list[str]]:
    """The decision of ``record`` made once more, by the budgets of then; and how it differs from what was said, in
    words."""
    asked = Asked(record["scope"], record["estimates"], record["priority"], record["approved_by"])
    differences = []
    standings = []
    known = book.counters(asked.scope, at)
    for (budget, counter, limit), said in zip(known, record["standings"], strict=True):
        if [base_id(counter), limit] != said[:2]:
            differences.append(f"{base_id(counter)} had a limit of {limit}, the record says {said[:2]}")
        standings.append(Standing(budget, counter, *said[1:]))
    decision = decide(asked, standings)
    if (decision.verdict, list(decision.reasons)) != (record["verdict"], record["reasons"]):
        differences.append(f"{record['verdict']} {record['reasons']} became {decision.verdict} {decision.reasons}")
    return decision, differences


def answer_of(decision: Decision, at: datetime, estimates: Mapping[str, int]) -> dict[str, Any]:
    """What the client is told of a decision."""
    budgets = [one.standing.budget for one in decision.answers]
    said: dict[str, Any] = {
        "verdict": decision.verdict,
        "reasons": list(decision.reasons),
        "estimate": {unit: worded(amount, unit) for unit, amount in estimates.items()},
        "counters": [_counter(one.standing, one.verdict, at) for one in decision.answers],
        **unreachable(budgets),
    }
    if decision.wait_ms:
        said["wait_ms"] = decision.wait_ms
    if escalated := sorted({to for one in decision.answers for to in one.escalate_to}):
        said["escalate_to"] = escalated
    return said


def uncounted(budgets: Sequence[Budget]) -> dict[str, Any]:
    """The answer where it is not known yet what was spent of some budget: each has said what happens then."""
    said = [
        f"budget {one.budget_id}: what was spent of it is not counted yet; when_unreachable: {one.when_unreachable}"
        for one in budgets
    ]
    return {"verdict": DENY, "reasons": said, "counters": [], **unreachable(budgets)}


def unreachable(budgets: Sequence[Budget]) -> dict[str, Any]:
    """What a client does when no answer comes: the strictest that these budgets say."""
    if not budgets:
        return {"when_unreachable": "allow", "deadline_ms": None}
    hardest = max((one.when_unreachable for one in budgets), key=_HARDEST.__getitem__)
    return {"when_unreachable": hardest, "deadline_ms": min(one.deadline_ms for one in budgets)}


def _counter(standing: Standing, verdict: str, at: datetime) -> dict[str, Any]:
    budget, unit = standing.budget, standing.budget.unit
    start, end = budget.window.bounds(at)
    return {
        "budget_id": budget.budget_id,
        "key": standing.counter.key,
        "unit": unit,
        "window_start": start and start.isoformat(),
        "window_end": end and end.isoformat(),
        "verdict": verdict,
        **{
            name: worded(getattr(standing, name), unit)
            for name in ("limit", "spent", "settled", "unreserved", "remaining")
        },
        "reserved": worded(standing.outstanding, unit),
    }
