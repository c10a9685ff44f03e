"""Alerts: whether the file can be used, every channel has an address, and messages are taken."""

from collections.abc import Iterator
from datetime import UTC, datetime

from spanledger.alerts import channels, history
from spanledger.alerts.reading import read_rules
from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.settings import Settings
from transforms.alerts.incidents import Ledger
from transforms.alerts.rules import AlertRules
from transforms.yaml_lines import ConfigError

SUBJECT = "alerts"
TRY = "correct it, then try it with `spanledger alerts test`"


def alerts(settings: Settings) -> Iterator[Finding]:
    """What fires and who is told of it; nothing where no file is named."""
    if settings.alerts_file is None:
        return
    try:
        rules = read_rules(settings.alerts_file)
        ledger = history.ledger_of(settings.data)
    except ConfigError as error:
        yield fault(SUBJECT, str(error), "correct it there; until then what the file said before holds")
        return
    except history.UNREADABLE as error:
        yield fault(SUBJECT, f"the records cannot be read: {error}", "restore records/alerts from a backup")
        return
    yield from _channels(rules, ledger)
    yield from _owners(rules, ledger)
    firing = len(ledger.firing)
    counts = f"channels: {len(rules.channels)}; rules: {len(rules.rules)}; alerts that fire: {firing}"
    yield ok(SUBJECT, f"{settings.alerts_file}: {counts}")


def _channels(rules: AlertRules, ledger: Ledger) -> Iterator[Finding]:
    for name, channel in rules.channels.items():
        try:
            where = channels.shown(channels.address(channel))
        except channels.ChannelError as error:
            yield note(SUBJECT, f"channel {name}: {error}", "nothing, if it is set where builds are made")
            continue
        if failing := ledger.failing.get(name):
            times = "once" if failing.times == 1 else f"{failing.times} times in a row"
            said = f"channel {name} ({where}) did not take a message, {times}, last at {failing.last_at:%Y-%m-%d %H:%M}"
            yield fault(SUBJECT, f"{said} UTC: {failing.reason}", TRY)


def _owners(rules: AlertRules, ledger: Ledger) -> Iterator[Finding]:
    """Owners that nobody could tell, where a rule wants them told."""
    now = datetime.now(UTC)
    for incident in ledger.firing:
        event = incident.event
        if event.owner and not rules.of_owner(event.owner) and not rules.audience(event, incident.opened_at, now):
            yield note(
                SUBJECT, f"{event.summary}: nobody is told, and its owner {event.owner} has no channel under owners"
            )
