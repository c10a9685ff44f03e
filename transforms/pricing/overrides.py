"""The user's own prices: what a price file says beside the list prices, and what it replaces.

A contracted price is stated whole: a kind the user leaves out is billed as `units.BILLED_AS` says, a context
tier's from the tier below. Of two of the user's words about one model and tier the more particular holds: a price
before a discount on named models, that before a discount on the whole provider. Equals must not meet.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from transforms.csv_lines import near
from transforms.pricing.currency import Exchange
from transforms.pricing.model_names import PRICE_LISTS
from transforms.pricing.price_file import OVERRIDE_COLUMNS, Discount, Stated, rates_of, read_price_file
from transforms.pricing.prices import KINDS, SMALLEST, PriceError, Rate
from transforms.pricing.units import BILLED_AS

__all__ = ["OVERRIDE_COLUMNS", "beneath", "read_overrides", "refuse_overlaps", "whole_cards"]

MOST_TIMES_LIST = Decimal(100)
"""A price so many times the list price, or as small a part of it, is a slip of units that its band did not catch
(per thousand typed as per million is one of 1,000)."""


def read_overrides(text: str, name: str, listed: Sequence[Rate] = (), exchange: Exchange | None = None) -> list[Rate]:
    """The user's own rates, contracted and list, as whole cards, from CSV text (`transforms.pricing.price_file`).

    `listed` are the list prices that discounts are taken off and prices are compared with; `name` stands in errors.
    Raises PriceError.
    """
    stated, discounts = read_price_file(text, name, exchange or Exchange())
    _refuse_rows_that_overlap(stated)
    _refuse_other_spellings(stated, listed)
    _refuse_far_from_list(stated, listed)
    own_list = whole_cards(rates_of(stated, "list"))
    base = [*own_list, *beneath(listed, own_list, model_and_tier)]
    return [*own_list, *_contracted(whole_cards(rates_of(stated, "contracted")), discounts, base, name)]


def _contracted(priced: list[Rate], discounts: Sequence[Discount], base: Sequence[Rate], name: str) -> list[Rate]:
    named = _discounted([one for one in discounts if one.models], base, name)
    general = _discounted([one for one in discounts if not one.models], base, name)
    particular = [*priced, *beneath(named, priced, model_and_tier)]
    return [*particular, *beneath(general, particular, model_and_tier)]


def _discounted(discounts: Sequence[Discount], base: Sequence[Rate], name: str) -> list[Rate]:
    rates = [rate for discount in discounts for rate in _off(discount, base)]
    refuse_overlaps(rates, name)
    return rates


def _off(discount: Discount, base: Sequence[Rate]) -> Iterator[Rate]:
    """The list rates that a discount is taken off, less it, while both hold."""
    offered = [rate for rate in base if rate.price_provider == discount.provider and rate.rate_class == "list"]
    names = {rate.price_model for rate in offered}
    if not offered:
        providers = sorted({rate.price_provider for rate in base})
        hint = near(discount.provider, providers)
        discount.line.refuse(f"there are no list prices of provider {discount.provider!r} to take a discount off{hint}")
    for model in discount.models:
        if model not in names:
            discount.line.refuse(f"there is no list price of {discount.provider}/{model}{near(model, sorted(names))}")
    for rate in offered:
        start, stop = max(rate.valid_from, discount.valid_from), min(rate.valid_to, discount.valid_to)
        if rate.price_model in (discount.models or names) and start < stop and _is_in_tier(rate, discount):
            yield replace(
                rate,
                rate_class="contracted",
                unit_price_usd=(rate.unit_price_usd * (100 - discount.percent) / 100).quantize(SMALLEST),
                valid_from=start,
                valid_to=stop,
                source=f"{discount.source}; {discount.percent} % off the list price",
                source_url=None,
                checked_on=None,
            )


def _is_in_tier(rate: Rate, discount: Discount) -> bool:
    return discount.service_tier in {None, rate.service_tier}


def refuse_overlaps(rates: Sequence[Rate], name: str) -> None:
    """Two rates for one thing at one time; a part of the day may differ from all of it."""
    for one, two in _overlapping(rates):
        raise PriceError(f"{name}: {_two_rates(one, two)}")


def _refuse_rows_that_overlap(stated: Sequence[Stated]) -> None:
    lines = {id(one.rate): one.line for one in stated}
    for one, two in _overlapping([one.rate for one in stated]):
        lines[id(two)].refuse(
            f"{_two_rates(one, two)}; the other stands in {lines[id(one)].where}, end it with valid_to"
        )


def _two_rates(one: Rate, two: Rate) -> str:
    return f"{one.price_provider}/{one.price_model} {one.token_kind} has two rates on {two.valid_from.date()}"


def _overlapping(rates: Sequence[Rate]) -> Iterator[tuple[Rate, Rate]]:
    ordered = sorted(rates, key=lambda rate: (repr(_thing(rate)), rate.valid_from))
    for _, group in itertools.groupby(ordered, key=_thing):
        for one, two in itertools.combinations(group, 2):
            if two.valid_from < one.valid_to and _clocks_meet(one, two):
                yield one, two


def _thing(rate: Rate) -> tuple[object, ...]:
    tier = (rate.rate_class, rate.service_tier, rate.region, rate.input_tokens_above)
    return (rate.price_provider, rate.price_model, rate.token_kind, *tier)


def _clocks_meet(one: Rate, two: Rate) -> bool:
    if one.time_from is None or one.time_to is None or two.time_from is None or two.time_to is None:
        return one.time_from is two.time_from
    return one.time_from < two.time_to and two.time_from < one.time_to


def _refuse_other_spellings(stated: Sequence[Stated], listed: Sequence[Rate]) -> None:
    """A listed model under the name that spans give its provider: its price would stand beside its list price."""
    models = {(rate.price_provider, rate.price_model) for rate in listed}
    for one in stated:
        provider = PRICE_LISTS.get(one.rate.price_provider, one.rate.price_provider)
        if provider != one.rate.price_provider and (provider, one.rate.price_model) in models:
            one.line.refuse(
                f"provider is {one.rate.price_provider!r}; the list prices of this model call it {provider!r}"
            )


def _refuse_far_from_list(stated: Sequence[Stated], listed: Sequence[Rate]) -> None:
    """Prices that are a hundredfold off the list price of the same model and kind."""
    wanted = {(one.rate.price_provider, one.rate.price_model, one.rate.token_kind) for one in stated}
    plain = [rate for rate in listed if (rate.price_provider, rate.price_model, rate.token_kind) in wanted]
    for one in stated:
        for rate in plain:
            if _is_same_thing(one.rate, rate) and _is_far(one.rate.unit_price_usd, rate.unit_price_usd):
                one.line.refuse(
                    f"{one.rate.token_kind} of {rate.price_provider}/{rate.price_model} at "
                    f"{one.rate.unit_price_usd.normalize()} USD a {rate.unit} is more than {MOST_TIMES_LIST} times "
                    f"off the list price, {rate.unit_price_usd.normalize()} USD: is the unit right?"
                )


def _is_same_thing(own: Rate, listed: Rate) -> bool:
    return (
        (own.price_provider, own.price_model, own.token_kind, own.service_tier)
        == (listed.price_provider, listed.price_model, listed.token_kind, listed.service_tier)
        and own.valid_from < listed.valid_to
        and listed.valid_from < own.valid_to
        and own.unit == listed.unit
    )


def _is_far(own: Decimal, listed: Decimal) -> bool:
    return own > 0 and listed > 0 and not listed / MOST_TIMES_LIST <= own <= listed * MOST_TIMES_LIST


def model_and_tier(rate: Rate) -> tuple[str, ...]:
    """What a discount and a price must share for the price to hold in its place."""
    return (rate.price_provider, rate.price_model, rate.service_tier)


def beneath(rates: Iterable[Rate], above: Sequence[Rate], key: Callable[[Rate], tuple[str, ...]]) -> list[Rate]:
    """The parts of rates' intervals in which none of ``above`` with an equal key is valid."""
    intervals: dict[tuple[str, ...], set[tuple[object, object]]] = {}
    firsts: dict[tuple[str, ...], list[Rate]] = {}
    for one in above:
        if (one.valid_from, one.valid_to) not in intervals.setdefault(key(one), set()):
            intervals[key(one)].add((one.valid_from, one.valid_to))
            firsts.setdefault(key(one), []).append(one)
    return [part for rate in rates for part in _outside(rate, firsts.get(key(rate), []))]


def _outside(rate: Rate, owns: Sequence[Rate]) -> list[Rate]:
    parts = [rate]
    for own in owns:
        sides = [
            (
                replace(part, valid_to=min(part.valid_to, own.valid_from)),
                replace(part, valid_from=max(part.valid_from, own.valid_to)),
            )
            for part in parts
        ]
        parts = [side for pair in sides for side in pair if side.valid_from < side.valid_to]
    return parts


def whole_cards(rates: Iterable[Rate]) -> list[Rate]:
    """Rates cut at each other's bounds so that the kinds of one card share intervals, each card with all kinds."""
    models: dict[tuple[object, ...], list[Rate]] = {}
    for rate in rates:
        models.setdefault(_family(rate), []).append(rate)
    return [rate for group in models.values() for rate in _cards_of(group)]


def _family(rate: Rate) -> tuple[object, ...]:
    """Cards that differ in nothing but the context tier."""
    clock = (rate.time_from, rate.time_to)
    return (rate.price_provider, rate.price_model, rate.rate_class, rate.service_tier, rate.region, *clock)


def _cards_of(rates: Sequence[Rate]) -> Iterator[Rate]:
    edges = sorted({edge for rate in rates for edge in (rate.valid_from, rate.valid_to)})
    for start, stop in itertools.pairwise(edges):
        valid = [rate for rate in rates if rate.valid_from <= start and stop <= rate.valid_to]
        for above in sorted({rate.input_tokens_above for rate in valid}):
            card = {rate.token_kind: rate for rate in _up_to(valid, above)}
            for kind in [*KINDS, *sorted(card.keys() - KINDS.keys())]:
                source = _own_or_billed_as(card, kind)
                if source is not None:
                    card_row = replace(source, token_kind=kind, input_tokens_above=above)
                    yield replace(card_row, valid_from=start, valid_to=stop)


def _up_to(rates: Sequence[Rate], above: int) -> list[Rate]:
    """Rates that hold in a context tier, those of higher tiers last."""
    below = [rate for rate in rates if rate.input_tokens_above <= above]
    return sorted(below, key=lambda rate: rate.input_tokens_above)


def _own_or_billed_as(card: dict[str, Rate], kind: str) -> Rate | None:
    if kind in card:
        return card[kind]
    return _own_or_billed_as(card, BILLED_AS[kind]) if kind in BILLED_AS else None
