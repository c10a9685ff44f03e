"""What one call costs by a set of rates: the models' rule (`dbt_project/macros/prices.sql`) for one call at a time, in
whole pico-dollars, for answers that cannot wait for a build.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from transforms.pricing.model_names import ModelNames
from transforms.pricing.prices import STANDARD

PICO = 10**12
_KINDS = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "output_reasoning", "request")
_MIDNIGHT = time.max


@dataclass(frozen=True)
class Usage:
    """The canonical counts of one call; None where nobody said. Parts are parts of their wholes."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    reasoning_tokens: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything can be counted."""
        return self.input_tokens is not None or self.output_tokens is not None

    @property
    def tokens(self) -> int:
        """All that was read and produced."""
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def kinds(self, *, has_reasoning: bool) -> dict[str, int]:
        """Tokens of each disjoint kind."""
        written = next((n for n in (self.cache_write_tokens, self.cache_write_1h_tokens) if n is not None), 0)
        cached, hour = self.cached_input_tokens or 0, self.cache_write_1h_tokens or 0
        produced = next((n for n in (self.output_tokens, self.reasoning_tokens) if n is not None), 0)
        reasoning = (self.reasoning_tokens or 0) if has_reasoning else 0
        return {
            "input": 0 if self.input_tokens is None else self.input_tokens - cached - written,
            "cache_read": cached,
            "cache_write": written - hour,
            "cache_write_1h": hour,
            "output": produced - reasoning,
            "output_reasoning": reasoning,
        }


@dataclass(frozen=True)
class Asked:
    """Which price is asked for."""

    provider: str | None
    models: tuple[str, ...]  # the one that answered, then the one that was asked
    at: datetime
    service_tier: str | None = None
    region: str | None = None


@dataclass
class _Card:
    rank: tuple[bool, bool, bool]  # a contracted rate, an own region and a time of day come first
    row: Mapping[str, Any]
    prices: dict[str, int]


class Rates:
    """Rates as rows of dim_prices, and ``names``: what pairs of provider and model name mean, beyond the lists."""

    def __init__(
        self, rows: Iterable[Mapping[str, Any]], names: Mapping[tuple[str | None, str], tuple[str, str] | None]
    ) -> None:
        self._cards: defaultdict[tuple[str, str], dict[tuple[Any, ...], _Card]] = defaultdict(dict)
        for row in rows:
            if row["token_kind"] in _KINDS:
                self._add(row)
        self._names = dict(names)
        self._resolver = ModelNames(frozenset(self._cards), {})

    def model(self, provider: str | None, names: Iterable[str]) -> tuple[str, str] | None:
        """The price list and its model that the first name means that means one."""
        for name in names:
            if (provider, name) not in self._names:
                found = self._resolver.resolve(provider, name)
                self._names[provider, name] = (found.price_provider, found.price_model) if found else None
            if meant := self._names[provider, name]:
                return meant
        return None

    def cost(self, asked: Asked, usage: Usage) -> int | None:
        """Pico-dollars; None where the model, or something that was used, has no price or the counts contradict each
        other."""
        meant = self.model(asked.provider, asked.models)
        card = self._card(meant, asked, usage.input_tokens or 0) if meant else None
        if card is None or not usage.is_known:
            return None
        kinds = usage.kinds(has_reasoning="output_reasoning" in card.prices)
        if min(kinds.values()) < 0 or any(count and kind not in card.prices for kind, count in kinds.items()):
            return None
        fee = card.prices.get("request", 0) if usage.output_tokens is not None else 0
        return fee + sum(count * card.prices.get(kind, 0) for kind, count in kinds.items())

    def standard(self, at: datetime) -> dict[str, dict[str, int]]:
        """By `list/model` what a unit of each kind costs at that time at the standard tier, the lowest context tier and
        any region."""
        found = {}
        for (price_list, model), cards in self._cards.items():
            fitting = [one for one in cards.values() if _is_plain(one.row, at)]
            if fitting:
                found[f"{price_list}/{model}"] = min(fitting, key=lambda one: one.rank).prices
        return found

    def meanings(self) -> dict[str, list[str]]:
        """What `name`, and `provider/name`, mean: models of price lists by their own names, and the names known."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for price_list, model in self._cards:
            for name in (model, f"{price_list}/{model}"):
                found[name].add(f"{price_list}/{model}")
        for (provider, name), meant in self._names.items():
            if meant:
                found[f"{provider}/{name}" if provider else name].add("/".join(meant))
        return {name: sorted(meant) for name, meant in found.items()}

    def _add(self, row: Mapping[str, Any]) -> None:
        key = tuple(
            row[name]
            for name in (
                *("rate_class", "service_tier", "region", "input_tokens_above"),
                *("valid_from", "valid_to", "time_from", "time_to"),
            )
        )
        cards = self._cards[row["price_provider"], row["price_model"]]
        if key not in cards:
            rank = (row["rate_class"] == "list", row["region"] is None, row["time_from"] is None)
            cards[key] = _Card(rank, row, {})
        cards[key].prices[row["token_kind"]] = int(Decimal(row["unit_price_usd"]) * PICO)

    def _card(self, meant: tuple[str, str], asked: Asked, input_tokens: int) -> _Card | None:
        tier = (asked.service_tier or STANDARD).lower()
        fitting = [
            ((one.row["service_tier"] != tier, *one.rank, -one.row["input_tokens_above"]), number, one)
            for number, one in enumerate(self._cards.get(meant, {}).values())
            if one.row["service_tier"] in (STANDARD, tier)
            and one.row["valid_from"] <= asked.at < one.row["valid_to"]
            and input_tokens > one.row["input_tokens_above"]
            and one.row["region"] in (None, asked.region)
            and _is_open(one.row, asked.at.time())
        ]
        return min(fitting)[-1] if fitting else None


def _is_plain(row: Mapping[str, Any], at: datetime) -> bool:
    is_standard = row["service_tier"] == STANDARD and row["region"] is None and row["time_from"] is None
    return is_standard and row["input_tokens_above"] < 0 and row["valid_from"] <= at < row["valid_to"]


def _is_open(row: Mapping[str, Any], at: time) -> bool:
    opens, closes = row["time_from"], row["time_to"]
    return opens is None or (opens <= at and (at < closes or closes == _MIDNIGHT))
