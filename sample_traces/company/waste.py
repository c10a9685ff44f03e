"""The truth about waste: chains of models, the policy behind them, loops and runaways, work paid again by restarts.

Worked out from the events: which model a step was given first and last, which tools an agent used with what, and which
call the simulation made a repeat of which. Calls of another traffic source than the task's (a judge's) take no part.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from math import ceil

from sample_traces.company import plan
from sample_traces.company.facts import Placed, Row, known_sum, quotient, spend_class, workflow_of

DEARER = {plan.MINI.request: plan.FULL.request, plan.HAIKU.request: plan.SONNET.request}
"""The model that each cheap one escalates to."""
LOOPS_NEEDED, LEAST_LIMIT, SAME_IN_A_ROW = 20, 10, 3
Group = list[Placed]


def _grouped(placed: list[Placed], key: Callable[[Placed], tuple[object, ...]]) -> Iterator[Group]:
    groups: dict[tuple[object, ...], Group] = {}
    for item in placed:
        if item.task.is_tasked and item.traffic_source == item.task.traffic_source:
            groups.setdefault((id(item.task), *key(item)), []).append(item)
    yield from groups.values()


def _work(item: Placed) -> Row:
    origin = item.run.origin
    return {
        "organization": origin.organization,
        "environment": origin.environment,
        "workflow_id": workflow_of(item.run),
        "traffic_source": item.task.traffic_source,
    }


def _chains(placed: list[Placed]) -> Iterator[tuple[Group, Group]]:
    """Per task and step the generating calls in time order, and those from the last change of model on."""
    generating = [item for item in placed if item.call.operation == "chat" and item.step.name]
    for calls in _grouped(generating, lambda item: (workflow_of(item.run), item.step.name)):
        start = len(calls) - 1
        while start and calls[start - 1].call.model == calls[start].call.model:
            start -= 1
        yield calls, calls[start:]


def escalation_chains(placed: list[Placed]) -> list[Row]:
    """Rows of rpt_escalation_chains: task and step that changed model."""
    first_days = _task_dates(placed)
    return [
        {
            "date": first_days[id(calls[0].task)],
            **_work(calls[0]),
            "step": calls[0].step.name,
            "task_id": calls[0].task.task_id,
            "models": len({item.call.model for item in calls}),
            "attempts": len(calls),
            "earlier_attempts": len(calls) - len(last),
            "chain_cost_usd": known_sum(calls),
            "sunk_cost_usd": known_sum(calls) - known_sum(last),
            "expensive_first_cost_usd": known_sum(last),
            "unknown_cost_calls": sum(item.cost_usd is None for item in calls),
            "outcome": calls[0].task.outcome or "unknown",
        }
        for calls, last in _chains(placed)
        if len(last) < len(calls)
    ]


def _task_dates(placed: list[Placed]) -> dict[int, object]:
    found: dict[int, object] = {}
    for item in placed:
        found.setdefault(id(item.task), item.date)
    return found


def escalation_policies(placed: list[Placed]) -> list[Row]:
    """Rows of rpt_escalation_policies where some task went from the cheap model to one that was seen to be dearer."""
    sums: dict[tuple[object, ...], Row] = {}
    for calls, last in _chains(placed):
        first, end = calls[0].call.model.request, last[0].call.model.request
        for cheap, dear in DEARER.items():
            is_cheap_first = first == cheap and (end == dear or len(last) == len(calls))
            if not is_cheap_first and not (first == dear and len(last) == len(calls)):
                continue
            where = {**_work(calls[0]), "step": calls[0].step.name}
            row = sums.setdefault((*where.values(), cheap), {**where, **dict.fromkeys(_POLICY_SUMS, 0)})
            _add(row, calls, last, is_cheap_first, is_escalated=is_cheap_first and end == dear)
    return [row | _quotients(row) for row in sums.values() if row["escalations"]]


_POLICY_SUMS = (
    "tasks", "successes", "unknown_outcomes", "unknown_cost_tasks", "escalated_tasks", "escalated_successes",
    "direct_tasks", "direct_successes", "expensive_tasks", "escalations", "cost_usd", "sunk_cost_usd", "expensive_usd",
)  # fmt: skip


def _add(row: Row, calls: Group, last: Group, is_cheap_first: bool, is_escalated: bool) -> None:
    outcome = calls[0].task.outcome
    row["escalations"] += is_escalated and _shows_which_is_dearer(calls[: -len(last)], last)
    if outcome is None:
        row["unknown_outcomes"] += is_cheap_first
        return
    row["unknown_cost_tasks"] += any(item.cost_usd is None for item in calls)
    kind = "" if is_cheap_first else "direct_"
    row[f"{kind}tasks"] += 1
    row[f"{kind}successes"] += outcome == "success"
    row["escalated_tasks"] += is_escalated
    row["escalated_successes"] += is_escalated and outcome == "success"
    if is_cheap_first:
        row["cost_usd"] += known_sum(calls)
        row["sunk_cost_usd"] += known_sum(calls) - known_sum(last)
    if is_escalated or not is_cheap_first:
        row["expensive_tasks"] += 1
        row["expensive_usd"] += known_sum(last)


def _shows_which_is_dearer(*stretches: Group) -> bool:
    """Telemetry tells the dearer model by what was paid, so something of each must be known."""
    return all(any(item.cost_usd is not None for item in stretch) for stretch in stretches)


def _quotients(row: Row) -> Row:
    row.pop("escalations")
    row.pop("expensive_usd")
    return {
        "cost_per_task_usd": quotient(Decimal(row["cost_usd"]), row["tasks"]),
        "cost_usd": Decimal(row["cost_usd"]),
        "sunk_cost_usd": Decimal(row["sunk_cost_usd"]),
    }


def idempotent_steps(placed: list[Placed]) -> list[Row]:
    """By day and step what runs that began again paid for a second time; `rpt_call_shapes` adds up to it."""
    runs = {item.call.span_id: item.run for item in placed}
    groups: dict[tuple[object, ...], Group] = {}
    for item in placed:
        if spend_class(item) == "retry_duplicate" and runs[str(item.call.repeats)] is not item.run:
            where = {"date": item.date, **_work(item), "step": item.step.name}
            groups.setdefault(tuple(where.items()), []).append(item)
    return [
        {
            **dict(key),  # type: ignore[arg-type]  # pairs, see above
            "calls": len(items),
            "proven_calls": sum(item.call.evidence != "position" for item in items),
            "low_usd": known_sum([item for item in items if item.call.evidence != "position"]),
            "high_usd": known_sum(items),
        }
        for key, items in groups.items()
    ]


def agent_loops(placed: list[Placed]) -> list[Row]:
    """Rows of rpt_agent_loops: what an agent did, or a step that a run without agents repeated."""
    loops = [_loop(calls) for calls in _grouped(placed, _loop_key) if _is_loop(calls)]
    lengths: dict[tuple[object, ...], list[int]] = {}
    for row in loops:
        if row["outcome"] == "success" and row["steps"]:
            lengths.setdefault(_kind(row), []).append(row["steps"])
    return [_judged(row, _limit(lengths.get(_kind(row), []))) for row in loops]


def _loop_key(item: Placed) -> tuple[object, ...]:
    return (item.run.run_id or item.run.trace_id, item.step.agent_span_id or item.step.name)


def _is_loop(calls: Group) -> bool:
    if calls[0].step.agent_span_id:
        return True
    has_agent = any(step.agent_span_id for part in calls[0].run.parts for step in part.steps)
    return bool(calls[0].step.name) and not has_agent and len(_steps(calls)) > 1


def _steps(calls: Group) -> Group:
    return [item for item in calls if item.call.operation == "chat"]


def _loop(calls: Group) -> Row:
    tools = calls[0].step.tools if calls[0].step.agent_span_id else []
    used = [(tool.name, tool.input_hash) for tool in tools]
    same = [n for n in range(2, len(used)) if used[n] == used[n - 1] == used[n - 2]]
    return {
        "date": calls[0].date,
        **_work(calls[0]),
        "task_id": calls[0].task.task_id,
        "workflow_run_id": calls[0].run.run_id or calls[0].run.trace_id,
        "kind": "agent" if calls[0].step.agent_span_id else "step",
        "agent": "reviewer" if calls[0].step.agent_span_id else calls[0].step.name,
        "steps": len(_steps(calls)),
        "calls": len(calls),
        "tool_calls": len(tools),
        "tool_errors": 0,
        "repeated_tool_calls": len(used) - len(set(used)),
        "cost_usd": known_sum(calls),
        "outcome": calls[0].task.outcome or "unknown",
        "circle": tools[same[0]].started_ns if same else None,
        "in_steps": calls,
    }


def _kind(row: Row) -> tuple[object, ...]:
    return (row["organization"], row["workflow_id"], row["kind"], row["agent"])


def _limit(lengths: list[int]) -> int | None:
    """Twice what 95 of 100 took, the longest left out."""
    others = sorted(lengths)[:-1]
    return max(LEAST_LIMIT, 2 * others[ceil(0.95 * len(others)) - 1]) if len(others) >= LOOPS_NEEDED else None


def _judged(row: Row, limit: int | None) -> Row:
    calls, circle = row.pop("in_steps"), row.pop("circle")
    begun = sum(item.call.started_ns <= circle for item in _steps(calls)) if circle else None
    stop = min((n for n in (limit, begun) if n is not None), default=row["steps"])
    is_runaway = stop < row["steps"]
    later = _steps(calls)[stop].call.started_ns if is_runaway else None
    return row | {
        "step_limit": limit,
        "is_runaway": is_runaway,
        "stop_step": stop if is_runaway else None,
        "stop_reason": ("same tool call" if stop == begun else "too many steps") if is_runaway else None,
        "cost_after_stop_usd": known_sum([item for item in calls if later and item.call.started_ns >= later]),
    }
