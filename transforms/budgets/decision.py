"""What a request for money is answered, by the counters it counts against. Pure: the log is replayed through it.

A threshold is crossed when what is spent, what is promised to others and what is asked for are together more than its
share of the limit. So what a pause lets pass never comes to more than that share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transforms.budgets.budget import (
    APPROVE,
    DEFAULT_PRIORITY,
    ESCALATE,
    NOTIFY,
    PAUSE,
    PICO,
    SLOW,
    STOPPING,
    TOKENS,
    USD,
    Budget,
    Counter,
    Threshold,
)

VERDICTS = ("allow", "warn", "slow", "needs_approval", "deny")
"""From the mildest to the hardest; the hardest of all counters is the answer."""

GRANTED = ("allow", "warn", "slow")
_RANK = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True)
class Asked:
    """A request: who asks, how important it is, and what it may take of each unit."""

    scope: Mapping[str, str]
    estimates: Mapping[str, int]  # by unit; a unit left out is not known
    priority: int = DEFAULT_PRIORITY  # the larger, the more important
    approved_by: str | None = None  # who agreed to go beyond an `approve` threshold


@dataclass(frozen=True)
class Standing:
    """A counter at the moment of the decision, in its budget's unit."""

    budget: Budget
    counter: Counter
    limit: int  # the one in force
    settled: int = 0  # spent under reservations
    unreserved: int = 0  # spent without one, or beyond one
    outstanding: int = 0  # promised and not yet settled

    @property
    def spent(self) -> int:
        """What is gone, reserved or not."""
        return self.settled + self.unreserved

    @property
    def used(self) -> int:
        """What is gone or promised."""
        return self.spent + self.outstanding

    @property
    def stop(self) -> int | None:
        """The amount that a pause holds; None where nothing does."""
        share = self.budget.stops_at
        return None if share is None else int(share * self.limit)

    @property
    def remaining(self) -> int:
        """Up to the limit, or to the pause where that comes at another share; negative where more is used."""
        return (self.limit if self.stop is None else self.stop) - self.used


@dataclass(frozen=True)
class Answered:
    """What one counter says."""

    standing: Standing
    verdict: str
    reasons: tuple[str, ...]
    wait_ms: int = 0
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What all counters together say; ``answers`` has one for each, in their order."""

    verdict: str
    reasons: tuple[str, ...]
    answers: tuple[Answered, ...]
    wait_ms: int = 0  # what a slow one is asked to wait

    @property
    def is_granted(self) -> bool:
        """Whether the request may go on, and so is to be reserved."""
        return self.verdict in GRANTED


def decide(asked: Asked, standings: Sequence[Standing]) -> Decision:
    """The hardest of what the counters say. Raises ValueError on a negative estimate."""
    for unit, estimate in asked.estimates.items():
        if estimate < 0:
            raise ValueError(f"the estimate of {unit} is {estimate}, expected 0 or more")
    answers = tuple(_answer(asked, standing) for standing in standings)
    verdict = max((one.verdict for one in answers), key=_RANK.__getitem__, default="allow")
    hardest_first = sorted(answers, key=lambda one: -_RANK[one.verdict])
    reasons = tuple(reason for one in hardest_first for reason in one.reasons)
    wait_ms = max(one.wait_ms for one in answers) if verdict == "slow" else 0
    return Decision(verdict, reasons, answers, wait_ms)


def _answer(asked: Asked, standing: Standing) -> Answered:
    budget = standing.budget
    estimate = asked.estimates.get(budget.unit)
    if estimate is None:
        return _unknown(standing)
    after = standing.used + estimate
    crossed = [one for one in budget.thresholds if after > one.share(standing.limit)]
    said = [(_verdict(one, asked), one) for one in crossed]
    reasons = tuple(_reason(asked, standing, estimate, one) for one in _telling(said))
    return Answered(
        standing,
        max((verdict for verdict, _ in said), key=_RANK.__getitem__, default="allow"),
        reasons,
        max((one.wait_ms for verdict, one in said if verdict == "slow"), default=0),
        tuple(one.to or budget.owner for _, one in said if one.policy == ESCALATE),
    )


def _unknown(standing: Standing) -> Answered:
    budget = standing.budget
    is_stopping = any(one.policy in STOPPING for one in budget.thresholds)
    what = "so the budget cannot admit it; say what it may take" if is_stopping else "so it cannot be compared"
    reason = f"{named(standing)} counts {budget.unit}, and the request gives no estimate of them, {what}"
    return Answered(standing, "deny" if is_stopping else "warn", (reason,))


def _verdict(threshold: Threshold, asked: Asked) -> str:
    if threshold.policy == PAUSE:
        return "deny"
    if threshold.policy == APPROVE:
        return "warn" if asked.approved_by else "needs_approval"
    if threshold.policy == SLOW and asked.priority < (threshold.below_priority or 0):
        return "slow"
    return "warn"


def _telling(said: Sequence[tuple[str, Threshold]]) -> list[Threshold]:
    """Of the thresholds crossed those worth a sentence: the last that gives the verdict, and whom it escalates to."""
    hardest = max((verdict for verdict, _ in said), key=_RANK.__getitem__, default="allow")
    last = {one.policy: one for verdict, one in said if verdict == hardest or one.policy == ESCALATE}
    if len(last) > 1:
        last.pop(NOTIFY, None)
    return sorted(last.values(), key=lambda one: one.policy == ESCALATE)


def _reason(asked: Asked, standing: Standing, estimate: int, threshold: Threshold) -> str:
    unit = standing.budget.unit
    share = f"{(threshold.at * 100).normalize():f}"
    state = (
        f"{named(standing)}: {amount(standing.spent, unit)} spent and {amount(standing.outstanding, unit)} reserved, "
        f"with {amount(estimate, unit)} asked for that is more than {share} % of its {amount(standing.limit, unit)}"
    )
    return f"{state}; {_consequence(asked, standing.budget, threshold)}"


def _consequence(asked: Asked, budget: Budget, threshold: Threshold) -> str:
    match threshold.policy:
        case "pause":
            return "it is paused there"
        case "approve":
            return f"approved by {asked.approved_by}" if asked.approved_by else "beyond that someone has to approve"
        case "slow":
            is_low = asked.priority < (threshold.below_priority or 0)
            which = f"priority {asked.priority} is {'' if is_low else 'not '}below {threshold.below_priority}"
            return f"{which}, so it {'goes slowly' if is_low else 'goes on'}"
        case "escalate":
            return f"{threshold.to or budget.owner} is told"
        case _:
            return "its owner is told"


def named(standing: Standing) -> str:
    """A counter in words: `budget team-day (user_id u-17)`."""
    values = ", ".join(f"{name} {value or 'not given'}" for name, value in standing.counter.values)
    return f"budget {standing.budget.budget_id}{f' ({values})' if values else ''}"


def amount(number: int, unit: str) -> str:
    """An amount in words: dollars exact to the cent or to its first digits, tokens and steps with their unit."""
    if unit == USD:
        dollars = Decimal(number) / PICO
        places = 2 if abs(dollars) >= 1 or not number else min(12, 1 - dollars.adjusted())
        return f"${dollars:,.{max(places, 2)}f}"
    return f"{number:,} {'tokens' if unit == TOKENS else 'steps'}"
