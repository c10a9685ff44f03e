"""How the costs of tasks are spread: successes, failures and unknown outcomes apart, the median marked."""

from dataclasses import replace
from typing import Any

from app import charts, evidence, figures
from app.cards import finding
from app.context import Context
from app.measures import Row
from app.palette import GREEN, GREY, VERMILLION

PER_DECADE = 8
OUTCOMES = {"success": "successes", "failure": "failures", "unknown": "outcome unknown"}
COLOURS = {"successes": GREEN, "failures": VERMILLION, "outcome unknown": GREY}


def section(context: Context, source: str) -> None:
    """The histogram of a traffic source's tasks; nothing where none has a cost."""
    rows = context.rows("task_costs", of_source=source)
    costed = [row for row in rows if row["bin"] is not None]
    if not costed or not rows[0]["p95_task_cost_usd"]:
        return
    p50, p95 = rows[0]["p50_task_cost_usd"], rows[0]["p95_task_cost_usd"]
    free = sum(row["tasks"] for row in rows if row["bin"] is None)
    note = f"; {figures.count(free)} without any cost are not drawn" if free else ""
    finding(_sentence(p50, p95), f"Tasks by what each cost. Dashed: the median, and what 19 in 20 stay below{note}")
    groups = {
        words: [_ends(row) for row in costed if row["outcome"] == outcome]
        for outcome, words in OUTCOMES.items()
        if any(row["outcome"] == outcome for row in costed)
    }
    evidence.of(rows)
    charts.cost_spread(groups, COLOURS, [usd for usd in (p50, p95) if usd], lambda row: _tasks(context, row))


def _sentence(p50: float, p95: float) -> str:
    if not p50:
        return f"One task in twenty costs {figures.money(p95)} or more, half of them nothing"
    return (
        f"One task in twenty costs {figures.money(p95)} or more, {figures.multiple(p95 / p50)} "
        f"the median of {figures.money(p50)}"
    )


def _ends(row: Row) -> dict[str, Any]:
    tasks, listed = row["tasks"], len(row["dearest"])
    leads = "their calls" if tasks <= listed else f"the calls of the {listed} dearest"
    return {
        "low": 10 ** (row["bin"] / PER_DECADE),
        "high": 10 ** ((row["bin"] + 1) / PER_DECADE),
        "tasks": tasks,
        "dearest": row["dearest"],
        "leads": leads,
    }


def _tasks(context: Context, row: Row) -> str:
    shared = context.filters.shared_only()
    return context.link("calls", replace(shared, chosen={**shared.chosen, "task": tuple(row["dearest"])}))
