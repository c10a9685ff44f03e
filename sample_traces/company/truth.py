"""Writes the simulated company's true tables as Parquet, one file per mart, before any telemetry exists.

Shares no code with the product: the events come from `simulate`, the prices from a hand-typed table, the arithmetic
is Decimal. A column stands here only if the events settle it; a mart may have more. How to compare:

* Join on the keys: ``fct_calls`` on trace_id and span_id, ``fct_tasks`` on organization, task_id, task_source and
  traffic_source, ``fct_workflow_runs`` on organization and workflow_run_id, reports on all columns that are neither
  counts nor money. A text that nobody said is null here; a mart may say '' instead.
* Money is exact. Sums are known spend: 0 where no cost is known. Quotients are rounded to 12 decimals.
* In ``fct_calls`` a null in request_model, response_model, response_id or step_attempt means "not stated here",
  everything else null means null. ``folded_span_ids`` is the second instrumentation's span; the inner one is the call.

Readings, where the definitions leave room:

1. ``runs`` and ``calls`` of a task count all its runs and calls, calls of other traffic sources (overhead) included;
   ``unknown_cost_calls`` likewise. A run's ``calls`` and ``cost_usd`` include every traffic source.
2. A run without a traffic source whose task id belongs to one known task is that task's; its calls keep the traffic
   source unknown, and their cost is the task's overhead.
3. ``is_escalated``: some step of the task was asked of more than one model, within a run or across runs.
4. ``task_source`` is one of task, run, trace. An untasked trace's task id is its trace id.
5. ``cost_usd`` of rpt_cost_per_successful_task is the tasks' own spend; overhead stands with no task group.
   ``unknown_cost_tasks`` have at least one call of unknown cost.
6. ``duplicate_evidence`` is ``input_hash`` (same model), ``accepted_step`` (equal hash, another model, and the earlier
   step was built on) or ``position`` for retry duplicates, ``concurrent`` for every member of a group of identical
   overlapping requests, else null.
7. ``judgeable_cost_usd``: "task tag" means the task's own tag; a run tag alone is not one. ``cost_usd`` beside it is
   the whole group's, every traffic source.
8. rpt_data_quality: unpriced_model and unknown_usage count calls (an unpriced call has usage, but no price),
   unknown_traffic calls, unknown_outcome tasked tasks by task_date. Days without a finding have no row.
9. A stream that ended without a finish reason is a failed attempt although its span has no error status.
10. A step's span may hold several calls. They are judged one by one: error, attempt tag, hash and times are the call's
    own. A step span in error fails all its calls; a failed call followed by a good one in the same span fails alone.
    Attempts stand in one step span, or in a span each; both mean the same.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sample_traces.company import facts, reports, waste
from sample_traces.company.events import Company
from sample_traces.company.facts import Row

MONEY = pa.decimal128(28, 12)
TYPES: dict[str, pa.DataType] = {
    "started_at": pa.timestamp("us", "UTC"),
    "folded_span_ids": pa.list_(pa.string()),
    "is_tasked": pa.bool_(),
    "is_escalated": pa.bool_(),
    "is_runaway": pa.bool_(),
}
COUNTS = {
    "duration_ms", "run_attempt", "step_attempt", "runs", "calls", "tasks", "unknown_cost_calls", "successes",
    "failures", "unknown_outcomes", "unknown_cost_tasks", "zero_cost_tasks", "pending", "rows", "retry_duplicate_calls",
    "models", "attempts", "earlier_attempts", "escalated_tasks", "escalated_successes", "direct_tasks",
    "direct_successes", "expensive_tasks", "proven_calls", "steps", "tool_calls", "tool_errors", "repeated_tool_calls",
    "step_limit", "stop_step",
}  # fmt: skip


def tables(company: Company) -> dict[str, list[Row]]:
    """The true rows by mart name."""
    placed = facts.place(company)
    tasks = facts.task_rows(placed)
    return {
        "fct_calls": [facts.call_row(item) for item in placed],
        "fct_tasks": tasks,
        "fct_workflow_runs": facts.run_rows(placed),
        "rpt_cost_per_successful_task": reports.cost_per_successful_task(tasks),
        "rpt_traffic_split": reports.traffic_split(placed),
        "rpt_spend_classes": reports.spend_classes(placed),
        "rpt_retry_waste": reports.retry_waste(placed),
        "rpt_escalation_chains": waste.escalation_chains(placed),
        "rpt_escalation_policies": waste.escalation_policies(placed),
        "rpt_agent_loops": waste.agent_loops(placed),
        "idempotent_steps": waste.idempotent_steps(placed),
        "rpt_data_quality": reports.data_quality(placed, tasks),
        "budget_months": reports.budget_months(company, placed),
    }


def write_truth(company: Company, folder: Path) -> None:
    """Write one Parquet file per table, ``budgets.json`` (declared limits) and ``planted.json`` (what was planted)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables(company).items():
        pq.write_table(as_table(rows), folder / f"{name}.parquet")
    _write_json(folder / "budgets.json", {"simulated": True, "budgets": [vars(b) for b in company.budgets]})
    about = {
        "simulated": True,
        "seed": company.seed,
        "scale": company.scale,
        "start": company.start,
        "end": company.end,
    }
    _write_json(folder / "planted.json", {**about, "planted": [vars(item) for item in company.planted]})


def as_table(rows: list[Row]) -> pa.Table:
    """Typed Arrow columns; raises ValueError for a table without rows, which no comparison could fail on."""
    if not rows:
        raise ValueError("a true table has no rows: simulate more days or a larger scale")
    schema = pa.schema([(name, _type(name)) for name in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema)


def _type(name: str) -> pa.DataType:
    if name in TYPES:
        return TYPES[name]
    if name.endswith("_usd"):
        return MONEY
    if name == "date" or name.endswith("_date"):
        return pa.date32()
    return pa.int64() if name in COUNTS or name.endswith("_tokens") else pa.string()


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")
