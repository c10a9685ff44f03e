"""The command `spanledger annotate`: acknowledge an anomaly with a note."""

import getpass
from datetime import UTC, datetime

import click

from spanledger.exits import FAILED, Failure
from spanledger.options import command
from spanledger.settings import Settings


def add_to(main: click.Group) -> None:
    """Add the command to ``main``."""
    function = click.option("--by", default=getpass.getuser, show_default="the user", help="Who says it.")(annotate)
    function = click.option("--note", required=True, help="What is known of it; it stays in the records.")(function)
    function = click.argument("anomaly", metavar="ANOMALY")(function)
    command(main, "data", example="spanledger annotate 3f9c01ab77de --note 'a load test'")(function)


def annotate(settings: Settings, anomaly: str, note: str, by: str) -> None:
    """Acknowledge an anomaly with a note; the page Anomalies names it, and shows the note from the next build on."""
    from spanledger import anomaly_notes
    from spanledger.published import current

    with current.opened(settings.data) as connection:
        known = connection.execute("select 1 from rpt_anomalies where anomaly_id = ?", [anomaly]).fetchall()
    if not known:
        cure = "the page Anomalies and `spanledger sql 'from rpt_anomalies'` name those there are"
        raise Failure(f"the published build has no anomaly {anomaly}; {cure}", FAILED)
    anomaly_notes.write(settings.data, anomaly_notes.Note(anomaly, datetime.now(UTC), by, note))
    click.echo(f"{anomaly} is acknowledged by {by}; the next build says so")
