"""Compliance with the tag policy: by calls and by money, the worst offenders first."""

from decimal import Decimal
from typing import Any

from app import evidence, figures, grids, words
from app.cards import finding
from app.context import Context
from app.grids import Column
from app.measures import ratio

Row = dict[str, Any]
SHOWN = 15
SUMMED = ("calls", "missing", "not_allowed", "excepted", "cost_usd", "missing_cost_usd")


def section(context: Context) -> None:
    """The score of each tag, and the services that lack it."""
    rows = context.rows("compliance")
    if not rows:
        finding(
            "No tag policy asks for tags in this period",
            "Name the tags that calls must carry in a file, SPANLEDGER_TAG_POLICY_FILE; this page then shows who lacks "
            "which, by calls and by money.",
        )
        return
    tags = [_scored(_summed(tag, rows)) for tag in dict.fromkeys(row["tag"] for row in rows)]
    tags.sort(key=lambda row: (row["by_money"] is None, row["by_money"], row["by_calls"], row["tag"]))
    worst = tags[0]
    of_several = f", the worst of {len(tags)}" if len(tags) > 1 else ""
    finding(
        f"{figures.share(worst['by_money'])} of the money and {figures.share(worst['by_calls'])} of the calls carry "
        f"the tag {worst['tag']}{of_several}",
        words.COMPLIANCE,
    )
    evidence.of(rows)
    grids.grid(tags, [Column("tag", "Tag"), *_scores()])
    _offenders([row for row in rows if row["missing"]])


def _offenders(rows: list[Row]) -> None:
    if not rows:
        finding("No call lacks a tag that it must carry")
        return
    first = rows[0]
    finding(
        f"{grids.text(first['service_name'])} has the dearest gap: {figures.money(first['missing_cost_usd'])} without "
        f"{first['tag']}",
        "Services by what the calls cost that lack a tag"
        + (f"; the first {SHOWN} of {len(rows)}" if len(rows) > SHOWN else ""),
    )
    grids.grid(
        [_scored(row) for row in rows[:SHOWN]],
        [Column("service_name", "Service"), Column("tag", "Tag"), *_scores()],
    )


def _scores() -> list[Column]:
    return [
        grids.money("missing_cost_usd", "Without it", bar=True, definition=words.MISSING_TAG),
        grids.number("by_money", "By money", figures.share, definition=words.COMPLIANCE),
        grids.number("by_calls", "By calls", figures.share, definition=words.COMPLIANCE, is_minor=True),
        grids.number("missing", "Calls without it", is_minor=True),
        grids.number("not_allowed", "Not allowed", is_minor=True, definition=words.NOT_ALLOWED),
        grids.number("excepted", "Excepted", is_minor=True, definition=words.EXCEPTED),
    ]


def _summed(tag: str, rows: list[Row]) -> Row:
    return {"tag": tag} | {name: sum((row[name] for row in rows if row["tag"] == tag), Decimal(0)) for name in SUMMED}


def _scored(row: Row) -> Row:
    """With the shares of calls and of money that carry the tag."""
    carrying = {"by_calls": ("calls", "missing"), "by_money": ("cost_usd", "missing_cost_usd")}
    return row | {score: ratio(row[whole] - row[gap], row[whole]) for score, (whole, gap) in carrying.items()}
