"""What a quarter's figures ask somebody to decide. Each is stated with the figure it rests on; none is decided here."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from app import figures, measures
from app.filters import text
from spanledger.reports import savings
from spanledger.reports.asking import Asking
from spanledger.reports.document import Points, Section

Row = Mapping[str, Any]
ZERO = Decimal(0)
WASTE_SHARE = Decimal("0.05")
"""From here on waste is worth a decision: audits find 8 to 14 %, half of that is the least they find."""
OTHERS_SHARE = Decimal("0.25")
UNOWNED_SHARE = Decimal("0.05")
RISE = 1.2
"""A run that became dearer by so much for good."""


def section(asking: Asking, spend: Row, mine: Row) -> Section:
    """The decisions, those about most money first by their own order."""
    points = tuple(_points(asking, spend, mine))
    if not points:
        return Section("No figure of this quarter asks for a decision", ())
    count = "One decision is" if len(points) == 1 else f"{len(points)} decisions are"
    return Section(f"{count} to be made", (Points(points),))


def _points(asking: Asking, spend: Row, mine: Row) -> Iterator[tuple[str, str]]:
    total = spend["cost_usd"] or ZERO
    yield from _savings(asking)
    yield from _waste(spend, total)
    yield from _budgets(asking)
    yield from _dearer(asking)
    yield from _others(spend, total)
    yield from _unowned(asking, total)
    yield from _unknown(mine)


def _savings(asking: Asking) -> Iterator[tuple[str, str]]:
    if asking.filters.get("team"):
        return
    for row in asking.rows("period_savings")[:3]:
        lever = savings.lever(row)
        saved = f"{figures.money(row['saving_usd'])} in the 30 days to {row['last_date']:%-d %B}"
        where = f"{figures.count(row['calls'])} calls at the step {text(row['step'])}"
        yield (
            f"{lever[0].upper() + lever[1:]} in {text(row['workflow_id'])}?",
            f"It would have saved {saved} (range {savings.span(row)}), {where}.",
        )


def _waste(spend: Row, total: Decimal) -> Iterator[tuple[str, str]]:
    wasted = spend["waste_usd"] or ZERO
    if total and wasted >= WASTE_SHARE * total:
        yield (
            "Make steps repeatable without paying again?",
            f"{figures.money(wasted)} ({figures.share(wasted, total)}) went to failed, superseded and repeated calls.",
        )


def _budgets(asking: Asking) -> Iterator[tuple[str, str]]:
    for row in asking.rows("period_budgets"):
        if row["state"] == "exceeded":
            yield (
                f"Raise the budget {row['budget_id']}, or hold it?",
                f"{figures.share(row['share_used'])} of it was used; {row['owner']} answers for it.",
            )


def _dearer(asking: Asking) -> Iterator[tuple[str, str]]:
    for row in asking.rows("period_drift"):
        if row["ratio"] >= RISE and row["is_latest"]:
            paid = f"{figures.money(row['before_usd'])} before, {figures.money(row['after_usd'])} since"
            yield (
                f"Keep what made {text(row['workflow_id'])} dearer?",
                f"A run costs {paid} {row['change_date']:%-d %B}.",
            )


def _others(spend: Row, total: Decimal) -> Iterator[tuple[str, str]]:
    others = total - (spend["production_usd"] or ZERO)
    if total and others >= OTHERS_SHARE * total:
        share = figures.share(others, total)
        yield (
            "How much may evals, replays and operations cost?",
            f"{figures.money(others)} ({share}) of the bill was no production.",
        )


def _unowned(asking: Asking, total: Decimal) -> Iterator[tuple[str, str]]:
    if asking.filters.get("team"):
        return
    unowned = sum((row["cost_usd"] for row in asking.rows("groups", by="team") if not row["name"]), ZERO)
    if total and unowned >= UNOWNED_SHARE * total:
        yield (
            "Whose is the spend without a team?",
            f"{figures.money(unowned)} ({figures.share(unowned, total)}) names none.",
        )


def _unknown(mine: Row) -> Iterator[tuple[str, str]]:
    if mine and not measures.is_covered(mine):
        known = figures.share(mine["successes"] + mine["failures"], mine["tasks"])
        yield (
            "Who says whether tasks succeed?",
            f"The outcome of only {known} of tasks is known: unit cost is a range.",
        )
