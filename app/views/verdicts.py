"""How a task ended: whose word holds, and everything else that was said of it."""

from html import escape
from typing import Any

import streamlit as st

from app import figures, grids
from app.cards import finding
from app.context import Context
from app.grids import Column

Row = dict[str, Any]

SOURCES = {
    "human": "a person",
    "api": "a system",
    "file": "a file",
    "task attribute": "the application",
    "score rule": "an evaluation",
    "run error": "the run's error",
}


def sentence(task: Row) -> str:
    """The outcome with who said it and when, or until when it is awaited."""
    if task["outcome"] == "pending":
        return f"pending until {_moment(task['pending_until'])}"
    if task["outcome_source"] is None:
        return str(task["outcome"])
    return f"{task['outcome']}, says {_who(task['outcome_source'], task['outcome_by'])}, {_moment(task['outcome_at'])}"


REASONS = {
    "judged": "judged later",
    "rules": "the outcome rules changed",
    "late": "it came late",
    "unsaid": "nobody says it any more",
    "withdrawn": "it is no task any more",
}


def restated(context: Context) -> None:
    """Outcomes of the period that were published otherwise before."""
    rows = context.rows("restated_outcomes")
    if not rows:
        return
    found, late = rows[0]["found"], rows[0]["found_late"]
    shown = f"; {figures.count(len(rows))} of them are shown" if found > len(rows) else ""
    whose = "all" if late == found else figures.count(late)
    came = f", {whose} of tasks that came after their day was published" if late else ""
    finding(
        f"Published outcomes that changed: {figures.count(found)}{came}",
        f"What a late word changed stays readable here. The day is the task's{shown}.",
    )
    with st.expander("Which, and who said so"):
        _changes(rows)


def _changes(rows: list[Row]) -> None:
    grids.grid(
        rows,
        [
            Column("restated_at", "Changed (UTC)", lambda at: f"{at:%Y-%m-%d %H:%M}"),
            Column("task_id", "Task"),
            Column("workflow_id", "Workflow", is_minor=True),
            Column("date", "Day", str, is_minor=True),
            Column("old_outcome", "Before", lambda outcome: outcome or "not there yet"),
            Column("new_outcome", "Now", grids.text),
            Column("outcome_source", "Says", html=lambda row: escape(_said_by(row)), is_minor=True),
            Column("reason", "Why", lambda reason: REASONS.get(reason, reason), is_minor=True),
        ],
    )


def _said_by(row: Row | Any) -> str:
    return _who(row["outcome_source"], row["outcome_by"]) if row["outcome_source"] else "nobody"


def render(context: Context, task: Row) -> None:
    """What was said of a task, where that is more than the word that holds."""
    asked = {"task_id": task["task_id"], "task_source": task["traffic_source"], "task_org": task["organization"]}
    words = context.rows("task_words", **asked)
    if len(words) < 2 and all(word["is_winner"] for word in words):
        return
    with st.expander(f"What was said of {task['task_id']}, in {len(words)} statements"):
        grids.grid(
            words,
            [
                Column("judged_at", "Judged (UTC)", lambda at: f"{at:%Y-%m-%d %H:%M}"),
                Column("source", "Who", html=lambda word: escape(_who(word["source"], word["judged_by"]))),
                Column("outcome", "Says", html=_says),
                Column("evaluation_name", "About", html=_about, is_minor=True),
                Column("reason", "Why", grids.text, is_minor=True),
            ],
        )


def _who(source: str, by: str | None) -> str:
    named = SOURCES.get(source, source)
    return f"{by} ({named})" if by else named


def _says(word: Row | Any) -> str:
    said = escape(word["outcome"] or "decides nothing")
    return f"<b>{said}</b> · holds" if word["is_winner"] else said


def _about(word: Row | Any) -> str:
    """An evaluation with its result, and the rule that judged it."""
    if word["evaluation_name"] is None:
        return ""
    score = None if word["score"] is None else f"{word['score']:g}"
    parts = [word["evaluation_name"], *filter(None, (score, word["label"]))]
    rule = f" (rule {word['rule']})" if word["rule"] else " (no rule)"
    return escape(" · ".join(parts) + rule)


def _moment(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
