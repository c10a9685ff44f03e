"""Which messages are due: one for each channel, about everything it is to hear of now.

Each channel hears of an incident once, of its getting worse, and once that it is over; again only where a rule says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from transforms.alerts import records
from transforms.alerts.incidents import Incident, Ledger
from transforms.alerts.records import Record
from transforms.alerts.rules import AlertRules, Rule

FORGOTTEN_AFTER = timedelta(days=7)
"""What is over for so long and could not be told is not told any more."""


@dataclass(frozen=True)
class Part:
    """What a message says of one incident."""

    incident: Incident
    phase: str
    is_waiting: bool = False  # its rule lets it wait for others
    is_held: bool = False  # quiet hours kept it back


@dataclass(frozen=True)
class Message:
    """What one channel is told at a time."""

    channel: str
    parts: tuple[Part, ...]

    def told(self, at: datetime) -> list[Record]:
        """The records of its having been taken."""
        return [
            Record(
                at,
                records.TOLD,
                part.incident.incident_id,
                part.incident.event.fingerprint,
                channel=self.channel,
                phase=part.phase,
                level=part.incident.event.level,
            )
            for part in self.parts
        ]

    def failed(self, at: datetime, reason: str) -> Record:
        """The record of its not having been taken."""
        return Record(at, records.FAILED, channel=self.channel, reason=reason)


def due(ledger: Ledger, rules: AlertRules, now: datetime) -> list[Message]:
    """The messages to send now, the channels in the order of the file.

    A channel that failed is left alone until its pause is over. What waits for others goes with the first that is due.
    """
    by_channel: dict[str, list[Part]] = {name: [] for name in rules.channels}
    for incident in ledger.incidents.values():
        if not _is_muted(ledger, incident, now):
            for channel, part in _parts(incident, rules, now):
                by_channel[channel].append(part)
    return [
        Message(channel, tuple(parts))
        for channel, parts in by_channel.items()
        if not all(part.is_waiting for part in parts) and _is_ready(ledger, channel, now)
    ]


def _is_muted(ledger: Ledger, incident: Incident, now: datetime) -> bool:
    """Also what ended while it was muted stays untold."""
    mute = ledger.mutes.get(incident.event.fingerprint)
    return mute is not None and (incident.recovered_at or now) < mute.until


def _is_ready(ledger: Ledger, channel: str, now: datetime) -> bool:
    failing = ledger.failing.get(channel)
    return failing is None or now >= failing.retry_at


def _parts(incident: Incident, rules: AlertRules, now: datetime) -> Iterator[tuple[str, Part]]:
    recovered_at = incident.recovered_at
    if recovered_at and not rules.settled_after <= now - recovered_at < FORGOTTEN_AFTER:
        return
    if rules.hold(incident.event.severity, now):
        return
    audience = rules.audience(incident.event, incident.opened_at, recovered_at or now)
    found = _ended(incident, audience) if recovered_at else _going_on(incident, audience, now)
    for channel, phase in found:
        wanted_at = incident.opened_at + audience[channel].group
        is_new = phase in (records.FIRING, records.OVER)
        yield (
            channel,
            Part(
                incident,
                phase,
                is_waiting=is_new and now < wanted_at,
                is_held=is_new and rules.hold(incident.event.severity, wanted_at),
            ),
        )


def _ended(incident: Incident, audience: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    for channel, rule in audience.items():
        told = incident.told.get(channel)
        if told is None:
            if channel in incident.channels:
                yield channel, records.OVER
        elif told.phase not in (records.OVER, records.BACK) and rule.tells_recovery:
            yield channel, records.BACK


def _going_on(incident: Incident, audience: Mapping[str, Rule], now: datetime) -> Iterator[tuple[str, str]]:
    for channel, rule in audience.items():
        told = incident.told.get(channel)
        if told is None or told.phase in (records.OVER, records.BACK):
            yield channel, records.FIRING
        elif incident.event.level > told.level:
            yield channel, records.WORSE
        elif rule.repeat_after is not None and now - told.at >= rule.repeat_after:
            yield channel, records.STILL
