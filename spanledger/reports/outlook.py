"""What lies ahead: forecasts and what could be saved, from the tables that say so."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app import figures
from app.filters import text
from spanledger.reports.asking import Asking
from spanledger.reports.document import Section, Table

Row = Mapping[str, Any]
ZERO = Decimal(0)
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


def savings(asking: Asking) -> Section | None:
    """What would not have been paid, the largest first; None where nothing is known."""
    if asking.filters.get("team"):
        return None  # the mart does not know teams
    rows = asking.rows("period_savings")
    if not rows:
        return None
    lines = tuple(
        (
            KINDS.get(row["kind"], row["kind"].replace("_", " ")).capitalize(),
            text(row["workflow_id"]),
            text(row["step"]),
            figures.count(row["calls"]),
            figures.money(row["saving_usd"]),
            f"{figures.money(row['low_usd'])} – {figures.money(row['high_usd'])}",
        )
        for row in rows[:SHOWN]
    )
    largest = rows[0]
    title = (
        f"Largest saving: {KINDS.get(largest['kind'], largest['kind'])} in {text(largest['workflow_id'])}, "
        f"{figures.money(largest['saving_usd'])}"
    )
    head = ("Lever", "Workflow", "Step", "Calls", "Saves", "Range")
    note = "Each alone, of the period's spend: several together save less than their sum."
    return Section(title, (Table(head, lines, frozenset((3, 4, 5)), minor=frozenset((2, 3))),), note)


def forecast(asking: Asking) -> Section | None:
    return None


def unit_economics(asking: Asking) -> Section | None:
    return None
