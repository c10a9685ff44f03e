"""The command `spanledger simulate whatif`."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from spanledger.exits import USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings
from spanledger.simulating.typed import FIGURE
from transforms.simulation.typed import Price


class PricePair(click.ParamType[Price]):
    """US dollars a million tokens, input and output: `5/30`."""

    name = "input/output"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Price:
        if isinstance(value, Price):
            return value
        first, sign, second = str(value).partition("/")
        if not sign:
            self.fail(
                f"{value!r} is no pair of prices; expected input/output a million tokens, such as 5/30", param, ctx
            )
        try:
            return Price(*(FIGURE.convert(part, param, ctx) for part in (first, second)))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class LeverShare(click.ParamType[tuple[str, Decimal | None]]):
    """A lever, with or without how much of it: `route` or `route=0.6`."""

    name = "lever[=share]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Decimal | None]:
        if isinstance(value, tuple):
            return value
        name, sign, share = str(value).partition("=")
        return name, FIGURE.convert(share, param, ctx) if sign else None


PRICE, LEVER = PricePair(), LeverShare()
OPTIONS = (
    click.option("--lever", "levers", type=LEVER, multiple=True,
                 help="Apply this lever, in the order of naming; all of them unless one is named. A share, 0 to 1: "
                 "how much it takes of what it could."),
    click.option("--organization", default="", metavar="NAME", help="Only calls of this organization."),
    click.option("--workflow", help="Only calls of this workflow."),
    click.option("--step", help="Only calls of this step."),
    click.option("--source", help="Only calls of this traffic source."),
    click.option("--requests", type=FIGURE, help="Instead of your own calls: so many like requests."),
    click.option("--input-tokens", type=FIGURE, default="2000", show_default=True, help="Of each request."),
    click.option("--output-tokens", type=FIGURE, default="500", show_default=True, help="Of each request."),
    click.option("--price", type=PRICE, default="5/30", show_default=True, help="US dollars a million tokens, in/out."),
    click.option("--to-price", type=PRICE, default="1/5", show_default=True, help="Of the model that `route` goes to."),
    click.option("--cache-price", type=FIGURE, default="0.1", show_default=True, help="Of a cache read, times input."),
    click.option("--batch-price", type=FIGURE, default="0.5", show_default=True, help="Of batch, times standard."),
    click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write."),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write."),
)  # fmt: skip


def add_to(group: click.Group) -> None:
    """Add the command to ``group``."""
    example = "spanledger simulate whatif --lever memoize --lever route=0.5 --lever batch"
    function: Any = whatif
    for option in reversed(OPTIONS):
        function = option(function)
    command(group, "data", example=example)(function)


def whatif(settings: Settings, form: str, output: Path | None, **said: Any) -> None:
    """What the calls of the last 30 days would have cost under other habits, lever after lever.

    Each lever works on what those before it left, so the savings add up; alone_usd is what it would save without them.
    low_usd and high_usd are its own evidence's range. With --requests, on like requests at a price instead of your own
    calls, where every lever says its share: --requests 2M --output-tokens 1000 --lever memoize=0.25 --lever route=0.6.
    """
    from spanledger import formats
    from spanledger.simulating import levers

    try:
        if said["requests"] is not None:
            formats.write(levers.on_requests(said), form, output)
        else:
            levers.on_own_calls(settings.data, said, lambda rows: formats.write(rows, form, output))
    except ValueError as error:
        raise Failure(str(error), USAGE) from error
