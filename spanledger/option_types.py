"""What options of several commands take: forms of output, percentages."""

from decimal import Decimal, InvalidOperation
from typing import Any

import click

FORMS = click.Choice(["table", "csv", "json", "parquet"])
"""As `spanledger.formats.FORMATS`, which loads what writes them."""

LARGEST_PERCENT = 1_000_000
"""More is a slip: nothing would ever be beyond it, and far more is no number to calculate with."""

MOST_DECIMALS = 10
"""More is a slip as well: a share is kept with twelve."""


class Percent(click.ParamType[Decimal]):
    """A share in percent, from 0 to `LARGEST_PERCENT`: `10%` or `10`. Converted to 0.1."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        try:
            number = Decimal(str(value).strip().removesuffix("%").strip())
        except InvalidOperation:
            self.fail(f"{value!r} is no percentage; expected one such as 10%", param, ctx)
        if not (number.is_finite() and 0 <= number <= LARGEST_PERCENT):
            self.fail(f"{value} is not from 0 to {LARGEST_PERCENT}%", param, ctx)
        if number.as_tuple().exponent < -MOST_DECIMALS:  # type: ignore[operator]  # finite, so never 'n', 'N' or 'F'
            self.fail(f"{value} has more than {MOST_DECIMALS} decimals", param, ctx)
        return number / 100
