"""The command `spanledger export`: options in, a file for other tools out."""

from datetime import date, datetime
from pathlib import Path

import click

from spanledger.exits import MEANING, USAGE, Failure
from spanledger.focus import GRAINS, SUFFIXES
from spanledger.focus_versions import VERSIONS
from spanledger.options import command
from spanledger.settings import Settings

DAY = click.DateTime(["%Y-%m-%d"])
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
    from spanledger import focus as exporting

    days = (first.date() if first else date.min, last.date() if last else date.max)
    if days[0] > days[1]:
        raise Failure(f"--from {days[0]} is after --to {days[1]}", USAGE)
    shape = exporting.Shape(focus_version, grain, exporting.form_of(output, form))
    made = exporting.write(settings.data, *days, shape, output)
    said = f"FOCUS {focus_version}: {made.rows} rows, billed ${made.billed_usd}, effective ${made.effective_usd}"
    click.echo(said, err=True)
