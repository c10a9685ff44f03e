"""What would not have been paid: opportunities of the build, as a table and in words."""

from collections.abc import Mapping
from typing import Any

from app import figures
from app.filters import text
from spanledger.reports.asking import Asking
from spanledger.reports.document import Section, Table

Row = Mapping[str, Any]
SHOWN = 8
KINDS = {
    "idempotent_step": "keep the steps of a run that begins again",
    "memoize": "answer identical calls from memory",
    "route": "route to a cheaper model that passes",
    "trim": "shorten prompts",
    "batch": "use the batch tier",
    "cache": "cache prompts",
    "output_limit": "limit the output",
}
"""What each kind of opportunity asks for, in the middle of a sentence."""


def lever(row: Row) -> str:
    """What it asks for."""
    kind = str(row["kind"])
    return KINDS.get(kind, kind.replace("_", " "))


def span(row: Row) -> str:
    """From the least to the most it may save; one amount where both are."""
    low, high = figures.money(row["low_usd"]), figures.money(row["high_usd"])
    return low if low == high else f"{low} – {high}"


def section(asking: Asking) -> Section | None:
    """The largest first; None where nothing is known."""
    if asking.filters.get("team"):
        return None  # the mart does not know teams
    rows = asking.rows("period_savings")
    if not rows:
        return None
    largest = rows[0]
    saved = f"{text(largest['workflow_id'])}, {figures.money(largest['saving_usd'])}"
    days = f"the 30 days to {largest['last_date']:%-d %B %Y}"
    note = f"Each alone, of the spend of {days}: several together save less than their sum."
    head = ("Lever", "Workflow", "Step", "Calls", "Saves", "Range")
    table = Table(head, tuple(map(_line, rows[:SHOWN])), frozenset((3, 4, 5)), minor=frozenset((2, 3)))
    return Section(f"Largest saving: {lever(largest)} in {saved}", (table,), note)


def _line(row: Row) -> tuple[str, ...]:
    return (
        lever(row).capitalize(),
        text(row["workflow_id"]),
        text(row["step"]),
        figures.count(row["calls"]),
        figures.money(row["saving_usd"]),
        span(row),
    )
