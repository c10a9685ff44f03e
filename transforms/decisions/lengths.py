"""How long answers are, and what that makes of self-hosting: the same fleet serves five times as many short ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from transforms.decisions.checks import DecisionError, positive
from transforms.decisions.selfhost import BreakEven, Fleet, Request, break_even


@dataclass(frozen=True)
class Band:
    """Requests whose answers have up to ``up_to`` tokens (None: more than all others): sums over them."""

    up_to: int | None
    requests: int
    input_tokens: int
    output_tokens: int
    api_usd: Decimal

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        positive("requests of a band", self.requests)

    @property
    def mean(self) -> Request:
        """Its mean request. Raises DecisionError where nothing was answered."""
        return Request(Decimal(self.output_tokens) / self.requests, Decimal(self.input_tokens) / self.requests)


def by_length(fleet: Fleet, bands: Iterable[Band]) -> list[tuple[Band, BreakEven]]:
    """Each band, and where self-hosting would pay if all requests were like it."""
    return [(band, break_even(fleet, band.mean, band.api_usd / band.requests)) for band in bands]


def together(bands: Iterable[Band]) -> Band:
    """All bands as one: what decides. Raises DecisionError where there is no request."""
    every = list(bands)
    return Band(
        None,
        sum(band.requests for band in every),
        sum(band.input_tokens for band in every),
        sum(band.output_tokens for band in every),
        sum((band.api_usd for band in every), Decimal(0)),
    )


def typical_length(bands: Iterable[Band], share: Decimal) -> int:
    """The upper end of the band by which so many of the requests are told; of the last band its mean."""
    every = list(bands)
    wanted, seen = share * sum(band.requests for band in every), 0
    for band in every:
        seen += band.requests
        if seen >= wanted:
            return band.up_to or int(band.output_tokens / band.requests)
    raise DecisionError("there is no request: no length is typical")
