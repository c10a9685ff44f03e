"""What all records together say: which incidents there are, who was told of them, what is muted, what fails."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from transforms.alerts import records
from transforms.alerts.event import Event
from transforms.alerts.records import Record

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Told:
    """The last message about an incident that a channel took."""

    at: datetime
    phase: str
    level: int


@dataclass
class Incident:
    """From the moment an event is seen until it is gone."""

    incident_id: str
    event: Event  # as it was when last recorded
    opened_at: datetime
    channels: tuple[str, ...]  # to be told from the beginning
    recovered_at: datetime | None = None
    told: dict[str, Told] = field(default_factory=dict)  # by channel

    @property
    def is_firing(self) -> bool:
        """Whether it is not over."""
        return self.recovered_at is None


@dataclass(frozen=True)
class Mute:
    """Who wants nobody to be told, until when and why."""

    until: datetime
    reason: str
    by: str


@dataclass(frozen=True)
class Failing:
    """Messages in a row that a channel did not take."""

    times: int
    last_at: datetime
    reason: str

    @property
    def retry_at(self) -> datetime:
        """When it is tried again: after a minute, then twice as long each time, up to an hour."""
        doublings = min(self.times - 1, 10)
        return self.last_at + min(LONGEST_PAUSE, FIRST_PAUSE * (1 << doublings))


@dataclass
class Ledger:
    """The state that follows from records."""

    incidents: dict[str, Incident] = field(default_factory=dict)  # by id, the oldest first
    mutes: dict[str, Mute] = field(default_factory=dict)  # by fingerprint
    failing: dict[str, Failing] = field(default_factory=dict)  # by channel

    @property
    def firing(self) -> list[Incident]:
        """Incidents that are not over."""
        return [one for one in self.incidents.values() if one.is_firing]

    def muted(self, fingerprint: str, now: datetime) -> Mute | None:
        """The mute that holds at that time."""
        mute = self.mutes.get(fingerprint)
        return mute if mute and now < mute.until else None

    def find(self, start: str) -> list[Incident]:
        """Incidents whose id begins with ``start``."""
        return [one for one in self.incidents.values() if one.incident_id.startswith(start)]


def replay(said: Iterable[Record]) -> Ledger:
    """The state after all records. Raises ValueError where one speaks of an incident that was never opened."""
    ledger = Ledger()
    ordered = sorted(said, key=lambda one: one.at)
    # a clock that was set back must not let a message stand before its incident
    for record in sorted(ordered, key=lambda one: one.action != records.OPENED):
        _APPLY[record.action](ledger, record)
    return ledger


def _opened(ledger: Ledger, record: Record) -> None:
    if record.event is None or record.incident_id is None:
        raise ValueError(f"the record {record.record_id} opens nothing")
    ledger.incidents[record.incident_id] = Incident(
        record.incident_id, record.event, record.at, channels=record.channels or ()
    )


def _changed(ledger: Ledger, record: Record) -> None:
    if record.event is not None:
        _of(ledger, record).event = record.event


def _recovered(ledger: Ledger, record: Record) -> None:
    _of(ledger, record).recovered_at = record.at


def _reopened(ledger: Ledger, record: Record) -> None:
    _of(ledger, record).recovered_at = None


def _told(ledger: Ledger, record: Record) -> None:
    channel = record.channel or ""
    _of(ledger, record).told[channel] = Told(record.at, record.phase or records.FIRING, record.level or 0)
    ledger.failing.pop(channel, None)


def _failed(ledger: Ledger, record: Record) -> None:
    channel = record.channel or ""
    before = ledger.failing.get(channel)
    ledger.failing[channel] = Failing((before.times if before else 0) + 1, record.at, record.reason or "")


def _muted(ledger: Ledger, record: Record) -> None:
    if record.until is not None:
        ledger.mutes[record.fingerprint or ""] = Mute(record.until, record.reason or "", record.by or "")


_APPLY = {
    records.OPENED: _opened,
    records.CHANGED: _changed,
    records.RECOVERED: _recovered,
    records.REOPENED: _reopened,
    records.TOLD: _told,
    records.FAILED: _failed,
    records.MUTED: _muted,
}


def _of(ledger: Ledger, record: Record) -> Incident:
    incident = ledger.incidents.get(record.incident_id or "")
    if incident is None:
        raise ValueError(
            f"the alert record {record.record_id} ({record.action}) speaks of the incident {record.incident_id}, "
            "which no record opened; restore records/alerts from a backup"
        )
    return incident
