"""Figures as they are typed at a command."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import click

from transforms.decisions.checks import DecisionError
from transforms.decisions.rates import Rate
from transforms.decisions.written import figure, rate


class Written(click.ParamType[Any]):
    """What ``read`` makes of a text; its complaint is the command's."""

    def __init__(self, name: str, read: Callable[[str], Decimal | Rate]) -> None:
        self.name, self._read = name, read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except DecisionError as error:
            self.fail(str(error), param, ctx)


FIGURE, CHANGE = Written("number", figure), Written("percent", rate)
LENGTHS, GPUS = "lengths", "gpus"
"""The rows that self-hosting is told in."""
