"""Forecast: where the month will end, how sure that is, and how right earlier forecasts were."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, evidence, figures, grids, words
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.filters import SHARED, Filters
from app.grids import Column
from transforms.forecasts.distribution import HIGHEST_PROBABILITY, LOWEST_PROBABILITY

Row = Mapping[str, Any]
KINDS = {"source": "traffic_source"}
"""Filters whose scope has another name."""
PARTS = {"team": "Team", "workflow": "Workflow", "model": "Model", "traffic_source": "Traffic source"}
METHODS = {"published": "Published", "burn_rate_7": "Burn rate of 7 days", "seasonal_naive_7": "Same day last week"}
WAITING = "It will stand here tomorrow, wide at first, and narrow as days pass."


def render(context: Context) -> None:
    """The period filter does not matter here: a forecast starts at the newest day."""
    asked = scope_of(context.filters)
    if asked is None:
        headline("A forecast speaks of one scope", "Choose one value of one filter: a team, a workflow, a model, …")
        return
    periods = {row["period_kind"]: row for row in context.rows("forecast_periods", kind=asked[0], scope=asked[1])}
    if not periods:
        _nothing(asked)
        return
    month, quarter = periods["month"], periods["quarter"]
    of = {"of": month["organization"], "kind": month["scope_kind"], "which": month["scope"]}
    scores = {row["method"]: row for row in context.rows("forecast_scores", **of)}
    [ended] = context.rows("forecast_months", **of)
    budget = next(iter(context.rows("forecast_budget", **of)), None)
    _headline(month)
    evidence.of(month, quarter, ended, budget)
    _cards(month, quarter, ended, budget)
    _fan(context, of, month, budget)
    _scored(context, of, ended, scores)
    if month["scope_kind"] == "organization":
        _parts(context, of)


def scope_of(filters: Filters) -> tuple[str, str | None] | None:
    """The kind and name of the scope that the filters choose; None where they choose several."""
    chosen = {name: values for name in SHARED if name != "organization" and (values := filters.chosen.get(name))}
    if not chosen:
        return "organization", None
    [(name, values), *others] = chosen.items()
    return None if others or len(values) > 1 else (KINDS.get(name, name), values[0])


def _nothing(asked: tuple[str, str | None]) -> None:
    if asked[0] == "organization":
        headline("A forecast needs one full day of spend", WAITING)
    else:
        headline(
            f"Nothing is forecast for {asked[1]}",
            "It spent nothing in four weeks, or is none of the 12 dearest of its kind. Without the filter, all is.",
        )


def _headline(month: Row) -> None:
    name = "" if month["scope_kind"] == "organization" else f" of {grids.text(month['scope'])}"
    range_ = f"between {figures.money(month['p10_usd'])} and {figures.money(month['p90_usd'])}"
    headline(
        f"{month['period_start']:%B %Y}{name} will end at about {figures.money(month['p50_usd'])}, {range_}",
        f"Made from the full days before {month['made_at']:%-d %B}; eight months in ten should end within the range. "
        "The period filter does not apply here.",
    )
    if month["is_short"]:
        st.info(
            "Short history: too few past forecasts to measure how far they are off, so the range is kept wide.",
            icon=":material/hourglass_empty:",
        )


def _cards(month: Row, quarter: Row, ended: Row, budget: Row | None) -> None:
    has_budget = budget is not None and budget["probability_over"] is not None
    cards(
        [
            _expected("Expected for the month", month),
            _expected("Expected for the quarter", quarter),
            _chance(budget) if budget is not None and has_budget else _last_week(month),
            Card("Month-end ranges that held", *_held(ended), change="eight in ten should"),
        ]
    )


def _chance(budget: Row) -> Card:
    return Card(
        "Chance to go over the budget",
        _likely(budget["probability_over"]),
        words.CHANCE_OVER,
        change=f"{budget['budget_id']}: {figures.money(budget['limit_usd'])}",
        range=_exhausted(budget),
    )


def _likely(chance: float) -> str:
    """As far as a forecast can tell; 1 is no forecast, but spent."""
    ends = {
        LOWEST_PROBABILITY: f"{LOWEST_PROBABILITY:.0%} or less",
        HIGHEST_PROBABILITY: f"{HIGHEST_PROBABILITY:.0%} or more",
    }
    return ends.get(chance) or figures.share(chance)


def _last_week(month: Row) -> Card:
    return Card(
        "If the last week went on",
        figures.money(month["burn_rate_usd"]),
        words.BURN_RATE,
        change=f"{figures.money(month['seasonal_naive_usd'])} with each day as a week before",
    )


def _expected(label: str, period: Row) -> Card:
    spent = f"{figures.money(period['spent_usd'])} spent in full days"
    return Card(
        label,
        figures.money(period["p50_usd"]),
        words.FORECAST,
        range=f"{figures.money(period['p10_usd'])} – {figures.money(period['p90_usd'])}",
        change=spent if period["is_complete"] else f"{spent} that are known",
    )


def _held(ended: Row) -> tuple[str, str]:
    return f"{ended['held']} of {ended['months']}" if ended["months"] else figures.UNKNOWN, words.RANGES_HELD


def _exhausted(budget: Row) -> str:
    if budget["exhausted_early_on"] is None:
        return ""
    late = budget["exhausted_late_on"]
    return f"spent {budget['exhausted_early_on']:%-d %b} – {f'{late:%-d %b}' if late else 'after the month'}"


def _fan(context: Context, of: Mapping[str, Any], month: Row, budget: Row | None) -> None:
    today = month["made_at"].date()
    limit = None if budget is None else budget["limit_usd"]
    spent, running = [], Decimal(0)
    past, to_come = (
        context.rows("forecast_past_days", month=month["period_start"], today=today, **of),
        context.rows("forecast_days", **of),
    )
    for row in past:
        running += row["cost_usd"]
        spent.append({"date": row["date"], "usd": running})
    start = {"date": today - timedelta(days=1), "usd": running, "low": running, "high": running}
    ahead = [
        {
            "date": row["date"],
            "usd": running + row["through_p50_usd"],
            "low": running + row["through_p10_usd"],
            "high": running + row["through_p90_usd"],
        }
        for row in to_come
        if row["date"] <= month["period_end"]
    ]
    line = "" if limit is None else " Dotted: the budget."
    finding(_against(month, budget), f"Solid: spent. Dashed: middle. Band: eight in ten.{line}")
    evidence.of(past, to_come, budget)
    charts.month_fan(
        spent, [start, *ahead] if spent else ahead, limit=limit, leads=lambda row: context.day_link(row["date"])
    )


def _against(month: Row, budget: Row | None) -> str:
    name = f"{month['period_start']:%B}"
    if budget is None or budget["probability_over"] is None:
        return f"Spend of {name}, day by day to its end"
    limit = f"the {figures.money(budget['limit_usd'])} of {budget['budget_id']}"
    if budget["spent_usd"] > budget["limit_usd"]:
        return f"{name} is over {limit}"
    return f"{name} ends over {limit} with a chance of {_likely(budget['probability_over'])}"


def _scored(context: Context, of: Mapping[str, Any], ended: Row, scores: Mapping[str, Row]) -> None:
    if not ended["months"]:
        finding("No month has ended since the first forecast", "Forecasts are kept, and scored here when it has.")
        return
    kept = context.rows("forecast_kept", **of)
    finding(_sentence(ended), _note(ended, scores["published"]))
    evidence.of(scores)
    grids.grid(
        [{**scores[name], "name": label} for name, label in METHODS.items() if name in scores],
        [
            Column("name", "Month-end forecasts"),
            grids.number("wape", "Off by", figures.share),
            grids.money("mae_usd", "Mean miss"),
            grids.number("coverage_80", "Ranges that held", figures.share),
            grids.number("n", "Forecasts"),
        ],
    )
    with st.expander(f"The {len(kept)} newest of them" if len(kept) > 1 else "That one"):
        grids.grid(
            [row | {"held": "yes" if row["is_held"] else "no", "when": _when(row)} for row in kept],
            [
                Column("made_on", "Made on"),
                grids.money("p10_usd", "Low"),
                grids.money("p50_usd", "Middle"),
                grids.money("p90_usd", "High"),
                grids.money("actual_usd", "Came"),
                Column("held", "Held"),
                Column("when", "Shown"),
            ],
        )


def _sentence(ended: Row) -> str:
    months, held = ended["months"], ended["held"]
    if months == 1:
        return f"Our first range of {ended['newest']:%B %Y} {'held' if held else 'did not hold'} what came"
    return f"Our last {months} month-end ranges held {held} of {months}"


def _note(ended: Row, score: Row) -> str:
    """What the sentence counts, and what the table below it does."""
    said = ["Eight in ten should hold. Of each month its first forecast counts: later ones know part of it."]
    if afterwards := ended["afterwards"]:
        number = "One was" if afterwards == 1 else f"{afterwards} were"
        said.append(f"{number} made afterwards, from the days before alone.")
    if score["n"] > ended["months"]:
        said.append(f"The table scores all {score['n']} forecasts of these months.")
    return " ".join(said)


def _when(row: Row) -> str:
    return "made afterwards" if row["is_backfilled"] else "on the day"


def _parts(context: Context, of: Mapping[str, Any]) -> None:
    part = st.segmented_control("By", list(PARTS), format_func=lambda kind: PARTS[kind], default="team") or "team"
    rows = context.rows("forecast_parts", of=of["of"], part=part)
    if not rows:
        return
    first = rows[0]
    finding(
        f"{grids.text(first['scope'])} will cost most: about {figures.money(first['p50_usd'])}",
        "Parts add up to the whole; their ranges do not, as not all parts end high together.",
    )
    grids.grid(
        rows,
        [
            Column("scope", PARTS[part]),
            grids.money("spent_usd", "Spent"),
            grids.money("p10_usd", "Low"),
            grids.money("p50_usd", "Middle"),
            grids.money("p90_usd", "High"),
        ],
    )
