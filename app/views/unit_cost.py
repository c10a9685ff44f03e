"""Whether what a run costs moves with the number of runs: the part of "Why it changed" about the price of growth."""

from typing import Any

from app import change_words, charts, choices, evidence, figures, grids
from app.cards import finding
from app.context import Context
from app.grids import Column

Row = dict[str, Any]
RISES = "unit cost rises with volume"
SHOWN = 12


def render(context: Context) -> None:
    rows = context.rows("unit_cost_trends")
    if not rows:
        finding("No cost per run to follow: no production calls within these filters", change_words.UNIT_COST_TREND)
        return
    finding(_finding(rows), change_words.UNIT_COST_TREND)
    names = _names(rows)
    rising = [name for name, row in names.items() if row["verdict"] == RISES]
    first = (rising or list(names))[0]
    row = names[choices.listed("trend", "Cost per run of", dict(zip(names, names, strict=True)), first, width=320)]
    days = context.rows(
        "unit_cost_days",
        of_organization=row["organization"],
        of_environment=row["environment"],
        of_workflow=row["workflow_id"],
        from_date=row["from_date"],
        to_date=row["to_date"],
    )
    evidence.of(days)
    charts.line_with_band(
        days, height=200, leads=lambda day: context.day_link(day["date"], workflow=row["workflow_id"])
    )
    _grid(context, rows[:SHOWN])


def _finding(rows: list[Row]) -> str:
    rising = [row for row in rows if row["verdict"] == RISES]
    if rising:
        top = rising[0]
        more = f" (and {len(rising) - 1} more)" if len(rising) > 1 else ""
        return (
            f"A run of {grids.text(top['workflow_id'])}{more} gets dearer as runs grow: elasticity {_elasticity(top)}"
        )
    judged = [
        row for row in rows if row["elasticity_low"] is not None and not row["verdict"].startswith(("too", "vol"))
    ]
    if not judged:
        return "Too little history to say whether runs get dearer as they grow in number"
    return f"No sign that runs get dearer as they grow in number ({len(judged)} of {len(rows)} workflows judged)"


def _names(rows: list[Row]) -> dict[str, Row]:
    """A name for each row; whose it is stands beside it where the workflow alone does not tell."""
    plain = [grids.text(row["workflow_id"]) for row in rows]
    return {
        name
        if plain.count(name) == 1
        else f"{name} · {grids.text(row['organization'])} · {grids.text(row['environment'])}": row
        for name, row in zip(plain, rows, strict=True)
    }


def _grid(context: Context, rows: list[Row]) -> None:
    written = [
        row
        | {
            "elasticity": _elasticity(row),
            "trend": _range(row["trend_30_days"], row["trend_30_days_low"], row["trend_30_days_high"], _percent),
        }
        for row in rows
    ]
    grids.grid(
        written,
        [
            Column("workflow_id", "Workflow", href=lambda row: context.calls_link(workflow=row["workflow_id"])),
            Column("verdict", "Cost per run and volume"),
            Column("elasticity", "Elasticity", definition=change_words.UNIT_COST_TREND, is_number=True, is_minor=True),
            Column("trend", "In 30 days at constant volume", is_number=True, is_minor=True),
            grids.number("runs_a_day", "Runs a day", is_minor=True),
            grids.number("days", "Days", is_minor=True),
        ],
    )


def _elasticity(row: Row) -> str:
    return _range(row["elasticity"], row["elasticity_low"], row["elasticity_high"], _plain)


def _range(value: float | None, low: float | None, high: float | None, write: Any) -> str:
    if value is None or low is None or high is None:
        return figures.UNKNOWN
    return f"{write(value)} ({write(low)} to {write(high)})"


def _plain(value: float) -> str:
    return f"{round(value, 2) + 0:.2f}".replace("-", figures.MINUS)


def _percent(value: float) -> str:
    return f"{round(value * 100, 1) + 0:+.1f} %".replace("-", figures.MINUS)
