"""What a request cost, and what was earned beside it, month by month."""

from collections.abc import Mapping, Sequence
from typing import Any

from app import figures
from app.filters import text
from spanledger.reports.asking import Asking
from spanledger.reports.document import Section, Table

Row = Mapping[str, Any]
HEAD = ("Month", "Cost", "Requests", "A request", "Revenue", "AI cost ratio", "Gross margin")


def section(asking: Asking) -> Section | None:
    """Of whole organizations; None where nothing says how many requests there were."""
    if "rpt_unit_economics" not in asking.tables or asking.filters.get("team") or asking.filters.get("workflow"):
        return None
    rows = asking.rows("unit_economics")
    if not rows:
        return None
    several = len({(row["organization"], row["environment"]) for row in rows}) > 1
    lines = tuple((_month(row, several), *_figures(row)) for row in rows)
    table = Table(HEAD, lines, frozenset(range(1, 7)), minor=frozenset((2, 6)))
    return Section(_finding(rows, several), (table.without(figures.UNKNOWN),))


def _month(row: Row, several: bool) -> str:
    """With its organization and environment where there are several."""
    part = "" if row["is_whole"] else " (part)"
    whose = " ".join(filter(None, (text(row["organization"]), row["environment"])))
    return f"{row['month']:%B %Y}{part}" + (f", {whose}" if several else "")


def _figures(row: Row) -> tuple[str, ...]:
    return (
        figures.money(row["cost_usd"]),
        figures.count(row["requests"]),
        figures.money(row["cost_per_request_usd"]),
        figures.money(row["revenue_usd"]),
        figures.share(row["ai_cost_ratio"]),
        figures.share(row["gross_margin"]),
    )


def _finding(rows: Sequence[Row], several: bool) -> str:
    """Of the newest month; where there are several organizations, of the one that spent most in it."""
    known = [row for row in rows if row["cost_per_request_usd"] is not None]
    if not known:
        return "What was served"
    last = max(known, key=lambda row: (row["month"], row["cost_usd"]))
    of = f" of {text(last['organization'])}" if several else ""
    least = "at least " if last["unknown_cost_calls"] else ""
    title = f"A request{of} cost {least}{figures.money(last['cost_per_request_usd'])} in {last['month']:%B}"
    if last["ai_cost_ratio"] is None:
        return title
    judged = f": {last['ai_cost_ratio_judged']}" if last["ai_cost_ratio_judged"] else ""
    return f"{title}, {least}{figures.share(last['ai_cost_ratio'])} of revenue{judged}"
