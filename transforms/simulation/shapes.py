"""The calls of a period as levers see them: like calls summed (`rpt_call_shapes`), and what is usual for their step."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_DOWN, Decimal, localcontext
from functools import cached_property
from typing import Any

from transforms.budgets.evidence import Evidence
from transforms.simulation.levers import NOTHING, ONE
from transforms.simulation.sequence import EXACT, PICO

FEWEST_CALLS = 20
"""Of a step and model, below which nothing is said of what is usual."""


@dataclass(frozen=True)
class Shape:
    """A row of `rpt_call_shapes`, summed over days; the columns mean what they do there."""

    organization: str
    environment: str | None
    workflow_id: str | None
    step: str | None
    traffic_source: str
    model: str | None
    price_provider: str | None
    price_model: str | None
    service_tier: str
    paid_again: str
    asked_again: str
    is_cache_hit: bool
    input_tokens_to: int | None
    output_tokens_to: int | None
    calls: int
    unknown_cost_calls: int
    input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cost_usd: Decimal
    input_cost_usd: Decimal
    cache_read_cost_usd: Decimal
    cache_write_cost_usd: Decimal
    output_cost_usd: Decimal

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Shape":
        """From a row that may have more columns."""
        return cls(**{field.name: row[field.name] for field in fields(cls)})

    @property
    def step_key(self) -> tuple[str | None, ...]:
        """The step it belongs to."""
        return self.organization, self.environment, self.workflow_id, self.step, self.traffic_source

    @property
    def fresh_tokens(self) -> int:
        """Input neither read from a cache nor written to one."""
        return self.input_tokens - self.cached_input_tokens - self.cache_write_tokens

    def costs(self) -> dict[str, Decimal]:
        """What they cost by part; adds up to `cost_usd`. Where a provider billed less than the parts come to, each part
        is less by the same share."""
        parts = {
            "input": self.input_cost_usd,
            "cache_read": self.cache_read_cost_usd,
            "cache_write": self.cache_write_cost_usd,
            "output": self.output_cost_usd,
        }
        whole = sum(parts.values())
        if whole > self.cost_usd:
            with localcontext(EXACT):
                parts = {
                    name: (cost * self.cost_usd / whole).quantize(PICO, rounding=ROUND_DOWN)
                    for name, cost in parts.items()
                }
        return {**parts, "other": self.cost_usd - sum(parts.values())}


@dataclass(frozen=True)
class Prices:
    """Of a model of a price list, as multiples: ``batch`` of the standard tier's price by part, ``cache_read`` of fresh
    input; without an entry, None, where there is no such price."""

    batch: Mapping[str, Decimal]
    cache_read: Decimal | None = None


@dataclass(frozen=True)
class CacheSeen:
    """What a step's calls of one model show of the provider's cache. ``hit_share``: of the calls; ``part``: of a hit's
    input that was read from it; ``price``: of a token read, as a multiple of a fresh one's; ``shortest``: no input of
    the step has fewer tokens."""

    calls: int
    hit_share: Decimal
    part: Decimal
    price: Decimal | None
    shortest: int


@dataclass(frozen=True)
class Step:
    """All shapes of a step, and what is known of it beside them."""

    shapes: Sequence[Shape]
    evidence: Sequence[Evidence]
    prices: Mapping[tuple[str | None, str | None], Prices]

    @cached_property
    def usual_input(self) -> int | None:
        """The power of two that half of the calls do not exceed; None where that cannot be said."""
        return _usual((shape.input_tokens_to, shape.calls) for shape in self.shapes)

    @cached_property
    def usual_output(self) -> int | None:
        """The same of what they produce."""
        return _usual((shape.output_tokens_to, shape.calls) for shape in self.shapes)

    @cached_property
    def cache(self) -> Mapping[str | None, CacheSeen]:
        """By model."""
        found: defaultdict[str | None, list[Shape]] = defaultdict(list)
        for shape in self.shapes:
            if shape.input_tokens_to is not None:
                found[shape.model].append(shape)
        return {model: _seen(of, self.prices) for model, of in found.items()}


def steps(
    shapes: Iterable[Shape],
    evidence: Mapping[tuple[str | None, ...], Sequence[Evidence]],
    prices: Mapping[tuple[str | None, str | None], Prices],
) -> list[Step]:
    """Shapes by step. ``evidence`` is by organization, workflow and step."""
    found: defaultdict[tuple[str | None, ...], list[Shape]] = defaultdict(list)
    for shape in shapes:
        found[shape.step_key].append(shape)
    return [Step(of, evidence.get((key[0], key[2], key[3]), ()), prices) for key, of in found.items()]


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """With twelve decimals, as it is kept."""
    with localcontext(EXACT):
        return (Decimal(part) / Decimal(whole)).quantize(PICO)


def _usual(lengths: Iterable[tuple[int | None, int]]) -> int | None:
    known = sorted((length, calls) for length, calls in lengths if length is not None)
    all_calls, so_far = sum(calls for _, calls in known), 0
    if all_calls < FEWEST_CALLS:
        return None
    for length, calls in known:
        so_far += calls
        if 2 * so_far >= all_calls:
            return length
    raise AssertionError(f"no half of {all_calls} calls")


def _seen(shapes: Sequence[Shape], prices: Mapping[tuple[str | None, str | None], Prices]) -> CacheSeen:
    hits = [shape for shape in shapes if shape.is_cache_hit]
    calls, read = sum(shape.calls for shape in shapes), sum(shape.cached_input_tokens for shape in hits)
    whole = sum(shape.input_tokens for shape in hits)
    return CacheSeen(
        calls,
        ratio(sum(shape.calls for shape in hits), calls),
        ratio(read, whole) if whole else NOTHING,
        _read_price(shapes, prices),
        min(shape.input_tokens_to or 0 for shape in shapes) // 2,
    )


def _read_price(shapes: Sequence[Shape], prices: Mapping[tuple[str | None, str | None], Prices]) -> Decimal | None:
    """As paid, else as the price list says."""
    read, fresh = (sum(getattr(shape, name) for shape in shapes) for name in ("cached_input_tokens", "fresh_tokens"))
    paid, fresh_paid = (sum(getattr(shape, f"{name}_cost_usd") for shape in shapes) for name in ("cache_read", "input"))
    if read > 0 and fresh > 0 and fresh_paid > 0:
        found = ratio(paid * fresh, fresh_paid * read)
    else:
        listed = prices.get((shapes[0].price_provider, shapes[0].price_model))
        found = listed.cache_read if listed and listed.cache_read is not None else ONE
    return found if found < 1 else None
