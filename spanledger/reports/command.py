"""The commands `spanledger report`: each report from the shell, to a file, to standard output or to a channel."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import FAILED, MEANING, USAGE, Failure
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:
    from spanledger.reports.periods import Period  # with all of reports, which other commands need not load

SETTINGS = ("data", "currency", "alerts_file")
DIMENSIONS = ("organization", "environment", "team", "workflow")
"""Filters that a report may have; each can be repeated."""


@click.group(epilog=MEANING)
def report() -> None:
    """What a reader wants to know of a day, week, month or quarter, as a file that stands alone or as a message."""


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    days = click.DateTime(["%Y-%m-%d"])
    options = [
        click.option(
            "--date", "day", type=days, metavar="DAY", help="Any day (UTC) of the period; else the last whole."
        ),
        *(click.option(f"--{name}", multiple=True, help=f"Only this {name}; can be repeated.") for name in DIMENSIONS),
        click.option("--format", "form", type=click.Choice(["html", "markdown"]), default="html", show_default=True),
        click.option("--output", type=click.Path(path_type=Path), help="File or directory; else standard output."),
        click.option(
            "--send", "channels", multiple=True, metavar="CHANNEL", help="Send it to a channel of alerts_file."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@command(report, *SETTINGS, example="spanledger report daily --send oncall")
@_options
def daily(settings: Settings, **asked: Any) -> None:
    """What was unusual yesterday, and why."""
    _report(settings, "daily", **asked)


@command(report, *SETTINGS, example="spanledger report weekly --team search --output search.html")
@_options
def weekly(settings: Settings, **asked: Any) -> None:
    """What was spent, why that changed, and what was wasted."""
    _report(settings, "weekly", **asked)


@command(report, *SETTINGS, example="spanledger report monthly --date 2026-10-01 --format markdown")
@_options
def monthly(settings: Settings, **asked: Any) -> None:
    """What a success costs, whether budgets hold, what is ahead."""
    _report(settings, "monthly", **asked)


@command(report, *SETTINGS, example="spanledger report quarterly --output reports/")
@_options
def quarterly(settings: Settings, **asked: Any) -> None:
    """Where the cost of outcomes is heading, and what to decide."""
    _report(settings, "quarterly", **asked)


@command(
    report, "data", "alerts_file", "reports_file", example="spanledger report schedule --reports-file reports.yaml"
)
def schedule(settings: Settings) -> None:
    """Check the reports file: what comes next, and who gets it."""
    from spanledger.alerts.reading import read_rules
    from spanledger.reports.plan import read_plan
    from transforms.yaml_lines import ConfigError

    try:
        plan = read_plan(settings.reports_file, read_rules(settings.alerts_file).channels)
    except ConfigError as error:
        raise Failure(str(error), USAGE) from error
    if not plan:
        click.echo("no report is made on a schedule; reports_file names which and when")
    for planned in plan:
        click.echo(planned.line(datetime.now(UTC)))


def _report(
    settings: Settings,
    kind: str,
    day: datetime | None,
    form: str,
    output: Path | None,
    channels: tuple[str, ...],
    **said: Any,
) -> None:
    from spanledger.reports import making, posting

    period = _period(kind, day)
    addresses = posting.chosen(settings, channels)
    filters = {name: said[name] for name in DIMENSIONS if said[name]}
    made = making.make(settings, period, filters)
    if output is not None:
        click.echo(f"written to {_write(output, making.named(made, form), making.text(made, form))}")
    elif not addresses:
        click.echo(making.text(made, form), nl=False)
    refused = [sent for sent in posting.send(made, addresses) if not _say(sent)]
    if refused:
        raise Failure(f"{len(refused)} of {len(addresses)} channels did not take the report", FAILED)


def _period(kind: str, day: datetime | None) -> "Period":
    from spanledger.reports import periods

    today = datetime.now(UTC).date()
    try:
        return periods.holding(kind, day.date(), today) if day else periods.latest(kind, today)
    except ValueError as error:
        raise Failure(f"--date: {error}", USAGE) from error


def _say(sent: Any) -> bool:
    click.echo(sent.line)
    return sent.reason is None


def _write(output: Path, name: str, text: str) -> Path:
    """Write to the file, or under the report's own name into the directory."""
    path = output / name if output.is_dir() else output
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}", FAILED) from error
    return path
