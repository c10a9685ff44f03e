"""The list of forecast methods. Each takes what it may see and a number of days: questions × days of US dollars.

To add one, write a function of `Method`'s signature and register it under a name: replays, the choice per series and
the scores find it through `METHODS`.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from transforms.forecasts.series import Floats
from transforms.forecasts.window import Window, mean_of_last

Method: TypeAlias = Callable[[Window, int], Floats]

METHODS: dict[str, Method] = {}
PLAIN = "burn_rate_7"
"""What everyone does, what every other method has to beat, and what is taken where little is known."""


def method(name: str) -> Callable[[Method], Method]:
    """Register a method under the name that tables and pages show."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


@method(PLAIN)
def burn_rate(window: Window, days: int) -> Floats:
    """The mean of the last 7 days, every day."""
    return np.repeat(mean_of_last(window.usd, 7)[:, None], days, axis=1)
