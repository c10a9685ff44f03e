"""What happens in a simulated company: tasks, runs, steps and calls, as plain facts.

Nothing here knows OTLP, dialects or prices. Whether a call repeats or replaces another is written down by the
simulation at the moment it decides so; the truth tables read it from here instead of working it out from spans.
Times are unix nanoseconds on whole milliseconds, ids lower-case hex, tokens follow the usual convention that input
holds cache reads and writes, and output holds reasoning.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Model:
    """A model as asked for and as answered."""

    provider: str
    request: str
    response: str


@dataclass(frozen=True)
class Usage:
    """Token counts that the provider gave; ``None`` where it gave none."""

    input_tokens: int
    output_tokens: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True)
class Origin:
    """Who does the work and how the application tags it.

    ``tags_on`` says whether organisation, team, project, cost centre and traffic source stand on the resource or on
    each trace's root span. ``traffic_source`` is ``None`` where the application does not say.
    """

    service: str
    environment: str
    dialect: str  # otel | openinference | traceloop
    tags_on: str  # resource | span
    traffic_source: str | None
    organization: str | None = None
    team: str | None = None
    project: str | None = None
    cost_center: str | None = None
    workflow_id: str | None = None
    feature: str | None = None
    prompt_name: str | None = None
    prompt_version: str | None = None
    is_workflow_tagged: bool = True  # else the root span's name is the only hint


@dataclass
class Task:
    """A unit of work whose success is judged. ``task_source``: task, run or trace (what identifies it)."""

    task_id: str
    task_source: str
    traffic_source: str
    origin: Origin
    outcome: str | None = None  # success | failure; None is unknown
    size: str | None = None
    is_tasked: bool = True


@dataclass
class Call:
    """One request to a provider. ``repeats`` and ``replaced_by`` name other calls of the same task by span id."""

    span_id: str
    started_ns: int
    ended_ns: int
    model: Model
    operation: str  # chat | embeddings
    usage: Usage | None
    response_id: str | None = None
    error_type: str | None = None
    is_stream: bool = False
    is_finished: bool = True  # a stream that ended without a finish reason is not
    input_hash: str | None = None
    attempt: int | None = None
    repeats: str | None = None
    evidence: str | None = None  # input_hash | accepted_step | position | concurrent
    replaced_by: str | None = None
    reported_cost_usd: Decimal | None = None  # the application's own figure
    wrapper_span_id: str | None = None  # span of a second instrumentation around the same call


@dataclass
class Tool:
    """A tool executed between two calls of an agent."""

    span_id: str
    name: str
    started_ns: int
    ended_ns: int
    input_hash: str  # of its arguments


@dataclass
class Step:
    """One execution of a named step. Without ``span_id`` each call carries the step's name itself."""

    name: str
    span_id: str | None
    started_ns: int
    ended_ns: int = 0
    calls: list[Call] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    is_error: bool = False
    traffic_source: str | None = None  # set where it differs from the run's: a judge
    agent_span_id: str | None = None  # an agent's span around the calls
    is_summed: bool = False  # the agent's span repeats the sum of its calls' usage


@dataclass
class Part:
    """What one run did for one task. With ``span_id`` the task has a span of its own below the run's root."""

    task: Task
    span_id: str | None
    started_ns: int
    ended_ns: int = 0
    steps: list[Step] = field(default_factory=list)
    says_outcome: bool = True


@dataclass
class Run:
    """One execution of a workflow: one trace. A bare run is a single call's span and nothing around it."""

    trace_id: str
    root_span_id: str
    name: str
    origin: Origin
    number: int  # n-th run of its task, from 1
    run_id: str | None
    started_ns: int
    ended_ns: int = 0
    parts: list[Part] = field(default_factory=list)
    is_restart: bool = False
    is_error: bool = False
    is_bare: bool = False
    session_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Rate:
    """One dated price of the company's own model: US dollars per million tokens, valid from one day until another."""

    provider: str
    model: str
    token_kind: str  # input | cache_read | output
    usd_per_million: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Budget:
    """A monthly limit in US dollars. ``scope_kind`` is team, workflow or organization."""

    name: str
    scope_kind: str
    scope: str
    limit_usd: Decimal


@dataclass(frozen=True)
class Planted:
    """Something put in on purpose: what, where, from and until which day (until excluded)."""

    kind: str
    where: dict[str, str]
    from_date: date
    until_date: date
    note: str


@dataclass
class Company:
    """All that happened, in order of the runs' starts. ``end`` is the first day after the history."""

    seed: int
    start: date
    end: date
    scale: float
    runs: list[Run]
    rates: list[Rate]
    budgets: list[Budget]
    planted: list[Planted]
