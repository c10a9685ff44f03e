"""The truth, fact by fact: rows for calls, tasks and runs, straight from the events.

Column names are the marts' names. ``None`` in a row of facts means that the events say nothing of it. Money is exact
Decimal US dollars; a cost is ``None`` where usage or price is unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sample_traces.company.events import Call, Company, Part, Run, Step, Task
from sample_traces.company.prices import cost_of, price_of

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PICO = Decimal("0.000000000001")
JUDGED_FOR_WASTE = ("production", "ops", "unknown")


@dataclass(frozen=True)
class Placed:
    """A call with everything around it."""

    call: Call
    step: Step
    part: Part
    run: Run
    cost_usd: Decimal | None
    is_unpriced: bool

    @property
    def task(self) -> Task:
        return self.part.task

    @property
    def traffic_source(self) -> str:
        return self.step.traffic_source or self.run.origin.traffic_source or "unknown"

    @property
    def date(self) -> date:
        return moment(self.call.started_ns).date()


def moment(nanoseconds: int) -> datetime:
    """A UTC time from unix nanoseconds (whole microseconds only)."""
    if nanoseconds % 1000:
        raise ValueError(f"{nanoseconds} ns is finer than a microsecond; the simulation draws whole milliseconds")
    return EPOCH + timedelta(microseconds=nanoseconds // 1000)


def place(company: Company) -> list[Placed]:
    """Every call of the company in its place, in order of its start."""
    placed = [
        Placed(call, step, part, run, cost_of(call, company.rates), _is_unpriced(call, company))
        for run in company.runs
        for part in run.parts
        for step in part.steps
        for call in step.calls
    ]
    return sorted(placed, key=lambda p: (p.call.started_ns, p.call.span_id))


def _is_unpriced(call: Call, company: Company) -> bool:
    return call.usage is not None and price_of(call.model, moment(call.started_ns).date(), company.rates) is None


def spend_class(placed: Placed) -> str:
    """The first line that applies, read off what the simulation wrote down."""
    call, step, task = placed.call, placed.step, placed.task
    if call.error_type or step.is_error or (call.is_stream and not call.is_finished):
        return "failed_attempt"
    if call.replaced_by:
        return "superseded_attempt"
    if call.repeats and placed.traffic_source in JUDGED_FOR_WASTE:
        return "retry_duplicate"
    if not task.is_tasked:
        return "untasked"
    return {"failure": "abandoned", None: "undetermined", "success": "useful"}[task.outcome]


def is_judgeable(placed: Placed) -> bool:
    """Production and ops calls with a task tag, an attempt tag or a hash."""
    has_hint = (
        placed.task.task_source == "task" or placed.call.attempt is not None or placed.call.input_hash is not None
    )
    return placed.traffic_source in ("production", "ops") and has_hint


def workflow_of(run: Run) -> str:
    """The workflow's tag, else the root span's name."""
    origin = run.origin
    return origin.workflow_id if origin.workflow_id and origin.is_workflow_tagged else run.name


def call_row(placed: Placed) -> Row:
    """One row of fct_calls."""
    call, run, task, origin = placed.call, placed.run, placed.task, placed.run.origin
    usage = call.usage
    return {
        "trace_id": run.trace_id,
        "span_id": call.span_id,
        "folded_span_ids": [call.wrapper_span_id] if call.wrapper_span_id else [],
        "response_id": call.response_id if _names_response(placed) else None,
        "started_at": moment(call.started_ns),
        "date": placed.date,
        "duration_ms": (call.ended_ns - call.started_ns) // 1_000_000,
        "service_name": origin.service,
        "environment": origin.environment,
        "provider": call.model.provider,
        "operation": call.operation,
        "request_model": call.model.request if _names_requested_model(placed) else None,
        "response_model": call.model.response if _names_answered_model(placed) else None,
        "input_tokens": usage.input_tokens if usage else None,
        "cached_input_tokens": usage.cached if usage else None,
        "cache_write_tokens": usage.cache_write if usage else None,
        "cache_write_1h_tokens": usage.cache_write_1h if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "reasoning_tokens": usage.reasoning if usage else None,
        "computed_cost_usd": placed.cost_usd,
        "reported_cost_usd": call.reported_cost_usd,
        "reported_cost_kind": "client" if call.reported_cost_usd is not None else None,
        "cost_usd": placed.cost_usd,
        "traffic_source": placed.traffic_source,
        "organization": origin.organization,
        "team": origin.team,
        "project": origin.project,
        "cost_center": origin.cost_center,
        "feature": origin.feature,
        "user_id": run.user_id,
        "session_id": run.session_id,
        "workflow_id": workflow_of(run),
        "workflow_run_id": run.run_id or run.trace_id,
        "step": placed.step.name or None,
        "task_id": task.task_id,
        "task_source": task.task_source,
        "run_attempt": run.number,
        "step_attempt": call.attempt,
        "spend_class": spend_class(placed),
        "duplicate_evidence": _evidence(placed),
        "prompt_name": origin.prompt_name,
        "prompt_version": origin.prompt_version,
        "input_hash": call.input_hash,
        "error_type": call.error_type,
    }


def _names_response(placed: Placed) -> bool:
    """OpenInference has no key for it; the id stands in the recorded answer at most."""
    return placed.run.origin.dialect != "openinference" or placed.call.wrapper_span_id is not None


def _names_requested_model(placed: Placed) -> bool:
    """OpenInference names one model only: the answered one, for an embedding the requested one."""
    if placed.run.origin.dialect != "openinference" or placed.call.wrapper_span_id:
        return True
    return placed.call.operation == "embeddings"


def _names_answered_model(placed: Placed) -> bool:
    if placed.call.error_type:
        return False
    return placed.run.origin.dialect != "openinference" or placed.call.operation == "chat"


def _evidence(placed: Placed) -> str | None:
    if placed.call.evidence == "concurrent" or spend_class(placed) == "retry_duplicate":
        return placed.call.evidence
    return None


def task_rows(placed: list[Placed]) -> list[Row]:
    """Rows of fct_tasks; one per task, untasked traces included."""
    return [_task_row(task, calls) for task, calls in _by_task(placed)]


def _by_task(placed: list[Placed]) -> Iterator[tuple[Task, list[Placed]]]:
    grouped: dict[int, list[Placed]] = {}
    for item in placed:
        grouped.setdefault(id(item.task), []).append(item)
    for calls in grouped.values():
        yield calls[0].task, calls


def _task_row(task: Task, calls: list[Placed]) -> Row:
    own = [c for c in calls if c.traffic_source == task.traffic_source]
    others = [c for c in calls if c.traffic_source != task.traffic_source]
    origin = task.origin
    return {
        "task_id": task.task_id,
        "task_source": task.task_source,
        "traffic_source": task.traffic_source,
        "task_date": calls[0].date,
        "workflow_id": workflow_of(calls[0].run),
        "organization": origin.organization,
        "environment": origin.environment,
        "team": origin.team,
        "project": origin.project,
        "feature": origin.feature,
        "prompt_version": origin.prompt_version,
        "size": task.size,
        "runs": len({c.run.trace_id for c in calls}),
        "calls": len(calls),
        "cost_usd": known_sum(own),
        "overhead_cost_usd": known_sum(others),
        "unknown_cost_calls": sum(c.cost_usd is None for c in calls),
        "is_tasked": task.is_tasked,
        "outcome": task.outcome or "unknown",
        "is_escalated": _changed_model(calls),
    }


def known_sum(placed: list[Placed]) -> Decimal:
    """Known spend: calls of unknown cost add nothing."""
    return sum((p.cost_usd for p in placed if p.cost_usd is not None), Decimal(0))


def quotient(cost: Decimal, count: int) -> Decimal | None:
    """Dollars per one of ``count``, to the pico-dollar, half up; None for none."""
    return (cost / count).quantize(PICO, ROUND_HALF_UP) if count else None


def _changed_model(calls: list[Placed]) -> bool:
    models: dict[str, set[str]] = {}
    for item in calls:
        if item.step.name:
            models.setdefault(item.step.name, set()).add(item.call.model.request)
    return any(len(names) > 1 for names in models.values())


def run_rows(placed: list[Placed]) -> list[Row]:
    """Rows of fct_workflow_runs; one per run, a trace without a run tag being a run of its own."""
    grouped: dict[str, list[Placed]] = {}
    for item in placed:
        grouped.setdefault(item.run.run_id or item.run.trace_id, []).append(item)
    return [
        {
            "workflow_run_id": run_id,
            "workflow_id": workflow_of(calls[0].run),
            "organization": calls[0].run.origin.organization,
            "environment": calls[0].run.origin.environment,
            "tasks": len({id(c.task) for c in calls}),
            "calls": len(calls),
            "cost_usd": known_sum(calls),
        }
        for run_id, calls in grouped.items()
    ]
