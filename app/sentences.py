"""Findings in words, computed from the data: what the pages' headlines and chart titles share."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app import figures
from app.filters import PERIODS, Window, days_words

if TYPE_CHECKING:
    from app.context import Context  # loads Streamlit, which reports need not wait for


def period_words(context: "Context") -> str:
    """`in the 30 days to 22 Nov 2026`, or the days themselves."""
    days = context.window
    if context.filters.period in PERIODS and context.filters.period.endswith("d"):
        return f"in the {days.days} days to {days.last:%-d %b %Y}"
    return f"from {days.first:%-d %b} to {days.last:%-d %b %Y}"


def compared_words(days: Window) -> str:
    """`Against 24 Sep to 23 Oct 2026, up to the same hour.`, or why not; nothing where none was asked."""
    if days.before_first is None or days.before_last is None:
        return f"{days.not_compared}." if days.not_compared else ""
    running = ", up to the same hour" if days.is_running else ""
    return f"Against {days_words(days.before_first, days.before_last)}{running}."


def up_or_down(change: str | None) -> str:
    """A written change as the end of a clause: `, up 12 %`; nothing without one."""
    if change is None:
        return ""
    if change[0] not in "+" + figures.MINUS:
        return ", unchanged"
    return f", {'down' if change.startswith(figures.MINUS) else 'up'} {change.lstrip('+' + figures.MINUS)}"


def traffic_finding(daily: list[dict[str, Any]], before: list[dict[str, Any]]) -> str:
    """What the split by traffic source says: the part beside production that moved most, else the largest one."""
    now_shares, shares_before = _shares(daily), _shares(before)
    others = {source: share for source, share in now_shares.items() if source != "production"}
    if not others:
        return "All spend was production" if now_shares else "No spend in this period"
    moved = max(others, key=lambda source: abs(others[source] - shares_before.get(source, Decimal(0))))
    source = moved if before else max(others, key=lambda name: others[name])
    text = f"{_PLURAL[source]} {figures.share(others[source])} of spend"
    if not before:
        return text
    earlier = shares_before.get(source, Decimal(0))
    return f"{text}, {'up' if others[source] >= earlier else 'down'} from {figures.share(earlier)}"


_PLURAL = {
    "eval": "Evals were",
    "replay": "Replays were",
    "ops": "Operations were",
    "unknown": "Calls of unknown source were",
    "production": "Production was",
}


def _shares(daily: list[dict[str, Any]]) -> dict[str, Decimal]:
    total = sum((row["cost_usd"] or Decimal(0) for row in daily), Decimal(0))
    sums: dict[str, Decimal] = {}
    for row in daily:
        sums[row["traffic_source"]] = sums.get(row["traffic_source"], Decimal(0)) + (row["cost_usd"] or 0)
    return {source: value / total for source, value in sums.items()} if total else {}
