"""The texts of messages: short, plain, with amount, scope, since when, and where to look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from transforms.alerts import records
from transforms.alerts.event import CRITICAL, RANK, WARNING, described
from transforms.alerts.telling import Message, Part

SHOWN = 10
"""Incidents described in a message; the rest are counted."""

_HEADS = {
    records.FIRING: "{severity}",
    records.WORSE: "{severity}, worse",
    records.STILL: "{severity}, still so",
    records.OVER: "Was so, and is over",
    records.BACK: "Over",
}
INFORMATION, WARN, FAILURE, SUCCESS = "info", "warning", "failure", "success"


@dataclass(frozen=True)
class Text:
    """What is sent. ``kind`` is one of apprise's: info, success, warning, failure."""

    title: str
    body: str
    kind: str


def write(message: Message, explorer: str) -> Text:
    """The text of a message; ``explorer`` is the address that links begin with."""
    parts = sorted(message.parts, key=lambda part: (_is_end(part), -RANK[part.incident.event.severity]))
    lines = [_described(part, explorer) for part in parts[:SHOWN]]
    if len(parts) > SHOWN:
        lines.append(f"… and {len(parts) - SHOWN} more: {explorer}/alerts")
    if any(part.is_held for part in parts):
        lines.insert(0, "Held during quiet hours.")
    return Text(_title(parts), "\n\n".join(lines), _kind(parts))


def trial(channel: str, now: datetime) -> Text:
    """What `spanledger alerts test` sends."""
    body = f"This is a test of the alert channel {channel}, sent {at(now)}. Nothing is wrong."
    return Text("SpanLedger: test", body, INFORMATION)


def at(moment: datetime) -> str:
    """`2026-11-22 14:05 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def lasting(time: timedelta) -> str:
    """`3 days`, `5 hours` or `20 minutes`: the largest unit that gives two at least, rounded down."""
    minutes = max(0, int(time.total_seconds() // 60))
    for size, name in ((1440, "days"), (60, "hours")):
        if minutes >= 2 * size:
            return f"{minutes // size} {name}"
    return f"{minutes} minutes" if minutes != 1 else "1 minute"


def _is_end(part: Part) -> bool:
    return part.phase in (records.OVER, records.BACK)


def _title(parts: Sequence[Part]) -> str:
    if len(parts) == 1:
        return f"SpanLedger: {_head(parts[0])}: {parts[0].incident.event.summary}"
    ended = sum(_is_end(part) for part in parts)
    counts = ((len(parts) - ended, "alerts"), (ended, "over"))
    return "SpanLedger: " + ", ".join(f"{number} {what}" for number, what in counts if number)


def _head(part: Part) -> str:
    return _HEADS[part.phase].format(severity=part.incident.event.severity.capitalize())


def _described(part: Part, explorer: str) -> str:
    incident, event = part.incident, part.incident.event
    until = f" until {at(incident.recovered_at)}" if incident.recovered_at else ""
    about = [f"since {at(event.since)}{until}", described(event.scope), f"owner {event.owner}" if event.owner else ""]
    lines = [f"{_head(part)}: {event.summary}", "; ".join(text for text in about if text)]
    link = f"{explorer}/{event.page.lstrip('/')}" if event.page else f"{explorer}/alerts"
    return "\n".join([*lines, f"{link} (incident {incident.incident_id})"])


def _kind(parts: Iterable[Part]) -> str:
    firing = [part.incident.event.severity for part in parts if not _is_end(part)]
    if not firing:
        return SUCCESS
    return FAILURE if CRITICAL in firing else WARN if WARNING in firing else INFORMATION
