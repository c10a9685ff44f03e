"""Published figures that changed: what was said before, what is said now, and why."""

from decimal import Decimal
from typing import Any

from app import figures, grids, price_words
from app.cards import finding
from app.context import Context
from app.grids import Column

Row = dict[str, Any]
SHOWN = 25
BEFORE, NOW = "As published before; a dash where it was unknown or not there.", "As published now."


def section(context: Context) -> None:
    """The changes of the period's days by build, reason and model."""
    rows = context.rows("restatements")
    if not rows:
        finding(
            "No published figure of this period has changed",
            "When a rate is corrected or a call arrives late, what was published before stays readable here, with why.",
        )
        return
    change = _change(rows)
    shown = f"; the newest {SHOWN} of {len(rows)} are shown" if len(rows) > SHOWN else ""
    finding(
        f"Published figures of this period changed by {figures.signed_money(change)}",
        "Each change with the build that made it. The day is the call's. Filters by period, organisation and model "
        f"apply{shown}.",
    )
    grids.grid(
        rows[:SHOWN],
        [
            Column("restated_at", "Changed (UTC)", lambda at: f"{at:%Y-%m-%d %H:%M}"),
            Column("reason", "Why", html=_why, is_minor=True),
            Column("model", "Model", href=lambda row: context.calls_link(model=row["model"])),
            Column("first_date", "Days concerned", html=_days, is_minor=True),
            grids.number("calls", "Calls", is_minor=True),
            grids.money("old_usd", "Before", definition=BEFORE, is_minor=True),
            grids.money("new_usd", "Now", definition=NOW, is_minor=True),
            Column("change_usd", "Change", figures.signed_money, is_number=True, exact=figures.exact_money),
        ],
        total={"model": "All", "calls": sum(row["calls"] for row in rows), "change_usd": change},
    )


def of_model(context: Context, model: str) -> None:
    """The changes of one model's figures, day by day."""
    rows = context.rows("restated_days", price_model=model)
    if not rows:
        finding("No published figure of this model has changed in the period")
        return
    finding(f"Its published figures changed by {figures.signed_money(_change(rows))}, day by day")
    grids.grid(
        rows,
        [
            Column("date", "Day of the calls", str),
            Column("restated_at", "Changed (UTC)", lambda at: f"{at:%Y-%m-%d %H:%M}", is_minor=True),
            Column("reason", "Why", title, is_minor=True),
            grids.number("calls", "Calls", is_minor=True),
            grids.money("old_usd", "Before", definition=BEFORE),
            grids.money("new_usd", "Now", definition=NOW),
            Column("change_usd", "Change", figures.signed_money, is_number=True, exact=figures.exact_money),
        ],
    )


def title(reason: str) -> str:
    """What a reason of the mart is called on the pages."""
    return price_words.RESTATEMENTS.get(reason, (reason, ""))[0]


def _change(rows: list[Row]) -> Decimal:
    return sum((row["change_usd"] for row in rows), Decimal(0))


def _why(row: Any) -> str:
    return grids.explained(*price_words.RESTATEMENTS.get(row["reason"], (row["reason"], "")))


def _days(row: Any) -> str:
    first, last = row["first_date"], row["last_date"]
    return f"{first}" if first == last else f"{first} – {last}"
