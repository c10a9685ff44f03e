"""Commands around charges that are not tokens and the closing of months."""

import getpass
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from spanledger.exits import FAILED, MEANING, USAGE, Failure
from spanledger.options import command
from spanledger.settings import CHARGE_FILES, Settings

MONTH = click.DateTime(["%Y-%m"])


@click.group(epilog=MEANING)
def charges() -> None:
    """Charges that are not tokens: subscriptions, seats, provisioned throughput, credits."""


def add_to(main: click.Group, formatted: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Add these commands to ``main``; ``formatted`` gives a command the options for rows."""
    main.add_command(charges)
    command(charges, "data", example="spanledger charges list --all")(formatted(_all_or_not(list_command)))
    command(charges, "data", *CHARGE_FILES, "fx_file", example="spanledger charges check --charges-file charges.csv")(
        check_command
    )
    command(main, "data", "lake", example="spanledger close 2026-10")(_act("close", close_command))
    command(main, "data", example="spanledger reopen 2026-10 --reason 'invoice 7 was read wrong'")(
        _act("reopen", reopen_command)
    )


def _all_or_not(function: Callable[..., Any]) -> Callable[..., Any]:
    text = "Also those that others supersede."
    return click.option("--all", "is_all", is_flag=True, help=text)(function)


def list_command(settings: Settings, is_all: bool, form: str, output: Path | None) -> None:
    """Charges of the published build: what they cost, and how much of that calls have used."""
    from spanledger import formats
    from spanledger.published import current

    with current.opened(settings.data) as connection:
        rows = connection.sql(current.question("charges"), params={"is_all": is_all})
        formats.write(rows, form, output)


def check_command(settings: Settings) -> None:
    """Read the charges and coverage files and say what cannot be meant, or was edited since. A fault ends with 1."""
    from spanledger.doctor import charges as examining

    findings = list(examining.charges(settings))
    for finding in findings:
        click.echo(finding.line)
    if any(finding.state == "fault" for finding in findings):
        click.get_current_context().exit(FAILED)


def _act(verb: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The month and who acts on it, as arguments of a command."""
    is_opening = verb == "reopen"
    function = click.option("--reason", required=is_opening, help="Why; it stays in the records.")(function)
    function = click.option("--by", default=getpass.getuser, show_default="the user", help="Who does it.")(function)
    if not is_opening:
        text = "Close it although it holds calls without a price; needs a --reason."
        function = click.option("--force", "is_forced", is_flag=True, help=text)(function)
    return click.argument("month", type=MONTH, metavar="YYYY-MM")(function)


def close_command(settings: Settings, month: datetime, by: str, reason: str | None, is_forced: bool) -> None:
    """Close a month (YYYY-MM) that is over: its figures stay; what changes later is a correction in the next one."""
    from spanledger.charges import periods
    from spanledger.freshness import behind

    if is_forced and not reason:
        raise Failure("--force needs a --reason", USAGE)
    state = behind(settings.data, settings.lake_path)
    if not state.is_fresh:
        raise Failure(f"{state.missing} are not in the published build yet; run `spanledger build` first", FAILED)
    rows = periods.close(settings.data, periods.Act(_first(month), by, reason, is_forced), datetime.now(UTC))
    total = sum(cost for cost in rows["cost_usd"].to_pylist() if cost is not None)
    click.echo(f"{month:%Y-%m} is closed by {by} with {total} USD; the next build says so")


def reopen_command(settings: Settings, month: datetime, by: str, reason: str) -> None:
    """Open the last closed month (YYYY-MM) again, for a reason that stays in the records."""
    from spanledger.charges import periods

    periods.reopen(settings.data, periods.Act(_first(month), by, reason), datetime.now(UTC))
    click.echo(f"{month:%Y-%m} is opened again by {by}; the next build says so")


def _first(month: datetime) -> date:
    return month.date().replace(day=1)
