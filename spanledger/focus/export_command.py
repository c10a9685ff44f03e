"""The command `spanledger export`: options in, a file for other tools out."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from spanledger.exits import MEANING, USAGE, Failure
from spanledger.focus.focus import GRAINS, SUFFIXES
from spanledger.focus.focus_versions import VERSIONS
from spanledger.options import command
from spanledger.settings import Settings

DAY = click.DateTime(["%Y-%m-%d"])
MONTH = click.DateTime(["%Y-%m"])
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(epilog=MEANING)
def export() -> None:
    """Write what things cost in the formats of other tools."""


@command(
    export,
    "data",
    example="spanledger export focus --from 2026-10-01 --to 2026-10-31 --output october.parquet",
)
@click.option("--from", "first", type=DAY, metavar="DAY", help="First UTC day; else the first there is.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last UTC day, included; else the last there is.")
@click.option(
    "--focus-version", type=click.Choice([*VERSIONS]), default="1.2", show_default=True, help="Which FOCUS to write."
)
@click.option("--per", "grain", type=click.Choice(GRAINS), default="task", show_default=True, help="What a row is.")
@click.option("--format", "form", type=click.Choice([*SUFFIXES.values()]), help="Else as the file's name says, or CSV.")
@click.option("--output", type=FILE, help="File to write.")
def focus(
    settings: Settings,
    first: datetime | None,
    last: datetime | None,
    focus_version: str,
    grain: str,
    form: str | None,
    output: Path | None,
) -> None:
    """Charges as FOCUS "Cost and Usage" rows: quantity times unit price is the cost, exactly, where there is a price.

    One row per UTC day, price, group of calls and task; --per day leaves the task out, --per call keeps every call.
    """
    from spanledger.focus import focus as exporting

    days = (first.date() if first else date.min, last.date() if last else date.max)
    if days[0] > days[1]:
        raise Failure(f"--from {days[0]} is after --to {days[1]}", USAGE)
    shape = exporting.Shape(focus_version, grain, exporting.form_of(output, form))
    made = exporting.write(settings.data, *days, shape, output)
    said = f"FOCUS {focus_version}: {made.rows} rows, billed ${made.billed_usd}, effective ${made.effective_usd}"
    click.echo(said, err=True)


@command(
    export, "data", example="spanledger export statement 2026-10 --team search --format md --output search-2026-10.md"
)
@click.argument("month", type=MONTH, metavar="MONTH")
@click.option("--by", type=click.Choice(["team", "project", "cost_center"]), default="team", show_default=True)
@click.option("--owner", "--team", "owner", metavar="NAME", help="Only this team (project, cost centre); else all.")
@click.option("--view", type=click.Choice(["split", "full"]), default="split", show_default=True)
@click.option("--chargeback", is_flag=True, help="To be charged: of closed months alone.")
@click.option("--provisional", is_flag=True, help="A chargeback of an open month, marked as provisional.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "parquet", "md"]), default="csv", show_default=True
)
@click.option("--output", type=FILE, help="File to write.")
def statement(
    settings: Settings,
    month: datetime,
    by: str,
    owner: str | None,
    view: str,
    chargeback: bool,
    provisional: bool,
    form: str,
    output: Path | None,
) -> None:
    """What each team of a month pays for: calls and its part of charges, by method. Parts add up to all that was spent.

    In the split view what several own is divided among them; in the full view each of them has all of it.
    """
    from spanledger.allocation import statement as stating

    asked = stating.Asked(month.date(), by, owner, view, chargeback, provisional)
    click.echo(stating.write(settings.data, asked, form, output, datetime.now(UTC)), err=True)
