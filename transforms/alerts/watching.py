"""What is so now, compared with the incidents at hand: which begin, change, end."""

from collections.abc import Collection, Iterable
from datetime import datetime

from transforms.alerts import records
from transforms.alerts.event import RANK, Event, digest
from transforms.alerts.incidents import Incident, Ledger
from transforms.alerts.records import Record
from transforms.alerts.rules import AlertRules


def advance(
    ledger: Ledger, events: Iterable[Event], judged: Collection[str], rules: AlertRules, now: datetime
) -> list[Record]:
    """The records of what changed. ``judged``: the kinds of events that could be looked for; what could not be is as
    it was. Of events with one fingerprint the worst counts."""
    worst = _worst(events)
    firing = {one.event.fingerprint: one for one in ledger.firing}
    made = [
        _changed(firing[fingerprint], event, now) if fingerprint in firing else _begun(ledger, event, rules, now)
        for fingerprint, event in worst.items()
    ]
    made += [
        Record(now, records.RECOVERED, one.incident_id)
        for fingerprint, one in firing.items()
        if fingerprint not in worst and one.event.kind in judged
    ]
    return [record for record in made if record is not None]


def _worst(events: Iterable[Event]) -> dict[str, Event]:
    found: dict[str, Event] = {}
    for event in events:
        other = found.get(event.fingerprint)
        if other is None or (event.level, RANK[event.severity]) > (other.level, RANK[other.severity]):
            found[event.fingerprint] = event
    return found


def _changed(incident: Incident, event: Event, now: datetime) -> Record | None:
    before = incident.event
    is_same = (before.level, before.severity) == (event.level, event.severity)
    return None if is_same else Record(now, records.CHANGED, incident.incident_id, event.fingerprint, event)


def _begun(ledger: Ledger, event: Event, rules: AlertRules, now: datetime) -> Record:
    before = [
        one
        for one in ledger.incidents.values()
        if one.event.fingerprint == event.fingerprint
        and one.recovered_at is not None
        and now - one.recovered_at < rules.settled_after
    ]
    if before:
        return Record(now, records.REOPENED, before[-1].incident_id, event.fingerprint)
    return Record(
        at=now,
        action=records.OPENED,
        incident_id=digest(event.fingerprint, now.isoformat())[:8],
        fingerprint=event.fingerprint,
        event=event,
        channels=tuple(rules.audience(event, now, now)),
    )
