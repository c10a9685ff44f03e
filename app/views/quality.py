"""Data quality: what the figures do not know, how much money that touches, and what to do about it."""

import math
from html import escape
from typing import Any

from app import figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column


def render(context: Context) -> None:
    rows = [_explained(row) for row in context.rows("quality")]
    known = context.rows("coverage")[0]
    headline(
        "Nothing in this period is unknown or in doubt" if not rows else f"{len(rows)} kinds of gap in this period",
        f"Price known for {figures.share(known['priced_calls'], known['calls'])} of calls, outcome for "
        f"{figures.share(known['judged_tasks'], known['tasks'])} of tasks, traffic source for "
        f"{figures.share(known['sourced_usd'], known['cost_usd'])} of spend. Unknown is counted, never guessed.",
    )
    if rows:
        grids.grid(
            rows,
            [
                Column("title", "What, and what to do", html=_advice),
                grids.number("rows", "Rows"),
                grids.money("cost_usd", "Known spend it touches", bar=True),
                Column("subjects", "Where", html=_where, is_minor=True),
                Column("last_date", "Last seen", is_minor=True),
            ],
        )
    _late(context)
    _sampling(context)


def _late(context: Context) -> None:
    """What came for days whose calls are no longer kept; nothing where nothing did."""
    if not context.build.calls_from or not context.is_theirs("late_spans"):
        return
    late = context.rows("late_spans")[0]
    if late["spans"]:
        finding(
            f"{figures.count(late['spans'])} spans came for days that were closed",
            f"They are of {late['first_date']} to {late['last_date']}, came until {late['arrived_date']}, and are in "
            f"no figure: days before {context.build.calls_from} stay as they were closed. The lake keeps them as "
            "long as other raw spans.",
        )


def _sampling(context: Context) -> None:
    """What telemetry sampling left out, and the labelled estimate of all of it; nothing where nobody samples."""
    services = context.rows("sampling")
    if not services:
        return
    seen, estimate, unknown, variance = (
        sum(row[name] for row in services)
        for name in ("cost_usd", "estimated_cost_usd", "unknown_probability_calls", "variance")
    )
    error = math.sqrt(variance)
    finding(
        f"Sampled telemetry: {figures.money(seen)} arrived, of {'at least' if unknown else 'about'} "
        f"{figures.money(estimate)}",
        f"Estimate from what the samplers say, ± {figures.money(1.96 * error)} (95 %); it is in no other figure."
        + (f" {figures.count(unknown)} calls do not say how many others were dropped." if unknown else ""),
    )
    grids.grid(
        services,
        [
            Column("service_name", "Service"),
            grids.number("calls", "Calls seen", is_minor=True),
            grids.number("sampled_calls", "Of sampled traces", is_minor=True),
            grids.number("kept_share", "Kept", figures.share, is_minor=True),
            grids.money("cost_usd", "Spend seen"),
            grids.money("estimated_cost_usd", "Estimate of all"),
            Column("sampler", "Said by", is_minor=True),
        ],
    )


def _explained(row: dict[str, Any]) -> dict[str, Any]:
    title, cure = words.CHECKS.get(row["name"], (row["name"].replace("_", " "), "See the table rpt_data_quality."))
    return row | {"title": title, "cure": cure}


def _advice(row: Any) -> str:
    return f'<div class="sl-advice">{escape(row["title"])}<p class="sl-muted">{_code(row["cure"])}</p></div>'


def _where(row: Any) -> str:
    """The first two models, services or workflows concerned, and how many more."""
    named = row["subjects"] or []
    more = f" and {len(named) - 2} more" if len(named) > 2 else ""
    return escape(", ".join(grids.text(name) for name in named[:2])) + more


def _code(text: str) -> str:
    """Plain text with `code` marks, from our own wording only."""
    parts = text.split("`")
    return "".join(part if index % 2 == 0 else f"<code>{part}</code>" for index, part in enumerate(parts))
