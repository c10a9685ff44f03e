"""The commands `spanledger alerts`: try the channels, see what fires, keep it quiet for a while."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanledger.exits import FAILED, MEANING, USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:
    from transforms.alerts.incidents import Incident, Ledger

RECENT = timedelta(days=7)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@click.group(epilog=MEANING)
def alerts() -> None:
    """Who is told of what: budgets, anomalies, drift, models without a price, silence."""


@command(alerts, "alerts_file", example="spanledger alerts test --alerts-file alerts.yaml")
@click.option("--channel", "names", multiple=True, help="Only this channel; can be repeated.")
def test_command(settings: Settings, names: tuple[str, ...]) -> None:
    """Send a test message to each channel and say what became of it. One that is not taken ends with 1."""
    from spanledger.alerts import trial
    from spanledger.alerts.reading import read_rules
    from transforms.yaml_lines import ConfigError

    try:
        rules = read_rules(settings.alerts_file)
    except ConfigError as error:
        raise Failure(str(error), USAGE) from error
    if unknown := sorted(set(names) - set(rules.channels)):
        raise Failure(f"no channel is called {unknown[0]!r}; there are {', '.join(rules.channels) or 'none'}", USAGE)
    chosen = [channel for name, channel in rules.channels.items() if not names or name in names]
    if not chosen:
        raise Failure("there is no channel to test; name a file with channels in alerts_file", USAGE)
    refused = 0
    for tried in trial.send_to(chosen, datetime.now(UTC)):
        click.echo(tried.line)
        refused += tried.reason is not None
    if refused:
        raise Failure(f"{refused} of {len(chosen)} channels did not take the message", FAILED)


@command(alerts, "data", example="spanledger alerts list --format json")
@click.option("--all", "is_all", is_flag=True, help="Also those that ended more than a week ago.")
@click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def list_command(settings: Settings, is_all: bool, form: str, output: Path | None) -> None:
    """What fires, what is muted and what ended in the last week, as of this moment."""
    import duckdb

    from spanledger import formats
    from spanledger.alerts import listing

    now = datetime.now(UTC)
    rows = listing.table(_ledger(settings), now, None if is_all else now - RECENT)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        formats.write(connection.from_arrow(rows), form, output)


@command(alerts, "data", example="spanledger alerts mute 3f2a91bc --until 4h --reason 'load test, known'")
@click.argument("alert_id", metavar="ID")
@click.option("--until", required=True, metavar="TIME", help="For how long (90m, 4h, 2d), or until when (ISO 8601).")
@click.option("--reason", required=True, help="Why; it stays in the records.")
@click.option("--by", default=getpass.getuser, show_default="the user", help="Who says so.")
def mute_command(settings: Settings, alert_id: str, until: str, reason: str, by: str) -> None:
    """Tell nobody of an alert (its id, or the beginning of it) for a time; also when it ends and comes again."""
    from spanledger.alerts import history
    from transforms.alerts.records import MUTED, Record

    now = datetime.now(UTC)
    incident, end = _one(_ledger(settings), alert_id), _moment(until, now)
    fingerprint = incident.event.fingerprint
    said = Record(now, MUTED, incident.incident_id, fingerprint, reason=reason, by=by, until=end)
    try:
        history.append(settings.data.absolute(), [said])
    except OSError as error:
        raise Failure(f"the mute cannot be kept: {error}", FAILED) from error
    click.echo(f"{incident.incident_id} is muted until {end:%Y-%m-%d %H:%M} UTC: {incident.event.summary}")


def _ledger(settings: Settings) -> "Ledger":
    from spanledger.alerts.history import UNREADABLE, ledger_of

    try:
        return ledger_of(settings.data)
    except UNREADABLE as error:
        raise Failure(f"the records of alerts cannot be read: {error}", FAILED) from error


def _one(ledger: "Ledger", start: str) -> "Incident":
    found = ledger.find(start)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Failure(f"no alert has an id that begins with {start!r}; see `spanledger alerts list --all`", USAGE)
    raise Failure(f"{len(found)} alerts have an id that begins with {start!r}; give more of it", USAGE)


def _moment(text: str, now: datetime) -> datetime:
    if found := re.fullmatch(r"(\d{1,4})\s*([mhdw])", text.strip()):
        return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        end = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"--until {text}: expected a time such as 4h or 2d, or a moment such as 2026-11-30T18:00Z"
        raise Failure(message, USAGE) from error
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    if end <= now:
        raise Failure(f"--until {text}: that is over already", USAGE)
    return end.astimezone(UTC)
