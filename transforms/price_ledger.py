"""The price ledger: every rate there is, list and contracted, put together from the package, our completion of it and
the user's files. What the builder publishes as `dim_prices`."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from transforms import price_overrides, prices
from transforms.currency import Exchange, read_fx
from transforms.price_overrides import beneath, model_and_tier
from transforms.price_supplement import supplement
from transforms.prices import Rate


@dataclass(frozen=True)
class Text:
    """What a file says, and its name for errors."""

    name: str
    text: str


@dataclass(frozen=True)
class UserFiles:
    """The user's files that prices come from; None where there is none."""

    prices: Text | None = None
    fx: Text | None = None


@dataclass(frozen=True)
class Ledger:
    """All rates, and which of them are the user's own."""

    rates: tuple[Rate, ...]
    own: tuple[Rate, ...]


def ledger(files: UserFiles) -> Ledger:
    """Every rate of this moment. Lists and contracts may hold at the same time; within one class nothing overlaps.

    Raises PriceError or CurrencyError naming file, line and column.
    """
    listed = listed_rates()
    own = _own(files, listed)
    own_list = [rate for rate in own if rate.rate_class == "list"]
    return Ledger(tuple(aligned([*own, *beneath(listed, own_list, model_and_tier)])), tuple(own))


def listed_rates() -> list[Rate]:
    """The list prices we bring along: the package's, and what completes them."""
    packaged = prices.package_rates()
    return [*packaged, *supplement(packaged)]


def _own(files: UserFiles, listed: Sequence[Rate]) -> list[Rate]:
    exchange = read_fx(files.fx.text, files.fx.name) if files.fx else Exchange()
    if files.prices is None:
        return []
    return price_overrides.read_overrides(files.prices.text, files.prices.name, listed, exchange)


def aligned(rates: Iterable[Rate]) -> Iterator[Rate]:
    """Rates cut so that the rows of one card hold for the same interval or for none in common."""
    cards: dict[tuple[object, ...], list[Rate]] = {}
    for rate in rates:
        cards.setdefault(rate.card, []).append(rate)
    for card in cards.values():
        edges = sorted({edge for rate in card for edge in (rate.valid_from, rate.valid_to)})
        for rate in card:
            own = [edge for edge in edges if rate.valid_from <= edge <= rate.valid_to]
            for start, stop in itertools.pairwise(own):
                yield rate if len(own) == 2 else replace(rate, valid_from=start, valid_to=stop)
