"""Known events: whether the file can be used, and whether each speaks of spend that is forecast."""

from collections.abc import Iterator, Sequence

import duckdb

from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.exits import Failure
from spanledger.forecasting import events
from spanledger.published import current
from spanledger.settings import Settings
from transforms.forecasts.events_file import PlannedEvent
from transforms.yaml_lines import ConfigError

SUBJECT = "known events"


def known_events(settings: Settings) -> Iterator[Finding]:
    """How many there are, or what is wrong with the file; nothing where none is named."""
    if settings.events_file is None:
        return
    try:
        planned = events.read(settings.events_file).events
    except ConfigError as error:
        yield fault(SUBJECT, str(error), "correct it there; until then no build is made and the published one stays")
        return
    yield ok(SUBJECT, f"{settings.events_file}: {len(planned)}")


def without_effect(settings: Settings) -> Iterator[Finding]:
    """Events of a scope that the published build forecasts nothing of by itself: they change no forecast."""
    if settings.events_file is None or current.published(settings.data.absolute()) is None:
        return
    try:
        planned = events.read(settings.events_file).events
        with current.opened(settings.data.absolute()) as connection:
            yield from (note(SUBJECT, _said(one)) for one in unheard(connection, planned))
    except (ConfigError, Failure):
        return  # said by `known_events` and by the check of builds


def unheard(connection: duckdb.DuckDBPyConnection, planned: Sequence[PlannedEvent]) -> list[PlannedEvent]:
    """Those whose scope is none of `rpt_forecast_month_end`; all are heard in a build without forecasts."""
    there = "select 1 from duckdb_tables() where table_name = 'rpt_forecast_month_end'"
    if connection.execute(there).fetchone() is None:  # a build of an earlier version
        return []
    rows = connection.execute("select distinct organization, scope_kind, scope from rpt_forecast_month_end").fetchall()
    return [one for one in planned if rows and not any(_is_of(one, *row) for row in rows)]


def _is_of(event: PlannedEvent, organization: str, kind: str, scope: str | None) -> bool:
    is_named = event.kind is None or (event.kind, event.scope) == (kind, scope)
    return is_named and event.organization in (None, organization)


def _said(one: PlannedEvent) -> str:
    scope = f"{one.kind} {one.scope}" if one.kind else "all spend"
    whose = f" of {one.organization}" if one.organization else ""
    return (
        f"{one.name} speaks of {scope}{whose}, which is not forecast by itself: it changes no forecast. Is the name as "
        "calls say it? Of each kind those are forecast that cost most in four weeks"
    )
