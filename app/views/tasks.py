"""Cost per task: by workflow and by prompt version, with their spread."""

from typing import Any

import streamlit as st

from app import charts, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import Row, headline_source, interval, of_source, per_success

PARTS = {"workflow_id": "Workflow", "prompt_version": "Prompt version", "team": "Team", "project": "Project"}


def render(context: Context) -> None:
    measures = context.rows("task_measures")
    source = headline_source(measures)
    now = of_source(measures, source)
    _head(source, now)
    daily = [
        {"date": row["date"], "usd": row["per_success_usd"]} for row in context.rows("daily_tasks", of_source=source)
    ]
    if daily:
        finding(
            "Cost per successful task, day by day", "A task counts on the day of its first call, with all it cost later"
        )
        charts.line_with_band(daily, height=200)
    part = st.segmented_control("Group by", PARTS, format_func=PARTS.__getitem__, default="workflow_id", required=True)
    rows = context.rows("task_groups", of_source=source, by=part)
    finding(f"{PARTS[str(part)]}s by spend of their {source} tasks" if rows else "No tasks in this period")
    if rows:
        _groups(context, str(part), rows)
    if len(measures) > 1:
        finding("The same by traffic source")
        _sources(measures)


def _head(source: str, now: Row) -> None:
    if not now:
        headline("No tasks in this period", "A task is known by its task, run or workflow tag.")
        return
    successes, tasks = figures.count(now["successes"]), figures.count(now["tasks"])
    headline(
        f"A successful {source} task cost {per_success(now)}"
        if now["successes"]
        else "No task is known to have succeeded yet",
        f"{interval(now)} · {successes} successes of {tasks} tasks, "
        f"{figures.count(now['unknown_outcomes'])} with unknown outcome",
    )


def _groups(context: Context, part: str, rows: list[dict[str, Any]]) -> None:
    name = {"workflow_id": "workflow", "prompt_version": "prompt"}.get(part, part)
    grids.grid(
        rows,
        [
            Column("name", PARTS[part], href=lambda row: context.calls_link(**{name: row["name"]})),
            grids.money("cost_usd", "Spend", bar=True),
            grids.money("per_success_usd", "Cost per success", definition=words.COST_PER_SUCCESS),
            grids.number("successes", "Successes", definition=words.SUCCESSES),
            grids.number("tasks", "Tasks", definition=words.TASKS, is_minor=True),
            grids.number("unknown_outcomes", "Unknown outcome", is_minor=True),
            grids.money("p50_task_cost_usd", "p50 task", is_minor=True),
            grids.money("p95_task_cost_usd", "p95 task", is_minor=True),
            grids.number("p95_latency_ms", "p95 latency", figures.duration, definition=words.LATENCY, is_minor=True),
        ],
    )


def _sources(measures: list[dict[str, Any]]) -> None:
    grids.grid(
        measures,
        [
            Column("traffic_source", "Traffic source"),
            grids.money("cost_usd", "Spend", bar=True),
            grids.money("per_success_usd", "Cost per success"),
            grids.number("successes", "Successes"),
            grids.number("tasks", "Tasks", is_minor=True),
            grids.number("unknown_outcomes", "Unknown outcome", is_minor=True),
        ],
    )
