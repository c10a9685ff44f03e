"""`spanledger doctor`: looks at everything in order, and says what to do about each fault."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from spanledger.doctor import (
    alerts,
    builds,
    charges,
    doors,
    forecasts,
    keeping,
    machine,
    mapping,
    outcomes,
    prices,
    reports,
    rules,
    security,
    store,
)
from spanledger.doctor.findings import Finding, fault, ok
from spanledger.settings import Settings, SettingsError, load_settings


def examine(arguments: dict[str, Any], *, is_deep: bool = False) -> Iterator[Finding]:
    """Every finding, in order; ``arguments`` are settings given on the command line.

    What needs a working data directory is asked only when there is one.
    """
    yield from machine.packages()
    try:
        settings = load_settings(**arguments)
    except SettingsError as error:
        for line in str(error).splitlines():
            yield fault("settings", line, "correct it where it stands; the rest is examined once the settings fit")
        return
    yield from of_settings(settings, is_deep=is_deep)


def of_settings(settings: Settings, *, is_deep: bool = False) -> Iterator[Finding]:
    """Every finding where the settings fit, in order."""
    yield ok("settings", "all fit")
    yield from mapping.mapping_file(settings)
    yield from prices.prices(settings, datetime.now(UTC).date())
    yield from charges.charges(settings)
    yield from rules.outcome_rules(settings)
    yield from forecasts.known_events(settings)
    yield from alerts.alerts(settings)
    yield from reports.reports_file(settings)
    yield from security.security(settings)
    is_usable = True
    for finding in machine.data_directory(settings):
        is_usable &= finding.state == "ok" or finding.subject != "data directory"
        yield finding
    for finding in keeping.data_format(settings) if is_usable else ():
        is_usable &= finding.state == "ok"
        yield finding
    yield from keeping.file_system(settings)
    if is_usable:
        yield from doors.collector(settings)
        yield from store.log(settings)
        yield from store.quarantine(settings)
        yield from store.lake(settings, is_deep=is_deep)
        yield from outcomes.outcomes(settings, is_deep=is_deep)
        yield from builds.builds(settings)
        yield from reports.late_reports(settings, datetime.now(UTC))
        yield from forecasts.without_effect(settings)
        yield from keeping.kept(settings)
        yield from keeping.backup(settings)
    yield from doors.explorer(settings)
