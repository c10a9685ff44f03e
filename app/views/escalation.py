"""Escalation: where a cheaper model was tried first, what that lost, and whether the dearer one first costs less."""

from decimal import Decimal
from typing import Any

from app import evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import Row
from app.palette import model_colour
from app.sentences import period_words

VERDICTS = {"cheap first": "Cheap first", "expensive first": "Expensive first", "cannot tell": "Can't tell"}


def render(context: Context) -> None:
    context = context.of_utc_days()
    steps = context.rows("chain_steps")
    policies = context.rows("policies") if context.is_theirs("policies") else []
    escalated = [row for row in steps if row["is_escalation"]]
    sunk = sum((row["sunk_cost_usd"] for row in escalated), Decimal(0))
    headline(
        f"{figures.money(sunk)} went to cheaper models that were not kept, {period_words(context)}"
        if escalated
        else "No step went from one model to a dearer one in this period",
        "A step that was asked of one model and then of another. Filters by project and model do not narrow this page.",
    )
    evidence.of(steps)
    if policies:
        _policies(context, policies)
    if steps:
        _steps(context, steps)
        _chains(context)


def _policies(context: Context, rows: list[dict[str, Any]]) -> None:
    told = [row for row in rows if row["verdict"] != "cannot tell"]
    last = rows[0]["period_to"]
    finding(
        _verdict_sentence(told[0]) if told else "Whether the dearer model first would cost less cannot be told yet",
        f"Tasks of the 90 days to {last:%-d %b %Y} whose outcome is known; the step's own cost.",
    )
    grids.grid(
        rows,
        [
            Column("step", "Step", html=_where),
            Column("verdict", "Verdict", VERDICTS.__getitem__, definition=words.POLICY_VERDICT),
            grids.money("cost_per_success_usd", "A success now", definition=words.STEP_PER_SUCCESS),
            Column(
                "expensive_first_per_success_low_usd",
                "Dearer first",
                is_number=True,
                html=_bounds,
                is_minor=True,
                definition=words.EXPENSIVE_FIRST,
            ),
            grids.number("tasks", "Tasks", is_minor=True),
            grids.number("escalated_share", "Escalated", figures.share, is_minor=True),
            grids.number("expensive_tasks", "Dearer model got", definition=words.EXPENSIVE_TASKS, is_minor=True),
            grids.number("direct_tasks", "of these at once", is_minor=True),
            grids.money(
                "sunk_cost_usd",
                "Sunk",
                definition=words.SUNK,
                is_minor=True,
                href=lambda row: context.calls_link(
                    workflow=row["workflow_id"], step=row["step"], class_="superseded_attempt"
                ),
            ),
        ],
    )


def _verdict_sentence(row: Row) -> str:
    what = f"{grids.text(row['step'])} of {grids.text(row['workflow_id'])}"
    if row["verdict"] == "expensive first":
        return f"{what}: asking {row['expensive_model']} first would cost less per success"
    return f"{what}: trying {row['cheap_model']} first costs less per success"


def _where(row: Row) -> str:
    models = f"{row['cheap_model']} → {row['expensive_model']}"
    return grids.explained(f"{grids.text(row['workflow_id'])} · {grids.text(row['step'])}", models)


def _bounds(row: Row) -> str:
    low, high = row["expensive_first_per_success_low_usd"], row["expensive_first_per_success_high_usd"]
    if low is None and high is None:
        return figures.UNKNOWN
    return f"{figures.money(low or 0)} – {figures.money(high) if high is not None else 'no limit'}"


def _steps(context: Context, rows: list[dict[str, Any]]) -> None:
    finding(
        "Where models changed",
        "Sunk: spent before the last model took over. Fallbacks, steps down and returns to the first model included.",
    )
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow"),
            Column("step", "Step", href=lambda row: context.calls_link(workflow=row["workflow_id"], step=row["step"])),
            Column("first_model", "First", colour=lambda row: model_colour(row["first_model"]), is_minor=True),
            Column("last_model", "Last", colour=lambda row: model_colour(row["last_model"]), is_minor=True),
            grids.number("tasks", "Tasks"),
            grids.number("successes", "Succeeded", is_minor=True),
            grids.number("attempts", "Calls", is_minor=True),
            grids.money("chain_cost_usd", "Cost", is_minor=True),
            grids.money("sunk_cost_usd", "Sunk", bar=True, definition=words.SUNK),
        ],
    )


def _chains(context: Context) -> None:
    rows = context.rows("chains")
    if not rows:
        return
    finding("The dearest escalations", "A task leads to its calls at the step")
    grids.grid(
        rows,
        [
            Column("task_id", "Task", href=lambda row: context.calls_link(task=row["task_id"], step=row["step"])),
            Column("model_path", "Models", is_minor=True),
            Column("step", "Step", is_minor=True),
            grids.number("attempts", "Calls", is_minor=True),
            grids.money("chain_cost_usd", "Cost"),
            grids.money("sunk_cost_usd", "Sunk", bar=True),
            Column("outcome", "Outcome", is_minor=True),
        ],
    )
