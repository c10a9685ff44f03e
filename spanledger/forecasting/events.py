"""The user's events of this moment, opened for a build."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from spanledger.forecasting.reading import question
from spanledger.texts import read_text
from transforms.forecasts.events_file import NO_EVENTS, PlannedEvent, PlannedEvents, read_events
from transforms.yaml_lines import ConfigError


def read(path: Path | None) -> PlannedEvents:
    """What the file says; none where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_EVENTS
    try:
        text = read_text(path, ConfigError)
    except OSError as error:
        raise ConfigError(f"the events file {path} cannot be read: {error.strerror}") from error
    return read_events(text.text, text.name)


def open_events(connection: duckdb.DuckDBPyConnection, events: PlannedEvents) -> None:
    """`meta.events`, in the file's order."""
    connection.execute(question("events"))
    for place, one in enumerate(events.events, start=1):
        connection.execute(
            "insert into meta.events values (?, ?, ?, ?, ?, ?, ?, ?)",
            [place, one.name, one.organization, one.kind, one.scope, one.first, one.last, one.factor],
        )


def is_changed(previous: Path | None, events: PlannedEvents) -> bool:
    """Whether the build ``previous`` was forecast with other events."""
    if previous is None:
        return False
    with duckdb.connect(str(previous), read_only=True) as connection:
        return opened(connection).digest != events.digest


def opened(connection: duckdb.DuckDBPyConnection) -> PlannedEvents:
    """What `open_events` put into the build; none in builds of versions that knew none."""
    there = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'meta' and table_name = 'events'"
    ).fetchone()
    if there is None:
        return NO_EVENTS
    rows = connection.execute("select * exclude (position) from meta.events order by position").fetchall()
    return PlannedEvents(tuple(_event(row) for row in rows))


def _event(row: tuple[str, str | None, str | None, str | None, date, date, Decimal]) -> PlannedEvent:
    name, organization, kind, scope, first, last, factor = row
    return PlannedEvent(name, organization, kind, scope, first, last, factor.normalize())
