"""All incidents as rows, for `spanledger alerts list`."""

from datetime import datetime

import pyarrow as pa

from transforms.alerts.event import RANK, described
from transforms.alerts.incidents import Incident, Ledger
from transforms.columns import MONEY

FIRING, IS_MUTED, RECOVERED = "firing", "muted", "recovered"
_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("state", pa.string()),
        ("severity", pa.string()),
        ("kind", pa.string()),
        ("summary", pa.string()),
        ("scope", pa.string()),
        ("owner", pa.string()),
        ("amount_usd", MONEY),
        ("since", _TIME),
        ("opened_at", _TIME),
        ("recovered_at", _TIME),
        ("told", pa.string()),
        ("muted_until", _TIME),
        ("mute_reason", pa.string()),
    ]
)


def table(ledger: Ledger, now: datetime, ended_after: datetime | None) -> pa.Table:
    """What fires first, the worst and newest on top; of those that ended only the ones after ``ended_after``."""
    chosen = [
        one
        for one in ledger.incidents.values()
        if one.recovered_at is None or ended_after is None or one.recovered_at > ended_after
    ]
    ordered = sorted(chosen, key=lambda one: (one.is_firing, RANK[one.event.severity], one.opened_at), reverse=True)
    return pa.Table.from_pylist([_row(ledger, one, now) for one in ordered], schema=SCHEMA)


def _row(ledger: Ledger, incident: Incident, now: datetime) -> dict[str, object]:
    event, mute = incident.event, ledger.muted(incident.event.fingerprint, now)
    firing = IS_MUTED if mute else FIRING
    return {
        "id": incident.incident_id,
        "state": firing if incident.is_firing else RECOVERED,
        "severity": event.severity,
        "kind": event.kind,
        "summary": event.summary,
        "scope": described(event.scope),
        "owner": event.owner,
        "amount_usd": event.amount_usd,
        "since": event.since,
        "opened_at": incident.opened_at,
        "recovered_at": incident.recovered_at,
        "told": ", ".join(sorted(incident.told)) or None,
        "muted_until": mute and mute.until,
        "mute_reason": mute and mute.reason,
    }
