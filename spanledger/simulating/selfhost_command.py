"""The command `spanledger simulate selfhost`."""

from pathlib import Path
from typing import Any

import click

from spanledger.exits import USAGE, Failure
from spanledger.option_types import FORMS, Percent
from spanledger.options import command
from spanledger.settings import Settings
from spanledger.simulating.typed import FIGURE, GPUS, LENGTHS

SOURCES = ("production", "eval", "replay", "ops", "unknown")


def add_to(group: click.Group) -> None:
    """Add the command to ``group``."""
    described = command(group, "data", example="spanledger simulate selfhost --output-price 0.85 --output-tokens 100")
    described(_with_options(selfhost))


def _with_options(function: Any) -> Any:
    for option in reversed(OPTIONS):
        function = option(function)
    return function


OPTIONS = (
    click.option("--model", default="", help="Your own calls to this model, instead of a typed price and length."),
    click.option("--workflow", default="", help="Only calls of this workflow; with --model or alone."),
    click.option("--organization", default="", metavar="NAME", help="Only calls of this organization."),
    click.option(
        "--source", "sources", type=click.Choice(SOURCES), multiple=True, help="Only calls of this traffic source."
    ),
    click.option("--days", type=click.IntRange(1, 366), default=28, show_default=True, help="Full days of own calls."),
    click.option("--output-price", type=FIGURE, help="What the API takes for a million output tokens, US dollars."),
    click.option("--input-price", type=FIGURE, default="0", show_default=True, help="The same for input tokens."),
    click.option("--output-tokens", type=FIGURE, multiple=True, help="Of a request; may be said again. 500 if not."),
    click.option("--input-tokens", type=FIGURE, default="0", show_default=True, help="Of a request."),
    click.option("--gpus", type=click.IntRange(min=1), default=2, show_default=True, help="GPUs of the fleet."),
    click.option("--usd-per-gpu-hour", type=FIGURE, default="2.50", show_default=True, help="US dollars."),
    click.option("--tokens-per-second", type=FIGURE, default="2000", show_default=True, help="Output of the fleet."),
    click.option(
        "--prefill-tokens-per-second", type=FIGURE, default="15000", show_default=True, help="Input of the fleet."
    ),
    click.option(
        "--utilisation", type=Percent(), default="50%", show_default=True, help="Share of each hour it serves."
    ),
    click.option("--engineering-usd", type=FIGURE, default="1500", show_default=True, help="US dollars a month."),
    click.option("--infrastructure-usd", type=FIGURE, default="500", show_default=True, help="US dollars a month."),
    click.option("--hours-per-month", type=FIGURE, default="720", show_default=True, help="Hours that are paid."),
    click.option("--growth", type=Percent(), default="0%", show_default=True, help="Growth of own calls a month."),
    click.option("--gpu-file", type=click.Path(dir_okay=False, path_type=Path), help="CSV: your table of GPUs."),
    click.option("--answer-ms", type=FIGURE, help="How long an answer may take; 95 of 100 are no longer than told."),
    click.option("--rows", "shown", type=click.Choice([LENGTHS, GPUS]), default=LENGTHS, help="Which rows to write."),
    click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write."),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write."),
)


def selfhost(settings: Settings, form: str, output: Path | None, **said: Any) -> None:
    """From which volume on own GPUs cost less than the API, and whether they can serve that much.

    Without own calls at an even load: name --output-price. With --model or --workflow on your calls, hour by hour:
    those with an answer and a known cost, evaluations among them unless --source says otherwise.
    """
    from spanledger import formats
    from spanledger.simulating import selfhosting
    from transforms.decisions.checks import DecisionError

    if not (said["model"] or said["workflow"]) and said["output_price"] is None:
        raise Failure("name a price (--output-price), or your own calls (--model or --workflow)", USAGE)
    try:
        lines, rows = selfhosting.told(settings.data, said)
    except (DecisionError, OSError) as error:
        raise Failure(str(error), USAGE) from error
    if form == "table" and output is None:
        click.echo("".join(f"{line}\n" for line in lines))
    formats.write(rows, form, output)
