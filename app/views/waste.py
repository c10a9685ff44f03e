"""Waste: which spend bought nothing, by class, workflow and step."""

from decimal import Decimal

from app import charts, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import ratio
from app.palette import GREY, SPEND_CLASS, WASTE_CLASSES
from app.sentences import period_words


def render(context: Context) -> None:
    classes = context.rows("spend_classes")
    total = sum((row["cost_usd"] or Decimal(0) for row in classes), Decimal(0))
    waste = sum((row["cost_usd"] or Decimal(0) for row in classes if row["spend_class"] in WASTE_CLASSES), Decimal(0))
    headline(
        f"{figures.money(waste)} ({figures.share(waste, total)}) {period_words(context)} was paid twice or for nothing",
        "Failed attempts, superseded attempts and retry duplicates. Every call has exactly one class.",
    )
    daily = context.rows("daily_by_class")
    evidence.of(classes, daily)
    charts.stacked_days(
        daily, key="spend_class", value="cost_usd", colours=SPEND_CLASS, height=220,
        leads=lambda row: context.day_link(row["date"], class_=row["spend_class"]),
    )  # fmt: skip
    finding("The classes and their sum")
    order = list(SPEND_CLASS)
    rows = [
        row | {"share": ratio(row["cost_usd"], total), "meaning": words.SPEND_CLASSES.get(row["spend_class"], "")}
        for row in classes
    ]
    grids.grid(
        sorted(rows, key=lambda row: order.index(row["spend_class"]) if row["spend_class"] in order else len(order)),
        [
            Column(
                "spend_class",
                "Spend class",
                lambda value: str(value).replace("_", " "),
                colour=lambda row: SPEND_CLASS.get(row["spend_class"], GREY),
                href=lambda row: context.calls_link(class_=row["spend_class"]),
            ),
            grids.money("cost_usd", "Spend", bar=True, colour=lambda row: SPEND_CLASS.get(row["spend_class"], GREY)),
            grids.number("share", "Share", figures.share),
            grids.number("calls", "Calls", is_minor=True),
            Column("meaning", "What it is", is_minor=True),
        ],
        total={
            "spend_class": "All",
            "cost_usd": total,
            "share": 1 if total else None,
            "calls": sum(row["calls"] for row in classes),
        },
    )
    _steps(context)
    _savings(context)


def _steps(context: Context) -> None:
    rows = context.rows("waste_steps")
    if not rows:
        finding("No step wasted money in this period")
        return
    top = rows[0]
    where = f"the step {grids.text(top['step'])} of {grids.text(top['workflow_id'])}"
    finding(f"The most is lost in {where}: {figures.money(top['waste_usd'])}")
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow", href=lambda row: context.calls_link(workflow=row["workflow_id"])),
            Column("step", "Step", href=lambda row: context.calls_link(workflow=row["workflow_id"], step=row["step"])),
            grids.money("waste_usd", "Wasted", bar=True, definition=words.WASTE),
            grids.number("waste_share", "Of its spend", figures.share),
            grids.money(
                "retry_duplicate_usd",
                "Retry duplicates",
                definition=words.SPEND_CLASSES["retry_duplicate"],
                is_minor=True,
            ),
            grids.money("failed_usd", "Failed", definition=words.SPEND_CLASSES["failed_attempt"], is_minor=True),
            grids.money(
                "superseded_usd", "Superseded", definition=words.SPEND_CLASSES["superseded_attempt"], is_minor=True
            ),
        ],
    )


def _savings(context: Context) -> None:
    rows = context.rows("savings")
    if not rows:
        return
    low, high = (sum((row[name] for row in rows), Decimal(0)) for name in ("low_usd", "high_usd"))
    saved = figures.money(low) if low == high else f"{figures.money(low)} to {figures.money(high)}"
    finding(
        f"Steps that keep their result would have saved {saved}",
        "Runs that began again and paid for steps an earlier run had finished",
    )
    grids.grid(
        rows,
        [
            Column("workflow_id", "Workflow", href=lambda row: context.calls_link(workflow=row["workflow_id"])),
            Column(
                "step",
                "Step",
                href=lambda row: context.calls_link(
                    workflow=row["workflow_id"], step=row["step"], class_="retry_duplicate"
                ),
            ),
            grids.money("high_usd", "Up to", bar=True, definition=words.IDEMPOTENT),
            grids.money("low_usd", "Proven"),
            grids.number("calls", "Calls", is_minor=True),
            grids.number("proven_calls", "Proven by input", is_minor=True),
        ],
    )
