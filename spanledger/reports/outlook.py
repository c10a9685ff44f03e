"""What months and quarters in progress will come to, and how the forecasts of the report's own period did.

A forecast is of one organization, team, workflow or environment; for two of these together there is none.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app import figures
from app.filters import text
from spanledger.reports.asking import Asking
from spanledger.reports.document import Paragraph, Section, Table
from spanledger.reports.periods import MONTHLY, QUARTERLY

Row = Mapping[str, Any]
OF_ONE = ("environment", "team", "workflow")
"""Filters of which a forecast knows one."""
SAID = 3
"""Scopes of which it is told how their forecasts did."""


def forecast(asking: Asking) -> Section:
    """What lies ahead, in a sentence and a table."""
    if "rpt_forecast_month_end" not in asking.tables:
        return Section(
            "Nothing is forecast in this build yet", (), "Builds of this version forecast: run spanledger build."
        )
    given = [name for name in OF_ONE if asking.filters.get(name)]
    if len(given) > 1:
        which = "a team, a workflow or an environment as a whole"
        return Section(f"Nothing is forecast for {' and '.join(given)} together", (), f"Forecasts are of {which}.")
    kinds = ("month",) if asking.period.kind == MONTHLY else ("quarter", "month")
    found = asking.rows("current_forecasts")
    rows = [row for kind in kinds for row in found if row["period_kind"] == kind]
    if not rows:
        return Section("Nothing is forecast for this yet", (), "A forecast needs full days of spend.")
    note = "Short histories have wide ranges." if any(row["is_short"] for row in rows) else ""
    return Section(_finding(rows), (_table(rows), *_kept(asking)), note)


def _finding(rows: Sequence[Row]) -> str:
    first, owners = rows[0], len(_owners(rows))
    ends = f"{figures.money(first['p10_usd'])} to {figures.money(first['p90_usd'])}"
    among = f", the largest of {owners} organizations," if owners > 1 else ""
    whose = f"{_period(first)} of {_whose(first, owners)}{among}"
    return f"{whose} will come to about {figures.money(first['mean_usd'])}, {ends}"


def _owners(rows: Sequence[Row]) -> set[str]:
    return {row["organization"] for row in rows}


def _table(rows: Sequence[Row]) -> Table:
    owners = len(_owners(rows))
    head = ("Scope", "Period", "So far", "Expected", "8 in 10 ranges", "Burn rate says")
    lines = tuple((_whose(row, owners), *_ahead(row)) for row in rows)
    return Table(head, lines, frozenset((2, 3, 4, 5)), minor=frozenset((2, 5)))


def _ahead(row: Row) -> tuple[str, ...]:
    return (
        _period(row),
        figures.money(row["spent_usd"]) if row["is_complete"] else f"≥ {figures.money(row['spent_usd'])}",
        figures.money(row["mean_usd"]),
        f"{figures.money(row['p10_usd'])} – {figures.money(row['p90_usd'])}",
        figures.money(row["burn_rate_usd"]),
    )


def _whose(row: Row, owners: int) -> str:
    """Its name; where there are several organizations also of which it is."""
    if row["scope_kind"] == "organization":
        return text(row["scope"])
    of = f" ({text(row['organization'])})" if owners > 1 else ""
    return f"{row['scope_kind'].replace('_', ' ')} {text(row['scope'])}{of}"


def _period(row: Row) -> str:
    start: date = row["period_start"]
    return f"{start:%B %Y}" if row["period_kind"] == "month" else f"Q{(start.month + 2) // 3} {start:%Y}"


def _kept(asking: Asking) -> tuple[Paragraph, ...]:
    """How the first forecast of the report's period did, and how often the first ones of its kind held."""
    period = asking.period
    horizon = {MONTHLY: "month", QUARTERLY: "quarter"}.get(period.kind)
    if horizon is None or "rpt_forecasts_kept" not in asking.tables:
        return ()
    rows = asking.rows("kept_forecasts", horizon=horizon, last_day=period.last)
    return tuple(Paragraph(_did(row, horizon, len(_owners(rows)))) for row in rows[:SAID])


def _did(row: Row, horizon: str, owners: int) -> str:
    ends = f"{figures.money(row['p10_usd'])} to {figures.money(row['p90_usd'])}"
    said = f"{_whose(row, owners)}: on {row['made_on']:%-d %B}, {ends} was expected for the rest of the {horizon}"
    if row["actual_usd"] is not None:
        held = "inside the range" if row["is_held"] else "outside the range"
        said += f"; {figures.money(row['actual_usd'])} came, {held}"
    if not row["scored"]:
        return f"{said}."
    ranges = "first range" if row["scored"] == 1 else "first ranges"
    return f"{said}. {row['held']} of {row['scored']} {ranges} of a {horizon} held so far; 8 in 10 should."
