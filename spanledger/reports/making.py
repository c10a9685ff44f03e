"""A report made from the published build, and written as HTML or Markdown."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import duckdb

from app import currency
from spanledger.published import current
from spanledger.reports import daily, html, markdown, monthly, periods, quarterly, weekly
from spanledger.reports.asking import Asking
from spanledger.reports.document import Document
from spanledger.reports.naming import stem as stem
from spanledger.reports.periods import Period
from spanledger.reports.plan import Planned
from spanledger.settings import Settings

WRITERS: Mapping[str, Callable[[Asking], Document]] = {
    periods.DAILY: daily.write,
    periods.WEEKLY: weekly.write,
    periods.MONTHLY: monthly.write,
    periods.QUARTERLY: quarterly.write,
}
"""Each kind of report: add one here, and its period in `periods`."""

FORMS: Mapping[str, tuple[str, Callable[[Document], str]]] = {
    "html": (".html", html.write),
    "markdown": (".md", markdown.write),
}


def make(settings: Settings, period: Period, filters: Mapping[str, tuple[str, ...]]) -> Document:
    """The report of a period from the published build, in the currency of the settings. Raises Failure."""
    limits = current.Limits(settings.query_memory_bytes, settings.query_threads, settings.query_timeout_s)
    with current.opened(settings.data, limits) as connection:
        display, complaint = currency.chosen(_environment(settings), _built_on(connection))
        currency.show(display)
        try:
            report = WRITERS[period.kind](Asking(connection, period, filters))
        finally:
            currency.show(currency.US_DOLLARS)
    return report.with_notes(complaint)


def filters_of(settings: Settings, planned: Planned, period: Period) -> list[dict[str, tuple[str, ...]]]:
    """The filters of the reports that an entry makes for a period: its scope, for each team (workflow) with calls in
    it where it says so. None for a period before the first call."""
    with current.opened(settings.data) as connection:
        asking = Asking(connection, period, planned.scope)
        first_day = asking.extent["first_day"]
        if first_day is None or first_day > period.last:
            return []
        if planned.each is None:
            return [dict(planned.scope)]
        column = {"team": "team", "workflow": "workflow_id"}[planned.each]
        names = [row["name"] for row in asking.rows("groups", by=column)]
        return [{**planned.scope, planned.each: (name,)} for name in names if name]


def text(report: Document, form: str) -> str:
    """The report as one of FORMS."""
    return FORMS[form][1](report)


def named(report: Document, form: str) -> str:
    """The name of its file."""
    return report.stem + FORMS[form][0]


def _environment(settings: Settings) -> dict[str, str]:
    rates: Path | None = settings.fx_file
    return {currency.CURRENCY: settings.currency, currency.FX_FILE: str(rates) if rates else ""}


def _built_on(connection: duckdb.DuckDBPyConnection) -> date:
    [(built_on,)] = connection.execute("select cast(built_at as date) from main.build_info").fetchall()
    assert isinstance(built_on, date)
    return built_on
