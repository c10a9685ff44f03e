"""Agent loops: how many steps they take, which ran away, and what came after they should have been stopped."""

from decimal import Decimal
from typing import Any

from app import evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import Row
from app.sentences import period_words


def render(context: Context) -> None:
    kinds, runaways = context.rows("loop_kinds"), context.rows("runaways")
    after = sum((row["cost_after_stop_usd"] for row in kinds), Decimal(0))
    count = sum(row["runaways"] for row in kinds)
    headline(
        f"{figures.count(count)} loops ran away and cost {figures.money(after)} more than they should, "
        f"{period_words(context)}"
        if count
        else f"No loop ran away {period_words(context)}"
        if kinds
        else "No loops in this period",
        "What one agent does, or a step that a run repeats. Filters by project and model do not narrow this page.",
    )
    evidence.of(kinds)
    if runaways:
        _runaways(context, runaways)
    if kinds:
        _kinds(context, kinds)


def _runaways(context: Context, rows: list[dict[str, Any]]) -> None:
    finding("Where they should have been stopped", words.RUNAWAY)
    grids.grid(
        rows,
        [
            Column("started_at", f"Start ({context.zone})", context.moment, href=lambda row: _link(context, row)),
            Column(
                "agent",
                "Agent",
                html=lambda row: grids.explained(grids.text(row["agent"]), grids.text(row["workflow_id"])),
            ),
            grids.number("stop_step", "Stop after step"),
            grids.number("steps", "Steps taken", is_minor=True),
            Column("stop_reason", "Why", str.capitalize, is_minor=True),
            grids.money("cost_after_stop_usd", "Cost after", bar=True),
            grids.money("cost_usd", "Cost", is_minor=True),
            Column("outcome", "Outcome", is_minor=True),
        ],
    )


def _link(context: Context, row: Row) -> str:
    """An agent leads to its trace, a repeated step to its calls."""
    if row["agent_span_id"] is None:
        return context.calls_link(task=row["task_id"], step=row["step"])
    return context.link("trace", trace=row["trace_id"], org=row["organization"] or "", span=row["agent_span_id"])


def _kinds(context: Context, rows: list[dict[str, Any]]) -> None:
    finding("Loops by workflow and agent", "Where no agent's span is sent, the steps that runs repeat")
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow", href=lambda row: context.calls_link(workflow=row["workflow_id"])),
            Column("agent", "Agent or step"),
            grids.number("loops", "Loops"),
            grids.number("p50_steps", "p50 · most steps", html=_steps, definition=words.LOOP_STEPS, is_minor=True),
            grids.number("step_limit", "Limit", definition=words.STEP_LIMIT, is_minor=True),
            grids.number("tool_calls", "Tool calls", html=_tools, definition=words.REPEATED_TOOLS, is_minor=True),
            grids.money("mean_usd", "Per loop", is_minor=True),
            grids.money("cost_usd", "Spend", bar=True),
            grids.number("runaways", "Runaways", is_minor=True),
        ],
    )


def _steps(row: grids.Row) -> str:
    return f"{figures.count(row['p50_steps'])} · {figures.count(row['most_steps'])}"


def _tools(row: grids.Row) -> str:
    parts = {"failed": row["tool_errors"], "repeated": row["repeated_tool_calls"]}
    below = ", ".join(f"{figures.count(number)} {word}" for word, number in parts.items() if number)
    return grids.explained(figures.count(row["tool_calls"]), below)
