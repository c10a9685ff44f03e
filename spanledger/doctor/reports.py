"""Reports on a schedule: whether the file can be used, and whether what was due was made and taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from spanledger.alerts.reading import read_rules
from spanledger.doctor.findings import Finding, fault, ok
from spanledger.exits import Failure
from spanledger.reports import due
from spanledger.reports.periods import Period
from spanledger.reports.plan import Planned, read_plan
from spanledger.reports.schedule import AGAIN_S
from spanledger.settings import Settings
from transforms.yaml_lines import ConfigError

SUBJECT = "reports"
LATE = timedelta(seconds=2 * AGAIN_S)
"""Time after which a report that is due should be there, even where its first try failed."""


def reports_file(settings: Settings) -> Iterator[Finding]:
    """Whether the file can be used, its channels included, and what comes next; nothing where no file is named."""
    try:
        plan = _plan(settings)
    except ConfigError as error:
        yield fault(SUBJECT, str(error), "correct it there; until then no report is made")
        return
    if plan:
        yield ok(SUBJECT, f"{settings.reports_file}: {len(plan)} planned")


def late_reports(settings: Settings, now: datetime) -> Iterator[Finding]:
    """What should have been made and taken by now, and was not."""
    try:
        plan = _plan(settings)
    except ConfigError:
        return  # the file's own check has said so
    for planned in plan:
        period = planned.due(now)
        if now >= planned.due_at(period) + LATE:
            yield from _late(settings, planned, period)


def _plan(settings: Settings) -> tuple[Planned, ...]:
    if settings.reports_file is None:
        return ()
    return read_plan(settings.reports_file, read_rules(settings.alerts_file).channels)


def _late(settings: Settings, planned: Planned, period: Period) -> Iterator[Finding]:
    data = settings.data.absolute()
    try:
        missing = [one for one in due.reports(settings, planned, period) if not one.is_done]
    except Failure:
        return  # without a build there is nothing to report on; the build's own check says so
    complete_at = due.complete_at(data)
    at = f"was due at {planned.due_at(period):%Y-%m-%d %H:%M} UTC"
    if missing and (complete_at is None or complete_at < planned.due_at(period)):
        cure = (
            "start `spanledger up`, which builds and makes reports; if it runs, its log says why no build comes about"
        )
        yield fault(SUBJECT, f"{missing[0].stem} {at}; no build holds all that arrived until then", cure)
        return
    for one in missing:
        if not one.is_made:
            yield fault(SUBJECT, f"{one.stem} {at} and was not made", "`spanledger up` makes it; its log says why not")
        else:
            said = f"{one.stem} {at} and was not taken by {', '.join(one.waiting)}"
            yield fault(
                SUBJECT, said, "try the channel with `spanledger alerts test`; it is sent again by `spanledger up`"
            )
