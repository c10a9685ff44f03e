"""The levers, each a function of one signature: what it leaves of each part of a cost.

The parts of what calls cost are `PARTS`. A lever's `Setting` says for how much of them it holds and at which price,
each for three cases: as little saved as the evidence allows, as expected, and as much. A factor is never below zero,
so that no lever saves more than there is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

PARTS = ("input", "cache_read", "cache_write", "output", "other")
"""Fresh input, input read from and written to a prompt cache, output, and fees by the request."""
INPUT = ("input", "cache_read", "cache_write")
TOKENS = (*INPUT, "output")
LOW, EXPECTED, HIGH = CASES = ("low", "expected", "high")
ONE, NOTHING = Decimal(1), Decimal(0)


@dataclass(frozen=True)
class Ends:
    """A figure in each of `CASES`: where least is saved, as expected, where most is."""

    low: Decimal
    expected: Decimal
    high: Decimal

    def at(self, case: str) -> Decimal:
        """The figure of one of `CASES`."""
        return {LOW: self.low, EXPECTED: self.expected, HIGH: self.high}[case]


ZERO, SURE = Ends(NOTHING, NOTHING, NOTHING), Ends(ONE, ONE, ONE)


@dataclass(frozen=True)
class Setting:
    """``share``: of the calls, or of the tokens, that the lever takes, 0 to 1. ``prices``: what these cost then, as a
    multiple of now, by part; a part without one stays as it is. ``times``: how many times these prices it may turn out
    to be. ``again``: the share of the taken calls that are paid a second time as now, because what replaced them did
    not do. Raises ValueError for what cannot be."""

    share: Ends
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    again: Ends = ZERO
    times: Ends = SURE

    def __post_init__(self) -> None:
        for name in ("share", "again"):
            for case in CASES:
                if not 0 <= (value := getattr(self, name).at(case)) <= 1:
                    raise ValueError(f"{name} is {value} where {case} is saved; expected 0 to 1")
        if any(self.times.at(case) < 0 for case in CASES):
            raise ValueError(f"prices are {self.times} times what they are; expected none below 0")
        for part, price in self.prices.items():
            if part not in PARTS or price < 0:
                raise ValueError(f"{part} at {price} times its price; expected one of {', '.join(PARTS)}, not below 0")


Factors = Mapping[str, Decimal]
"""What is left of each of `PARTS`."""


@dataclass(frozen=True)
class Lever:
    """``title``: in words; ``left``: what it leaves of each part, in one of `CASES`."""

    title: str
    left: Callable[[Setting, str], Factors]


def _dropped(setting: Setting, case: str) -> Factors:
    """Calls that are not made: nothing of them is paid."""
    return dict.fromkeys(PARTS, ONE - setting.share.at(case))


def _shorter_input(setting: Setting, case: str) -> Factors:
    return dict.fromkeys(INPUT, ONE - setting.share.at(case))


def _shorter_output(setting: Setting, case: str) -> Factors:
    return {"output": ONE - setting.share.at(case)}


def _read_from_cache(setting: Setting, case: str) -> Factors:
    """A share of the fresh input is paid as a cache read."""
    share = setting.share.at(case)
    return {"input": ONE - share + share * setting.prices["input"]}


def _at_another_price(setting: Setting, case: str) -> Factors:
    """A share of the calls costs another price, some of them this one on top."""
    share, again, times = (ends.at(case) for ends in (setting.share, setting.again, setting.times))
    return {part: ONE - share + share * (price * times + again) for part, price in setting.prices.items()}


LEVERS: dict[str, Lever] = {
    "idempotent_step": Lever("Runs that begin again keep finished steps", _dropped),
    "memoize": Lever("Answer identical calls from memory", _dropped),
    "route": Lever("The cheapest model that passes its evaluations", _at_another_price),
    "trim": Lever("Shorter prompts", _shorter_input),
    "cache": Lever("Read the common start of prompts from the provider's cache", _read_from_cache),
    "output_limit": Lever("Limit the output", _shorter_output),
    "batch": Lever("What can wait goes to the batch tier", _at_another_price),
}
"""By the kind of opportunity, in the order in which they are applied unless another is asked for."""
