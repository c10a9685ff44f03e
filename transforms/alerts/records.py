"""What is recorded of alerts, one row an act; the state of everything follows from all rows in their order.

opened      an event was seen that was not there before: an incident begins; `channels` are those to be told
changed     it got worse or milder
recovered   it is not there any more; the incident is over once that has lasted
reopened    it came back before that
told        a channel took a message about it; `phase` says which
failed      a channel did not take a message; `reason` says why. Without an incident
muted       nobody is told of events of that fingerprint until `until`
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from transforms.alerts.event import Event, described, digest
from transforms.columns import MONEY

OPENED, CHANGED, RECOVERED, REOPENED, TOLD, FAILED, MUTED = (
    *("opened", "changed", "recovered", "reopened", "told", "failed", "muted"),
)
FIRING, WORSE, STILL, OVER, BACK = PHASES = ("firing", "worse", "still", "over", "recovered")
"""What a message says of an incident: it began; got worse; still is; began and ended untold; ended."""

_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("at", _TIME),
        ("action", pa.string()),
        ("incident_id", pa.string()),
        ("fingerprint", pa.string()),
        ("kind", pa.string()),
        ("key", pa.string()),
        ("severity", pa.string()),
        ("level", pa.int64()),
        ("since", _TIME),
        ("summary", pa.string()),
        ("scope", pa.string()),  # JSON: pairs of dimension and value; for readers of tables also as words, and parts:
        ("about", pa.string()),
        ("organization", pa.string()),
        ("environment", pa.string()),
        ("amount_usd", MONEY),
        ("owner", pa.string()),
        ("tell", pa.list_(pa.string())),
        ("page", pa.string()),
        ("channels", pa.list_(pa.string())),
        ("channel", pa.string()),
        ("phase", pa.string()),
        ("reason", pa.string()),
        ("by", pa.string()),
        ("until", _TIME),
    ]
)


@dataclass(frozen=True)
class Record:
    """One row; what an action does not say is None."""

    at: datetime
    action: str
    incident_id: str | None = None
    fingerprint: str | None = None
    event: Event | None = None  # of opened and changed
    channels: tuple[str, ...] | None = None
    channel: str | None = None
    phase: str | None = None
    level: int | None = None  # of told: the level it was told at
    reason: str | None = None
    by: str | None = None
    until: datetime | None = None
    record_id: str = field(init=False)

    def __post_init__(self) -> None:
        said = (self.at.isoformat(), self.action, self.incident_id or "", self.fingerprint or "", self.channel or "")
        object.__setattr__(self, "record_id", digest(*said))


def table(records: Iterable[Record]) -> pa.Table:
    """Rows with `SCHEMA`."""
    return pa.Table.from_pylist([_row(record) for record in records], schema=SCHEMA)


def read(rows: pa.Table) -> list[Record]:
    """The records of rows with `SCHEMA`, each once, in the order of the rows."""
    found = {row["record_id"]: row for row in rows.to_pylist()}
    return [_record(row) for row in found.values()]


def _row(record: Record) -> dict[str, Any]:
    said = {one.name: getattr(record, one.name) for one in fields(record) if one.name != "event"}
    if record.event:
        event = {one.name: getattr(record.event, one.name) for one in fields(record.event)}
        values = dict(record.event.scope)
        said |= event | {"scope": json.dumps(event["scope"]), "tell": list(event["tell"])}
        said |= {"about": described(record.event.scope), "organization": values.get("organization")}
        said |= {"environment": values.get("environment")}
    return said


def _record(row: dict[str, Any]) -> Record:
    return Record(
        at=row["at"],
        action=row["action"],
        incident_id=row["incident_id"],
        fingerprint=row["fingerprint"],
        event=_event(row) if row["kind"] else None,
        channels=None if row["channels"] is None else tuple(row["channels"]),
        channel=row["channel"],
        phase=row["phase"],
        level=None if row["kind"] else row["level"],
        reason=row["reason"],
        by=row["by"],
        until=row["until"],
    )


def _event(row: dict[str, Any]) -> Event:
    amount: Decimal | None = row["amount_usd"]
    return Event(
        kind=row["kind"],
        key=row["key"],
        severity=row["severity"],
        since=row["since"],
        summary=row["summary"],
        scope=tuple((dimension, value) for dimension, value in json.loads(row["scope"])),
        level=row["level"],
        amount_usd=amount,
        owner=row["owner"],
        tell=tuple(row["tell"]),
        page=row["page"],
    )
