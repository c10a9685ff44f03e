"""A case of figures that somebody names: requests of one size at one price, and shares for the levers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from transforms.simulation.levers import INPUT, Ends, Setting
from transforms.simulation.sequence import Case

MILLION = Decimal(10**6)


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens."""

    input_usd: Decimal
    output_usd: Decimal

    def __post_init__(self) -> None:
        if min(self.input_usd, self.output_usd) < 0:
            raise ValueError(f"a price is below zero: {self.input_usd}/{self.output_usd}")

    def cost(self, input_tokens: int, output_tokens: int) -> Decimal:
        """Of one request, US dollars."""
        return (self.input_usd * input_tokens + self.output_usd * output_tokens) / MILLION


def typed_case(
    requests: int, input_tokens: int, output_tokens: int, price: Price, settings: Mapping[str, Setting]
) -> Case:
    """Like requests at one price. Raises ValueError for a count below zero."""
    if min(requests, input_tokens, output_tokens) < 0:
        raise ValueError("requests and tokens are not below zero")
    costs = {
        "input": requests * price.cost(input_tokens, 0),
        "output": requests * price.cost(0, output_tokens),
    }
    return Case(costs, settings, requests)


@dataclass(frozen=True)
class Prices:
    """Of the model at hand and of the one that a route goes to; of a cache read, times fresh input; of the batch tier,
    times the standard one."""

    now: Price
    to: Price
    cache_read: Decimal
    batch: Decimal

    def setting(self, lever: str, of: Decimal) -> Setting:
        """``lever`` taking the share ``of``. Raises ValueError as the functions below."""
        if lever == "route":
            return routed(of, self.now, self.to)
        if lever == "cache":
            return cached(of, self.cache_read)
        return batched(of, self.batch) if lever == "batch" else share(of)


def share(of: Decimal) -> Setting:
    """A lever that takes a known share: the three cases are one."""
    return Setting(_known(of))


def routed(of: Decimal, now: Price, to: Price) -> Setting:
    """A share of the calls at another model's price, with as many tokens. Raises ValueError where ``now`` is free."""
    if min(now.input_usd, now.output_usd) <= 0:
        raise ValueError("what is free is not routed: both prices of the present model must be above zero")
    prices = {**dict.fromkeys(INPUT, to.input_usd / now.input_usd), "output": to.output_usd / now.output_usd}
    return Setting(_known(of), prices)


def cached(of: Decimal, read_price: Decimal) -> Setting:
    """A share of the input read from the provider's cache, at ``read_price`` times the price of fresh input."""
    return Setting(_known(of), {"input": read_price})


def batched(of: Decimal, price: Decimal) -> Setting:
    """A share of the calls at the batch tier, at ``price`` times the standard one."""
    return Setting(_known(of), dict.fromkeys((*INPUT, "output"), price))


def _known(value: Decimal) -> Ends:
    return Ends(value, value, value)
