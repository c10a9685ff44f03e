"""The command `spanledger simulate buildbuy`."""

from pathlib import Path
from typing import Any

import click

from spanledger.exits import USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings
from spanledger.simulating.typed import CHANGE, FIGURE


def add_to(group: click.Group) -> None:
    """Add the command to ``group``."""
    example = "spanledger simulate buildbuy --requests 10M,12M,15M,18M,22M,26M,30M,34M,38M,42M,46M,50M"
    function: Any = buildbuy
    for option in reversed(OPTIONS):
        function = option(function)
    command(group, example=example)(function)


OPTIONS = (
    click.option("--requests", required=True, help="Of each month, with commas between; the last goes on."),
    click.option("--growth", type=CHANGE, default="0%", show_default=True, help="A month, after those named."),
    click.option("--months", type=click.IntRange(1, 120), default=24, show_default=True, help="How far to look."),
    click.option("--usd-per-request", type=FIGURE, default="0.0001", show_default=True, help="Price of buying."),
    click.option("--fee-usd", type=FIGURE, default="0", show_default=True, help="Of buying, a month."),
    click.option("--months-to-build", type=click.IntRange(0, 120), default=3, show_default=True, help="Until it runs."),
    click.option("--people", type=FIGURE, default="2", show_default=True, help="Who build it."),
    click.option("--usd-per-person-month", type=FIGURE, default="15000", show_default=True, help="US dollars."),
    click.option("--run-usd", type=FIGURE, default="6000", show_default=True, help="Running it, a month."),
    click.option("--keeping-people", type=FIGURE, default="0.25", show_default=True, help="Who keep it running."),
    click.option("--criterion", "criteria", multiple=True, metavar="NAME=WEIGHT:BUILD:BUY",
                 help="What matters beside money, scored 1 to 5; weights add up to 1."),
    click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write."),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write."),
)  # fmt: skip


def buildbuy(_settings: Settings, form: str, output: Path | None, **said: Any) -> None:
    """What building and buying cost over months, when the lines cross, and what speaks for either beside money."""
    from spanledger import formats
    from spanledger.simulating import building
    from transforms.decisions.checks import DecisionError

    try:
        lines, rows = building.told(said)
    except DecisionError as error:
        raise Failure(str(error), USAGE) from error
    if form == "table" and output is None:
        click.echo("".join(f"{line}\n" for line in lines))
    formats.write(rows, form, output)
