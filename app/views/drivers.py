"""The overview's table of workflows: what they cost, how that moved, what a success costs."""

from typing import Any

from app import figures, grids, words
from app.context import Context
from app.grids import Column
from app.measures import Row, ratio


def with_change(now: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each workflow's row with its spend and cost per success of the period before and their changes as text."""
    earlier = {row["workflow_id"]: row for row in before}
    joined = []
    for row in now:
        old = earlier.get(row["workflow_id"], {})
        joined.append(
            row
            | {
                "change": figures.change(row["cost_usd"], old.get("cost_usd")) or ("new" if before else None),
                "change_usd": (row["cost_usd"] or 0) - (old.get("cost_usd") or 0) if before else None,
                "per_success_change": figures.change(row["per_success_usd"], old.get("per_success_usd")),
                "success_rate": ratio(row["successes"], row["known_outcomes"]),
                "waste_share": ratio(row["waste_usd"], row["cost_usd"]),
            }
        )
    return joined


def largest_move(drivers: list[dict[str, Any]], spend_before: Row) -> str:
    """Which workflow's spend moved most; empty where there is no period before."""
    moved = [row for row in drivers if row["change_usd"] is not None]
    if not moved or not spend_before.get("cost_usd"):
        return ""
    largest = max(moved, key=lambda row: abs(row["change_usd"]))
    way = "more" if largest["change_usd"] > 0 else "less"
    name, moved_by = grids.text(largest["workflow_id"]), figures.money(abs(largest["change_usd"]))
    return f"Largest move: {name}, {moved_by} {way} than then."


def largest(drivers: list[dict[str, Any]], spend: Row) -> str:
    """The table's title."""
    if not drivers:
        return "No calls in this period"
    top = drivers[0]
    if len(drivers) == 1:
        return f"All of it is {grids.text(top['workflow_id'])}"
    part = figures.share(top["cost_usd"], spend["cost_usd"])
    return f"{grids.text(top['workflow_id'])} is the largest of {len(drivers)} workflows: {part} of spend"


def driver_grid(context: Context, rows: list[dict[str, Any]]) -> None:
    """Workflows by spend; a workflow leads to its calls."""
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow", href=lambda row: context.calls_link(workflow=row["workflow_id"])),
            grids.money("cost_usd", "Spend", bar=True, definition=words.SPEND),
            Column("change", "Change", _dash, words.CHANGE, is_number=True),
            grids.money("per_success_usd", "Cost per success", definition=words.COST_PER_SUCCESS),
            Column("per_success_change", "Change", _dash, words.CHANGE, is_number=True, is_minor=True),
            grids.number("successes", "Successes", definition=words.SUCCESSES, is_minor=True),
            grids.number("success_rate", "Success rate", figures.share, definition=words.SUCCESS_RATE, is_minor=True),
            grids.number("waste_share", "Waste", figures.share, definition=words.WASTE, is_minor=True),
        ],
    )


def _dash(value: str | None) -> str:
    return value or figures.UNKNOWN
