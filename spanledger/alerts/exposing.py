"""Alerts on /metrics: what fires, and which channels do not take messages."""

from collections.abc import Iterator
from datetime import datetime

from collector.exposition import GAUGE, Family
from transforms.alerts import records
from transforms.alerts.event import SEVERITIES
from transforms.alerts.incidents import Ledger
from transforms.alerts.rules import AlertRules

COUNTED = ((records.OPENED, records.REOPENED), (records.RECOVERED,), (records.TOLD,), (records.FAILED,))
"""The actions that a look counts together."""


def families(ledger: Ledger, rules: AlertRules, now: datetime) -> Iterator[Family]:
    """All figures at that time."""
    firing = [(one.event.severity, ledger.muted(one.event.fingerprint, now) is not None) for one in ledger.firing]
    counts = [
        ("", (("muted", "yes" if muted else "no"), ("severity", severity)), float(firing.count((severity, muted))))
        for severity in SEVERITIES
        for muted in (False, True)
    ]
    yield Family("spanledger_alerts_firing", GAUGE, "Alerts that fire.", counts)
    failures = [
        ("", (("channel", name),), float(ledger.failing[name].times if name in ledger.failing else 0))
        for name in rules.channels
    ]
    yield Family(
        "spanledger_alert_channel_failures",
        GAUGE,
        "Messages in a row that a channel did not take; 0 is good.",
        failures,
    )
