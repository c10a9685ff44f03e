"""Choosing and comparing measures for the pages: which traffic source a headline is about, how sure it is."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app import figures

Row = Mapping[str, Any]
COVERAGE_NEEDED = Decimal("0.8")
"""Below this share of tasks with a known outcome the range is shown, not the point."""

BY_SOURCE: dict[str, str | bool | None] = {"by": "traffic_source", "of_source": None, "is_spread": False}
"""What to ask the question task_groups for each traffic source's sums; with ``is_spread``, for its percentiles too."""


def headline_source(measures: Sequence[Row]) -> str:
    """The traffic source that cost per successful task is about: production, else the one with most tasks."""
    sources = [row["traffic_source"] for row in measures]
    return "production" if "production" in sources or not sources else str(sources[0])


def of_source(measures: Sequence[Row], source: str) -> Row:
    """That source's row; empty where it has no task."""
    return next((row for row in measures if row["traffic_source"] == source), {})


def is_covered(measure: Row) -> bool:
    known = measure.get("successes", 0) + measure.get("failures", 0)
    return bool(measure) and Decimal(known) >= COVERAGE_NEEDED * measure["tasks"]


def per_success(measure: Row) -> str:
    """Cost per successful task as text: a point, or a range where too many outcomes are unknown."""
    if not measure.get("successes"):
        return figures.UNKNOWN
    if is_covered(measure):
        return at_least(measure) + figures.money(measure["per_success_usd"])
    return f"{figures.money(measure['bound_low_usd'])} – {figures.money(measure['per_success_usd'])}"


def at_least(measure: Row) -> str:
    """Spend of unpriced calls is missing from the figure: it is a lower bound then."""
    return "at least " if measure.get("unknown_cost_tasks") else ""


def interval(measure: Row) -> str:
    if not measure.get("successes"):
        return "no task has succeeded yet"
    if not is_covered(measure):
        known = measure["successes"] + measure["failures"]
        return f"outcome known for only {figures.share(known, measure['tasks'])} of tasks"
    if measure["ci_low_usd"] is None:
        return f"{figures.count(measure['successes'])} successes, too few for a range"
    return (
        f"95 %: {ends(measure)}{', likely too low: one task far above the rest' if measure['is_heavy_tailed'] else ''}"
    )


def ends(measure: Row) -> str:
    """The interval alone, for a table; a dash where there is none."""
    if measure.get("ci_low_usd") is None or not is_covered(measure):
        return figures.UNKNOWN
    return f"{figures.money(measure['ci_low_usd'])} – {figures.money(measure['ci_high_usd'])}"


def ratio(part: Any, whole: Any) -> Decimal | None:
    """part ÷ whole, None where the whole is zero or unknown."""
    return Decimal(str(part or 0)) / Decimal(str(whole)) if whole else None


def first(rows: Sequence[Row]) -> Row:
    return rows[0] if rows else {}


def is_fall(change: str | None) -> bool | None:
    """Whether a written change is a fall (good, for a cost); None without a change or without movement."""
    if change is None or not any(digit in change for digit in "123456789"):
        return None
    return change.startswith(figures.MINUS)
