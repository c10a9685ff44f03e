"""The price ledger: every rate there is, list and contracted, put together from the package, our completion of it and
the user's files. What the builder publishes as `dim_prices`."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from transforms.pricing import deployments, overrides, prices
from transforms.pricing.currency import CurrencyError, Exchange, read_fx
from transforms.pricing.model_aliases import Aliases, read_aliases
from transforms.pricing.overrides import beneath, model_and_tier, refuse_overlaps, whole_cards
from transforms.pricing.prices import PriceError, Rate
from transforms.pricing.supplement import supplement


@dataclass(frozen=True)
class Text:
    """What a file says, and its name for errors."""

    name: str
    text: str


@dataclass(frozen=True)
class UserFiles:
    """The user's files that prices come from; None where there is none."""

    prices: Text | None = None
    deployments: Text | None = None
    fx: Text | None = None
    model_names: Text | None = None


@dataclass(frozen=True)
class Ledger:
    """All rates; which of them are the user's own; and what names need beside the package's lists: models they lack,
    and the user's aliases."""

    rates: tuple[Rate, ...]
    own: tuple[Rate, ...]
    models: frozenset[tuple[str, str]]
    aliases: Aliases = field(default_factory=dict)


def ledger(files: UserFiles) -> Ledger:
    """Every rate of this moment. Lists and contracts may hold at the same time; within one class nothing overlaps.

    Raises PriceError naming file, line and column.
    """
    packaged = prices.package_rates()
    listed = [*packaged, *supplement(packaged)]
    own = _own(files, listed)
    own_list = [rate for rate in own if rate.rate_class == "list"]
    rates = tuple(aligned([*own, *beneath(listed, own_list, model_and_tier)]))
    models, known = _models(rates), _models(packaged)
    names = files.model_names
    aliases = read_aliases(names.text, names.name, models) if names else {}
    return Ledger(rates, tuple(own), (models - known) | _models(own), aliases)


def exchange_of(files: UserFiles) -> Exchange:
    """The exchange rates of the user's files; none at all where there is no such file. Raises PriceError."""
    try:
        return read_fx(files.fx.text, files.fx.name) if files.fx else Exchange()
    except CurrencyError as error:
        raise PriceError(str(error)) from error


def _models(rates: Iterable[Rate]) -> frozenset[tuple[str, str]]:
    return frozenset((rate.price_provider, rate.price_model) for rate in rates)


def _own(files: UserFiles, listed: Sequence[Rate]) -> list[Rate]:
    run, priced = files.deployments, files.prices
    served = [deployments.rates(one) for one in deployments.read_deployments(run.text, run.name)] if run else []
    own = whole_cards(itertools.chain.from_iterable(served))
    if priced:
        own += overrides.read_overrides(priced.text, priced.name, listed, exchange_of(files))
    refuse_overlaps(own, " and ".join(file.name for file in (priced, run) if file))
    return own


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
