"""Cost per task: by the tags of tasks, with their spread, and by the steps and models that it is made of."""

from datetime import date
from html import escape
from typing import Any

from app import charts, choices, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import BY_SOURCE, Row, ends, headline_source, interval, of_source, per_success
from app.views import task_costs, verdicts

TAGS = {
    "workflow_id": "Workflow",
    "prompt_version": "Prompt version",
    "team": "Team",
    "project": "Project",
    "feature": "Feature",
    "size": "Size",
    "traffic_source": "Traffic source",
}
PARTS = {"step": "Step", "model": "Model"}
FILTERS = {"workflow_id": "workflow", "prompt_version": "prompt", "traffic_source": "source"}
"""Names of filters that are not the tag's own; sizes have none."""


def render(context: Context) -> None:
    measures = context.rows("task_groups", **BY_SOURCE)
    source = headline_source(measures)
    now = of_source(measures, source)
    _head(source, now, _pending(context, source))
    evidence.of(measures)
    daily = context.rows("task_groups", of_source=source, by="task_date", is_spread=False)
    if daily:
        finding(
            "Cost per successful task, day by day",
            "A task counts on the day of its first call, with all it cost later; bars are 95 % ranges",
        )
        evidence.of(daily)
        charts.line_with_band(
            [_day(row) for row in daily], height=200, leads=lambda row: context.day_link(row["date"], source=source)
        )
    task_costs.section(context, source)
    by = choices.one_of("by", "Group by", TAGS | PARTS)
    if by in PARTS:
        _parts(context, by, source, now)
    else:
        _groups(context, by, source)
    verdicts.restated(context)


def _pending(context: Context, source: str) -> str:
    """How many tasks still await their outcome, and until when."""
    waiting = context.rows("pending_tasks", of_source=source)[0]
    if not waiting["tasks"]:
        return ""
    return f", {figures.count(waiting['tasks'])} more pending until {waiting['until_at']:%Y-%m-%d} at the latest"


def _head(source: str, now: Row, pending: str) -> None:
    if not now:
        headline("No tasks in this period", f"A task is known by its task, run or workflow tag{pending}.")
        return
    successes, tasks = figures.count(now["successes"]), figures.count(now["tasks"])
    headline(
        f"A successful {source} task cost {per_success(now)}"
        if now["successes"]
        else "No task is known to have succeeded yet",
        f"{interval(now)} · {successes} successes of {tasks} tasks, "
        f"{figures.count(now['unknown_outcomes'])} with unknown outcome{pending}",
    )


def _day(row: Row) -> dict[str, Any]:
    figures_of_day = {"usd": row["per_success_usd"], "low": row["ci_low_usd"], "high": row["ci_high_usd"]}
    return {"date": date.fromisoformat(row["name"]), **figures_of_day}


def _groups(context: Context, by: str, source: str) -> None:
    is_of_all = by == "traffic_source"
    rows = context.rows("task_groups", of_source=None if is_of_all else source, by=by, is_spread=True)
    order = "number of tasks" if is_of_all else f"spend of their {source} tasks"
    finding(f"{TAGS[by]}s by {order}" if rows else "No tasks in this period")
    if rows:
        name = FILTERS.get(by, by)
        href = None if by == "size" else lambda row: context.calls_link(**{name: row["name"]})
        _table(rows, Column("name", TAGS[by], href=href))


def _table(rows: list[dict[str, Any]], first: Column) -> None:
    grids.grid(
        rows,
        [
            first,
            grids.money("cost_usd", "Spend", bar=True),
            Column(
                "per_success_usd",
                "Cost per success",
                is_number=True,
                definition=words.COST_PER_SUCCESS,
                html=_per_success,
            ),
            Column("ci_low_usd", "95 %", is_number=True, definition=words.INTERVAL, html=ends, is_minor=True),
            Column(
                "successes", "Successes", is_number=True, definition=words.SUCCESSES, html=_successes, is_minor=True
            ),
            grids.number("outcome_coverage", "Known", figures.share, definition=words.OUTCOME_COVERAGE, is_minor=True),
            Column(
                "p95_task_cost_usd",
                "p50 · p95 task",
                is_number=True,
                html=_task_costs,
                is_minor=True,
                definition=words.TASK_COSTS,
            ),
            Column(
                "p95_latency_ms",
                "p95 latency",
                is_number=True,
                html=_latencies,
                is_minor=True,
                definition=words.LATENCIES,
            ),
        ],
    )


def _per_success(row: Row) -> str:
    """The point or the range, marked where one task stands far above the rest."""
    mark = (
        f' <i class="sl-mark" title="{escape(words.HEAVY_TAIL, quote=True)}">tail</i>' if row["is_heavy_tailed"] else ""
    )
    return escape(per_success(row).replace("at least ", "≥ ")) + mark


def _successes(row: Row) -> str:
    return f"{figures.count(row['successes'])} of {figures.count(row['tasks'])}"


def _task_costs(row: Row) -> str:
    return f"{figures.money(row['p50_task_cost_usd'])} · {figures.money(row['p95_task_cost_usd'])}"


def _latencies(row: Row) -> str:
    return f"{figures.duration(row['p95_latency_ms'])} · {figures.duration(row['p95_active_ms'])}"


def _parts(context: Context, by: str, source: str, now: Row) -> None:
    rows = context.rows("task_parts", of_source=source, by=by)
    if not rows:
        finding("No calls of such tasks in this period")
        return
    finding(
        f"{PARTS[by]}s by what they add to a successful {source} task",
        "Spend of the part ÷ successes of all its tasks: the parts sum to the whole",
    )
    total = {name: now[name] for name in ("cost_usd", "per_success_usd", "tasks")} | {"calls": None, "name": "All"}
    grids.grid(
        rows,
        [
            Column("name", PARTS[by], href=lambda row: context.calls_link(**{by: row["name"]})),
            grids.money("cost_usd", "Spend", bar=True),
            grids.money("per_success_usd", "Per success of the whole", definition=words.PART_PER_SUCCESS),
            grids.number("tasks", "Tasks", definition=words.TASKS, is_minor=True),
            grids.number("calls", "Calls", definition=words.CALLS, is_minor=True),
        ],
        total=total,
    )
