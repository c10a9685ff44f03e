"""Self-hosting against an API at an even load: where the cost lines meet, and whether the machines can serve that much.

A fleet costs the same a month whatever it serves; the API costs the same a request. They meet at fixed cost ÷ cost of a
request, which means nothing unless the fleet can serve so many: so capacity stands beside it, and the number of GPUs
from which on the two meet at all.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from transforms.decisions.checks import HOUR_SECONDS, MILLION, not_negative, part, positive

HOURS_PER_MONTH = Decimal(720)


@dataclass(frozen=True)
class Fleet:
    """Machines that serve one model. Speeds are tokens a second of all of them together, many requests at once;
    ``utilisation`` is the share of the time in which they serve at that speed. Money is US dollars a month."""

    gpus: int
    usd_per_gpu_hour: Decimal
    tokens_per_second: Decimal
    utilisation: Decimal
    engineering_usd: Decimal = Decimal(0)
    infrastructure_usd: Decimal = Decimal(0)
    prefill_tokens_per_second: Decimal | None = None  # None: reading the input takes no time worth counting
    hours_per_month: Decimal = HOURS_PER_MONTH

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        for name in ("gpus", "usd_per_gpu_hour", "tokens_per_second", "hours_per_month"):
            positive(name, getattr(self, name))
        part("utilisation", self.utilisation)
        not_negative("engineering_usd", self.engineering_usd)
        not_negative("infrastructure_usd", self.infrastructure_usd)
        if self.prefill_tokens_per_second is not None:
            positive("prefill_tokens_per_second", self.prefill_tokens_per_second)

    @property
    def gpu_usd(self) -> Decimal:
        """What the GPUs cost a month."""
        return self.gpus * self.usd_per_gpu_hour * self.hours_per_month

    @property
    def staff_usd(self) -> Decimal:
        """What does not grow with the GPUs: engineering and infrastructure, a month."""
        return self.engineering_usd + self.infrastructure_usd

    @property
    def usd_per_month(self) -> Decimal:
        """All of it, served or idle."""
        return self.gpu_usd + self.staff_usd

    @property
    def seconds_per_hour(self) -> Decimal:
        """Seconds of an hour in which it serves."""
        return self.utilisation * HOUR_SECONDS

    @property
    def seconds_per_month(self) -> Decimal:
        """Seconds a month in which it serves."""
        return self.hours_per_month * self.seconds_per_hour

    def seconds(self, input_tokens: Decimal | int, output_tokens: Decimal | int) -> Decimal:
        """Seconds of the whole fleet that so many tokens take."""
        reading = (
            Decimal(0) if self.prefill_tokens_per_second is None else input_tokens / self.prefill_tokens_per_second
        )
        return reading + output_tokens / self.tokens_per_second

    def resized(self, gpus: int) -> "Fleet":
        """As many other GPUs of the same kind: speed grows with them, staff does not."""
        prefill = self.prefill_tokens_per_second
        return replace(
            self,
            gpus=gpus,
            tokens_per_second=self.tokens_per_second * gpus / self.gpus,
            prefill_tokens_per_second=None if prefill is None else prefill * gpus / self.gpus,
        )


@dataclass(frozen=True)
class Request:
    """The mean request. Costs are linear in tokens, so the mean of a distribution decides and its spread does not."""

    output_tokens: Decimal
    input_tokens: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        positive("output_tokens", self.output_tokens)
        not_negative("input_tokens", self.input_tokens)


def api_usd(request: Request, output_usd: Decimal, input_usd: Decimal = Decimal(0)) -> Decimal:
    """What one request costs at the API; prices are US dollars per million tokens. Raises DecisionError."""
    not_negative("output price", output_usd)
    not_negative("input price", input_usd)
    return (request.output_tokens * output_usd + request.input_tokens * input_usd) / MILLION


@dataclass(frozen=True)
class BreakEven:
    """Where the cost lines meet, in requests a month; None: never, as the API costs nothing.

    ``gpus`` is the fewest GPUs of this kind that can serve the volume at which they pay for themselves and the staff,
    and ``requests_with_gpus`` that volume; None: no number can, a GPU at its capacity costs more than the API.
    """

    usd_per_request: Decimal
    fleet_usd: Decimal
    requests: Decimal | None
    capacity_requests: Decimal
    gpus: int | None
    requests_with_gpus: Decimal | None

    @property
    def is_within_capacity(self) -> bool:
        """Whether the fleet as it stands can serve the volume at which it pays."""
        return self.requests is not None and self.requests <= self.capacity_requests


def break_even(fleet: Fleet, request: Request, usd_per_request: Decimal) -> BreakEven:
    """Compare ``fleet`` with an API that takes ``usd_per_request``. Raises DecisionError."""
    not_negative("usd_per_request", usd_per_request)
    capacity = fleet.seconds_per_month / fleet.seconds(request.input_tokens, request.output_tokens)
    gpus = _fewest_gpus(fleet, capacity, usd_per_request)
    return BreakEven(
        usd_per_request=usd_per_request,
        fleet_usd=fleet.usd_per_month,
        requests=fleet.usd_per_month / usd_per_request if usd_per_request else None,
        capacity_requests=capacity,
        gpus=gpus,
        requests_with_gpus=None if gpus is None else fleet.resized(gpus).usd_per_month / usd_per_request,
    )


def _fewest_gpus(fleet: Fleet, capacity: Decimal, usd_per_request: Decimal) -> int | None:
    """The first number of GPUs whose capacity at the API's price is worth what they and the staff cost."""
    gain = (capacity * usd_per_request - fleet.gpu_usd) / fleet.gpus
    if gain <= 0:
        return None
    return max(1, int((fleet.staff_usd / gain).to_integral_value(ROUND_CEILING)))
