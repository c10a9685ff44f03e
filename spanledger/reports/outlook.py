"""What lies ahead: forecasts and what could be saved, from the tables that say so."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app import figures
from app.filters import text
from spanledger.reports.asking import Asking
from spanledger.reports.document import Block, Paragraph, Section, Table
from spanledger.reports.periods import MONTHLY, QUARTERLY

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
    days = f"the 30 days to {largest['last_date']:%-d %B %Y}"
    note = f"Each alone, of the spend of {days}: several together save less than their sum."
    return Section(title, (Table(head, lines, frozenset((3, 4, 5)), minor=frozenset((2, 3))),), note)


def forecast(asking: Asking) -> Section:
    """What months and quarters in progress will come to, and how the forecast of the report's own period did."""
    if "rpt_forecast_month_end" not in asking.tables:
        return Section(
            "Nothing is forecast in this build yet", (), "Builds of this version forecast: run spanledger build."
        )
    kinds = ("month",) if asking.period.kind == MONTHLY else ("month", "quarter")
    rows = [row for row in asking.rows("current_forecasts") if row["period_kind"] in kinds]
    if not rows:
        return Section("Nothing is forecast for this yet", (), "A forecast needs full days of spend.")
    head = ("Scope", "Period", "So far", "Expected", "8 in 10 ranges", "Burn rate says")
    table = Table(head, tuple(map(_ahead, rows)), frozenset((2, 3, 4, 5)), minor=frozenset((2, 5)))
    blocks: tuple[Block, ...] = (table, *_kept(asking))
    note = "Short histories have wide ranges." if any(row["is_short"] for row in rows) else ""
    first = rows[0]
    ends = f"{figures.money(first['p10_usd'])} to {figures.money(first['p90_usd'])}"
    said = f"{_period(first)} of {_whose(first)} will come to about {figures.money(first['mean_usd'])}, {ends}"
    return Section(said, blocks, note)


def _ahead(row: Row) -> tuple[str, ...]:
    return (
        _whose(row),
        _period(row),
        figures.money(row["spent_usd"]) if row["is_complete"] else f"≥ {figures.money(row['spent_usd'])}",
        figures.money(row["mean_usd"]),
        f"{figures.money(row['p10_usd'])} – {figures.money(row['p90_usd'])}",
        figures.money(row["burn_rate_usd"]),
    )


def _whose(row: Row) -> str:
    name = text(row["scope"])
    return name if row["scope_kind"] == "organization" else f"{row['scope_kind']} {name}"


def _period(row: Row) -> str:
    start: date = row["period_start"]
    return f"{start:%B %Y}" if row["period_kind"] == "month" else f"Q{(start.month + 2) // 3} {start:%Y}"


def _kept(asking: Asking) -> Iterator[Paragraph]:
    """How the first forecast of the report's period did, and how often ranges of its kind held."""
    period = asking.period
    horizon = {MONTHLY: "month", QUARTERLY: "quarter"}.get(period.kind)
    if horizon is None or "rpt_forecasts_kept" not in asking.tables:
        return
    rows = asking.rows("kept_forecasts", horizon=horizon, last_day=period.last)
    for row in rows[:3]:
        ends = f"{figures.money(row['p10_usd'])} to {figures.money(row['p90_usd'])}"
        made = f"{_whose(row)}: on {row['made_on']:%-d %B}, {ends} was expected to the end of the {horizon}"
        if row["actual_usd"] is not None:
            held = "inside the range" if row["is_held"] else "outside the range"
            made += f"; it came to {figures.money(row['actual_usd'])}, {held}"
        yield Paragraph(f"{made}.")
    if rows and rows[0]["scored"]:
        yield Paragraph(f"Of {rows[0]['scored']} such ranges so far {rows[0]['held']} held; 8 in 10 should.")


def unit_economics(asking: Asking) -> Section | None:
    """What a request cost, and what was earned beside it; None where no file says it."""
    if "rpt_unit_economics" not in asking.tables or asking.filters.get("team") or asking.filters.get("workflow"):
        return None
    rows = asking.rows("unit_economics")
    if not rows:
        return None
    lines = tuple(
        (
            f"{row['month']:%B %Y}" + ("" if row["is_whole"] else " (part)"),
            figures.money(row["cost_usd"]),
            figures.count(row["requests"]),
            figures.money(row["cost_per_request_usd"]),
            figures.money(row["revenue_usd"]),
            figures.share(row["ai_cost_ratio"]),
            figures.share(row["gross_margin"]),
        )
        for row in rows
    )
    known = [row for row in rows if row["cost_per_request_usd"] is not None]
    title = "What was served"
    if known:
        last = known[-1]
        title = f"A request cost {figures.money(last['cost_per_request_usd'])} in {last['month']:%B}"
        if last["ai_cost_ratio"] is not None:
            share = figures.share(last["ai_cost_ratio"])
            title += f", {share} of revenue: {last['ai_cost_ratio_judged']}"
    head = ("Month", "Cost", "Requests", "A request", "Revenue", "AI cost ratio", "Gross margin")
    return Section(title, (Table(head, lines, frozenset(range(1, 7)), minor=frozenset((2, 6))),))
