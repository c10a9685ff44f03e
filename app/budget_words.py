"""Budgets in words and colours: states, windows, amounts in their unit."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from app import figures
from app.palette import BLUE, ORANGE, VERMILLION, YELLOW

STATES = {
    "ok": ("Within its limit", BLUE),
    "warned": ("Warned", YELLOW),
    "slowed": ("Slowed", ORANGE),
    "needs_approval": ("Needs approval", ORANGE),
    "paused": ("Paused", VERMILLION),
    "exceeded": ("Exceeded", VERMILLION),
}
"""What each state is called, and its colour."""

STOPPED = ("needs_approval", "paused", "exceeded")
STATE = (
    "What the next request meets. Exceeded: more is spent than the limit. Paused, needs approval, slowed, warned: the "
    "share that is spent and reserved has reached a threshold with that policy."
)
SPENT = (
    "Cost, tokens or calls of all calls in the budget's scope since the period began, asked for or not. A mark + says "
    "that calls without a known price or count come on top."
)
REMAINS = "The limit in force less what is spent and what is reserved for requests that are under way."
ENDS = "When the counter begins anew. A rolling window forgets what is older than itself; a run has no end."
SMALLEST = """\
budgets:
  - id: team-month
    owner: you@example.com
    scope: {team: search}
    unit: usd
    limit: 500
    window: month
    thresholds:
      - {at: 80%, policy: notify}
"""

FILTERS = {
    "organization": "organization", "environment": "environment", "team": "team", "project": "project",
    "workflow_id": "workflow", "model": "model", "traffic_source": "source", "feature": "feature",
    "customer_id": "customer", "task_id": "task", "user_id": "user", "service_name": "service", "agent_name": "agent",
    "workflow_run_id": "run",
}  # fmt: skip
"""The page's filter for each dimension of a scope."""

Row = Mapping[str, Any]


def amount(number: Any, unit: str) -> str:
    """An amount in its unit: dollars, tokens, steps; a dash where there is none."""
    if unit == "usd":
        return figures.money(number)
    return figures.tokens(number) if unit == "tokens" else figures.count(number)


def spent(row: Row) -> str:
    """Spent of the limit, with a + where it is a least."""
    missing = row["unpriced_calls"] if row["unit"] == "usd" else row["uncounted_calls"]
    is_least = bool(missing) and row["unit"] != "steps"
    unit = "" if row["unit"] == "usd" else f" {row['unit']}"
    of = amount(row["limit_in_force"], row["unit"])
    return f"{amount(row['spent'] or 0, row['unit'])}{'+' if is_least else ''} of {of}{unit}"


def window(row: Row) -> str:
    """Its period: `month`, `last 7 days`, `run`."""
    if row["window_kind"] == "rolling":
        days, rest = divmod(timedelta(seconds=row["window_seconds"]), timedelta(days=1))
        return f"last {days} days" if days >= 2 and not rest else f"last {row['window_seconds'] / 3600:g} h"
    return {"run": "each run", "total": "all time"}.get(row["window_kind"], f"a {row['window_kind']}")


def ends(row: Row, now: datetime) -> str:
    """How long until the counter begins anew."""
    if row["window_kind"] in ("run", "total"):
        return "no end"
    if row["window_end"] is None:
        return "–"
    if row["window_kind"] == "rolling":
        return "rolls"
    left = row["window_end"] - now
    if left < timedelta(0):
        return "over"
    if left < timedelta(hours=2):
        return f"{left // timedelta(minutes=1)} min"
    return f"{left.days} days" if left >= timedelta(days=2) else f"{left.total_seconds() / 3600:.0f} h"


def period(row: Row) -> str:
    """A period that is over: the day it began on, with the hour where it is one; of runs, that they are."""
    if row["window_start"] is None:
        return "runs"
    return (
        f"{row['window_start']:%Y-%m-%d %H:%M}" if row["window_kind"] == "hour" else f"{row['window_start']:%Y-%m-%d}"
    )


def values_of(key: str) -> dict[str, str | None]:
    """The values that a counter's key names; None where calls do not say."""
    return {name: value or None for name, value in parse_qsl(key, keep_blank_values=True)}


def counter(key: str) -> str:
    """A counter by its values: `ann`, `not given`; several with a comma."""
    return ", ".join(value or "not given" for value in values_of(key).values()) or "all of it"
