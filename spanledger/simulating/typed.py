"""Figures as they are typed at a command."""

from decimal import Decimal, InvalidOperation
from typing import Any

import click

from transforms.csv_lines import is_ordinary
from transforms.decisions.checks import DecisionError
from transforms.decisions.rates import Rate

SIZES = {"k": 3, "M": 6, "B": 9}


class Figure(click.ParamType[Decimal]):
    """A number, exactly as typed; `10M` is ten million, `k` and `B` likewise."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        text = str(value).strip()
        exponent = SIZES.get(text[-1:], 0)
        try:
            number = Decimal(text[:-1] if exponent else text).scaleb(exponent)
        except InvalidOperation:
            self.fail(f"{value!r} is no number; expected one such as 0.85 or 10M", param, ctx)
        return number if is_ordinary(number) else self.fail(f"{value!r} is no ordinary number", param, ctx)


class Change(click.ParamType[Rate]):
    """A change a month in percent, such as `5%`; with its range, one time in ten beyond each end: `2%:5%:9%`."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Rate:
        if isinstance(value, Rate):
            return value
        try:
            ends = [Decimal(part.strip().removesuffix("%")) / 100 for part in str(value).split(":")]
            if len(ends) not in (1, 3) or not all(map(is_ordinary, ends)):
                self.fail(f"{value!r} is no change a month; expected one such as 5% or 2%:5%:9%", param, ctx)
            return Rate(ends[len(ends) // 2], ends[0], ends[-1])
        except InvalidOperation:
            self.fail(f"{value!r} is no change a month; expected one such as 5% or 2%:5%:9%", param, ctx)
        except DecisionError as error:
            self.fail(str(error), param, ctx)


FIGURE, CHANGE = Figure(), Change()
