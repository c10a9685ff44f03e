"""Estimate: what planned tasks will cost together, from past tasks like them, and how many those are."""

from typing import Any

import streamlit as st

from app import charts, choices, estimate_words, evidence, figures, grids
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.grids import Column
from app.measures import Row, headline_source
from app.palette import model_colour
from app.sentences import period_words
from transforms.feature_estimates import (
    ASKED,
    FEW,
    MOST_TASKS,
    Reference,
    Total,
    basis,
    evidence_of,
    named,
    reference,
    total_cost,
)

CHOICES = {"workflow": "workflow", "size": "size", "feature": "feature", "model": "model", "step": "step"}
DEFAULT_TASKS = 20
DRAWN, LISTED = 400, 20
OF_TEN = "range for 8 in 10"


def render(context: Context) -> None:
    source = headline_source(context.rows("task_sources"))
    chosen, like, tasks = _choices(context, source)
    step = chosen.pop("step") or None
    asked = {name: value for name, value in chosen.items() if value} | ({"like": named(like)} if like else {})
    extra: dict[str, Any] = {f"for_{name}": asked.get(name) for name in ASKED}
    extra |= {"for_like": like or None, "of_source": source, "of_step": step}
    groups = context.rows("past_tasks", **extra)
    past = reference(asked, evidence_of(groups))
    one, total = total_cost(past, 1), total_cost(past, tasks)
    if one is None or total is None:
        _empty(context, source)
        return
    _head(context, source, past, total, step)
    evidence.of(groups)
    _cards(groups, one, total)
    listed = context.rows("past_task_list", of_kept=past.rings[0].evidence.kept, most=DRAWN, **extra)
    _chart(context, past, listed, one, total)
    _classes(context, past, groups, extra)
    _tasks(context, past, listed)


def _choices(context: Context, source: str) -> tuple[dict[str, str], list[str], int]:
    """What was chosen, kept in the address: `for_workflow` and so on, past tasks (`like`), how many are planned."""
    offered: dict[str, list[str]] = {}
    for row in context.rows("past_task_options", of_source=source):
        offered.setdefault(row["name"], []).append(row["value"])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = {name: _choice(name, offered.get(name, [])) for name in CHOICES}
        tasks = choices.whole("tasks", "Planned tasks", DEFAULT_TASKS, 1, MOST_TASKS, width=130)
        like = choices.named(
            "like", "Like these past tasks", placeholder="task ids", hint=estimate_words.LIKE, width=326
        )
    return chosen, like, tasks


def _choice(name: str, values: list[str]) -> str:
    """What no past task has may be asked for, too: then wider classes speak."""
    asked = st.query_params.get(f"for_{name}", "")
    options = {"": "the whole task" if name == "step" else f"any {name}"} | {
        one: one for one in (*values, asked) if one
    }
    hint = estimate_words.MODEL if name == "model" else None
    return choices.listed(f"for_{name}", CHOICES[name].capitalize(), options, hint=hint, width=155, is_labelled=True)


def _empty(context: Context, source: str) -> None:
    headline(
        "No past task to compare with",
        f"An estimate rests on {source} tasks of known cost, {period_words(context)}. Choose a longer period or fewer "
        "filters; tag work with spanledger.task.id, and how large it is with spanledger.task.size.",
    )


def _head(context: Context, source: str, past: Reference, total: Total, step: str | None) -> None:
    low, high = total.range(0.8)
    what = f"step {step} of " if step else ""
    planned = "One task" if total.tasks == 1 else f"{figures.count(total.tasks)} tasks"
    planned = f"{what.capitalize()}{planned.lower()}" if step else planned
    headline(
        f"{planned} {past.asked} will cost about {figures.money(total.quantile(0.5))}, "
        f"between {figures.money(low)} and {figures.money(high)}",
        f"Range: 80 % aimed at. Past {source} tasks, {period_words(context)}; the model of the filters does not apply, "
        "the one chosen here does.",
    )
    if past.similar >= FEW:
        st.caption(basis(past, total))
    else:
        st.warning(basis(past, total), icon=":material/groups_2:")


def _cards(groups: list[dict[str, Any]], one: Total, total: Total) -> None:
    nearest = next(row for row in groups if row["tasks"])
    known = nearest["successes"] + nearest["failures"]
    name = f"{figures.count(total.tasks)} together"
    half, ends = figures.money(total.quantile(0.5)), _ends(total, 0.8)
    together = [Card(name, half, estimate_words.ALL, range=ends, change=OF_TEN)] if total.tasks > 1 else []
    cards(
        [
            Card(
                "One task", figures.money(one.quantile(0.5)), estimate_words.ONE, range=_ends(one, 0.8), change=OF_TEN
            ),
            *together,
            Card("Nearly surely", _ends(total, 0.95), estimate_words.WIDE, change="95 % of such totals"),
            Card(
                "Past tasks like it",
                figures.count(one.similar),
                estimate_words.SIMILAR,
                change=f"{figures.count(nearest['successes'])} of {figures.count(known)} "
                f"{'of these' if one.similar else 'of the nearest'} succeeded"
                if known
                else "no outcome is known",
            ),
        ]
    )


def _ends(total: Total, share: float) -> str:
    return " – ".join(figures.money(end) for end in total.range(share))


def _chart(context: Context, past: Reference, listed: list[dict[str, Any]], one: Total, total: Total) -> None:
    low, high = one.range(0.8)
    inside = sum(low <= float(row["cost_usd"]) <= high for row in listed)
    finding(
        f"{figures.count(inside)} of {figures.count(len(listed))} past tasks lie in the range given for one new task",
        f"Each line is a past task {past.rings[0].words}. Bars: 80 %; thin: 95 %. The axis is logarithmic",
    )
    totals = [("one new task", one)]
    if total.tasks > 1:
        totals.append((f"mean of {figures.count(total.tasks)} new ones", total))
    evidence.of(listed)
    charts.cost_ranges(
        listed,
        [_range(*named) for named in totals],
        leads=lambda row: context.calls_link(task=row["task_id"]),
    )


def _range(name: str, total: Total) -> dict[str, Any]:
    """What the chart shows of a total: quantiles in US dollars a task."""
    (low, high), (least, most) = total.range(0.8), total.range(0.95)
    ends = {"least": least, "low": low, "middle": total.quantile(0.5), "high": high, "most": most}
    return {"name": name} | {end: usd / total.tasks for end, usd in ends.items()}


def _classes(context: Context, past: Reference, groups: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    words = {ring.evidence.kept: ring.words for ring in past.rings}
    finding(
        "No past task shares all that was chosen: these speak instead" if past.is_widened else "What it rests on",
        estimate_words.CLASS,
    )
    shared = [name for name in ("workflow", "feature", "model") if extra[f"for_{name}"]]

    def calls(row: Row) -> str:
        kept = {name: extra[f"for_{name}"] for name in shared if ASKED.index(name) < row["kept"]}
        return context.calls_link(**kept, source=extra["of_source"])

    grids.grid(
        [row | {"words": words[row["kept"]]} for row in groups if row["kept"] in words],
        [
            Column("words", "Past tasks", href=calls),
            grids.number("tasks", "Tasks", definition=estimate_words.SIMILAR),
            grids.money("p10_usd", "10 %", is_minor=True),
            grids.money("median_usd", "Median"),
            grids.money("p90_usd", "90 %", is_minor=True),
            Column("successes", "Succeeded", is_number=True, html=_succeeded, definition=estimate_words.SUCCEEDED),
            Column(
                "unknown_cost_tasks",
                "Left out",
                is_number=True,
                html=lambda row: figures.count(row["unknown_cost_tasks"] + row["zero_cost_tasks"]),
                definition=estimate_words.LEFT_OUT,
                is_minor=True,
            ),
        ],
    )


def _succeeded(row: Row) -> str:
    return f"{figures.count(row['successes'])} of {figures.count(row['successes'] + row['failures'])}"


def _tasks(context: Context, past: Reference, listed: list[dict[str, Any]]) -> None:
    nearest = past.rings[0]
    finding(
        f"The newest {figures.count(min(len(listed), LISTED))} of {figures.count(nearest.evidence.tasks)} past tasks "
        f"{nearest.words}",
        "A task leads to its calls.",
    )
    grids.grid(
        listed[:LISTED],
        [
            Column("task_id", "Task", href=lambda row: context.calls_link(task=row["task_id"])),
            Column("task_date", "Day", is_minor=True),
            Column("workflow_id", "Workflow", is_minor=True),
            Column("size", "Size", is_minor=True),
            Column("feature", "Feature", is_minor=True),
            Column("model", "Model", colour=lambda row: model_colour(row["model"]), is_minor=True),
            Column("outcome", "Outcome"),
            grids.money("cost_usd", "Cost", bar=True),
        ],
    )
