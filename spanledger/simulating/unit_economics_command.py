"""The command `spanledger simulate uniteconomics`."""

from pathlib import Path
from typing import Any

import click

from spanledger.exits import USAGE, Failure
from spanledger.option_types import FORMS, Percent
from spanledger.options import command
from spanledger.settings import Settings
from spanledger.simulating.typed import CHANGE, FIGURE


def add_to(group: click.Group) -> None:
    """Add the command to ``group``."""
    example = (
        "spanledger simulate uniteconomics --cost-usd 60000 --revenue-usd 100000 --users 5000 --requests 2M "
        "--users-growth 2%:5%:9% --efficiency 1%:3%:5%"
    )
    function: Any = uniteconomics
    for option in reversed(OPTIONS):
        function = option(function)
    command(group, "data", example=example)(function)


SCOPES = ("organization", "team", "project", "workflow")
OPTIONS = (
    click.option("--scope-kind", type=click.Choice(SCOPES), default=SCOPES[0], show_default=True,
                 help="Of what; for figures of the build."),
    click.option("--scope", default="", help="Which one; for figures of the build."),
    click.option("--organization", default="", metavar="NAME", help="Of which the scope is, where there are several."),
    click.option("--cost-usd", type=FIGURE, help="A month's spend on models; else the build's last whole month."),
    click.option("--revenue-usd", type=FIGURE, help="That month's revenue."),
    click.option("--other-cost-usd", type=FIGURE, help="Other costs of serving, a month; they stay as they are."),
    click.option("--requests", type=FIGURE, help="Requests of the month."),
    click.option("--users", "active_users", type=FIGURE, help="Active users of the month."),
    click.option("--users-growth", type=CHANGE, default="0%", show_default=True, help="A month, or LOW:EXPECTED:HIGH."),
    click.option("--requests-growth", type=CHANGE, default="0%", show_default=True, help="Of requests a user."),
    click.option("--revenue-growth", type=CHANGE, default="0%", show_default=True, help="Of revenue a user."),
    click.option("--efficiency", type=CHANGE, default="0%", show_default=True, help="How much cheaper a request gets."),
    click.option("--months", type=click.IntRange(1, 120), default=24, show_default=True, help="How far to look."),
    click.option("--target-margin", type=Percent(), default="0%", show_default=True, help="When does it come to this."),
    click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write."),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write."),
)  # fmt: skip


def uniteconomics(settings: Settings, form: str, output: Path | None, **said: Any) -> None:
    """Cost and revenue of a request and a user, how they are judged, where they go and the month in which they turn.

    Figures are those typed, else of the published build: what models cost, and what the business file says.
    """
    from spanledger import formats
    from spanledger.simulating import unit_figures
    from transforms.decisions.checks import DecisionError

    try:
        lines, rows = unit_figures.told(settings.data, said)
    except DecisionError as error:
        raise Failure(str(error), USAGE) from error
    if form == "table" and output is None:
        click.echo("".join(f"{line}\n" for line in lines))
    formats.write(rows, form, output)
