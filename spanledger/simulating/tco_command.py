"""The command `spanledger simulate tco`."""

from pathlib import Path
from typing import Any

import click

from spanledger.exits import USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings
from spanledger.simulating.typed import FIGURE


def add_to(group: click.Group) -> None:
    """Add the command to ``group``."""
    example = "spanledger simulate tco --own --item 'indirect:engineering=12500' --requests 2M"
    function: Any = tco
    for option in reversed(OPTIONS):
        function = option(function)
    command(group, "data", example=example)(function)


OPTIONS = (
    click.option("--item", "items", multiple=True, metavar="KIND:NAME=USD", help="A cost a month; may be said again."),
    click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="CSV of costs: name,kind,usd."),
    click.option(
        "--own", "has_own", is_flag=True, help="Also a month of your model calls, waste apart, from the build."
    ),
    click.option("--organization", default="", metavar="NAME", help="Of --own: only this organization's calls."),
    click.option("--requests", type=FIGURE, help="Requests a month, to say what one costs."),
    click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write."),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write."),
)


def tco(settings: Settings, form: str, output: Path | None, **said: Any) -> None:
    """What something costs a month with all that belongs to it: direct, indirect and hidden costs.

    An invented example where nothing is named.
    """
    from spanledger import formats
    from spanledger.simulating import owning
    from transforms.decisions.checks import DecisionError

    try:
        lines, rows = owning.told(settings.data, said)
    except (DecisionError, OSError) as error:
        raise Failure(str(error), USAGE) from error
    if form == "table" and output is None:
        click.echo("".join(f"{line}\n" for line in lines))
    formats.write(rows, form, output)
