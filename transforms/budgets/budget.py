"""A budget, its thresholds, its overrides and its counters, as values.

Limits and estimates are whole numbers of the budget's unit: pico-dollars, tokens, or steps. A step is one model call:
an agent's loop asks the model once in each round.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from transforms.budgets.windows import Window

DIMENSIONS = (
    *("organization", "team", "project", "environment", "service_name", "feature", "customer_id", "user_id"),
    *("workflow_id", "workflow_run_id", "task_id", "agent_name", "model", "traffic_source"),
)
"""What a scope may name: columns of fct_calls."""

EACH = "*"
"""As the value of a dimension: one counter for each value, also for one that nobody has seen before."""

USD, TOKENS, STEPS = "usd", "tokens", "steps"
UNITS = (USD, TOKENS, STEPS)
PICO = 10**12
"""Pico-dollars in a dollar."""

NOTIFY, SLOW, APPROVE, PAUSE, ESCALATE = "notify", "slow", "approve", "pause", "escalate"
POLICIES = (NOTIFY, SLOW, APPROVE, PAUSE, ESCALATE)
STOPPING = (APPROVE, PAUSE)
"""Policies that hold a request back."""

ALLOW, DENY = "allow", "deny"
DEFAULT_PRIORITY = 50
DEFAULT_DEADLINE_MS = 250

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Threshold:
    """What happens to a request that takes the budget beyond a share of its limit."""

    at: Decimal  # of the limit: 0.8 is 80 %
    policy: str
    below_priority: int | None = None  # of slow: requests of a lower priority are slowed, the others warned
    wait_ms: int = 0  # of slow: how long they are asked to wait
    to: str | None = None  # of escalate: whom to tell

    def share(self, limit: int) -> int:
        """The amount up to which nothing happens, rounded down."""
        return int(self.at * limit)


@dataclass(frozen=True)
class Budget:
    """One version of a budget; several of one id follow each other in time."""

    budget_id: str
    owner: str
    scope: Pairs  # (dimension, value) in the order of DIMENSIONS; none: everything
    unit: str
    limit: int
    window: Window
    thresholds: tuple[Threshold, ...]  # by rising share
    valid_from: datetime | None = None  # since ever
    valid_to: datetime | None = None  # exclusive; until further notice
    when_unreachable: str = ALLOW
    deadline_ms: int = DEFAULT_DEADLINE_MS
    alternatives: tuple[str, ...] = ()  # models that may be proposed instead; none: any that the evals support
    description: str | None = None

    @property
    def each(self) -> tuple[str, ...]:
        """The dimensions of which every value has a counter of its own."""
        return tuple(dimension for dimension, value in self.scope if value == EACH)

    @property
    def stops_at(self) -> Decimal | None:
        """The share of the limit at which it pauses; None where it never does."""
        return min((one.at for one in self.thresholds if one.policy == PAUSE), default=None)

    def is_valid(self, at: datetime) -> bool:
        """Whether this version holds at that time."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True)
class Override:
    """Another limit for a time, with its reason."""

    budget_id: str
    reason: str
    by: str
    valid_to: datetime  # exclusive
    valid_from: datetime | None = None  # since ever
    limit: int | None = None  # in the budget's unit; either this
    factor: Decimal | None = None  # or this is given
    scope: Pairs = ()  # for these values of the budget's "*" dimensions; none: for all

    def is_valid(self, at: datetime) -> bool:
        """Whether it holds at that time."""
        return (self.valid_from is None or self.valid_from <= at) and at < self.valid_to

    def applied(self, limit: int) -> int:
        """The limit with it, from the limit without; a factor's result is rounded down."""
        return self.limit if self.limit is not None else int(limit * (self.factor or 1))


@dataclass(frozen=True)
class Counter:
    """What is counted together: calls of a budget with the same values of its "*" dimensions in one window."""

    budget_id: str
    values: Pairs  # of the "*" dimensions; "" where a call does not say
    window_start: datetime | None  # None: not cut by the calendar (run, rolling, total)
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_text(self.values))


def key_text(values: Pairs) -> str:
    """`user_id=u%201&model=gpt-4o`: equal exactly where the values are; '' where a budget has one counter.

    The same text stands in rpt_budget_status (`counter_key`).
    """
    return "&".join(f"{dimension}={quote(value, safe='')}" for dimension, value in values)
