"""Self-hosting against the load as it was, hour by hour: what a fleet serves, what is too much for it and goes to the
API all the same, and from which multiple of that load on it pays.

Requests of an hour are served in that hour: a fleet that idles at night cannot serve the noon's requests then. An hour
is full when the fleet has served for the share of it that is its `utilisation`, so all hours full are its capacity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from transforms.decisions.checks import HOUR_SECONDS, DecisionError
from transforms.decisions.selfhost import Fleet

MOST_MONTHS = 120


@dataclass(frozen=True)
class Hour:
    """What was asked for in one hour, and what the API took for it."""

    requests: int
    input_tokens: int
    output_tokens: int
    api_usd: Decimal


@dataclass(frozen=True)
class Served:
    """Figures a month, US dollars: all at the API; the fleet; what the API still takes for what the fleet cannot serve.

    ``busy`` is the mean share of its speed that the fleet is used at, ``peak`` the greatest hour's need ÷ what may be
    served in an hour, ``full_hours`` the share of hours with more than that.
    """

    api_usd: Decimal
    fleet_usd: Decimal
    overflow_usd: Decimal
    share_served: Decimal
    busy: Decimal
    peak: Decimal
    full_hours: Decimal

    @property
    def own_usd(self) -> Decimal:
        """The fleet and the API for the rest."""
        return self.fleet_usd + self.overflow_usd

    @property
    def saving_usd(self) -> Decimal:
        """Below zero where the fleet costs more than it spares."""
        return self.api_usd - self.own_usd


@dataclass(frozen=True)
class Curve:
    """A load of ``window_hours`` hours, of which ``hours`` had requests. Raises DecisionError where none had."""

    hours: Sequence[Hour]
    window_hours: int

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        if not any(hour.output_tokens for hour in self.hours):
            raise DecisionError("the load has no output tokens: there is nothing to serve")
        if self.window_hours < len(self.hours):
            raise DecisionError(f"the load has {len(self.hours)} hours in a window of {self.window_hours}")

    @property
    def requests(self) -> int:
        """Of the whole window."""
        return sum(hour.requests for hour in self.hours)

    def a_month(self, amount: Decimal | int, fleet: Fleet) -> Decimal:
        """What ``amount`` in the window comes to in a month of the fleet."""
        return amount * fleet.hours_per_month / self.window_hours

    def served(self, fleet: Fleet, factor: Decimal = Decimal(1)) -> Served:
        """This load, ``factor`` times as large, on ``fleet``."""
        room = fleet.seconds_per_hour
        needs = [factor * fleet.seconds(hour.input_tokens, hour.output_tokens) for hour in self.hours]
        shares = [min(Decimal(1), room / need) if need else Decimal(1) for need in needs]
        api = factor * sum(hour.api_usd for hour in self.hours)
        overflow = factor * sum(
            ((1 - share) * hour.api_usd for share, hour in zip(shares, self.hours, strict=True)), Decimal(0)
        )
        done = sum((share * need for share, need in zip(shares, needs, strict=True)), Decimal(0))
        return Served(
            api_usd=self.a_month(api, fleet),
            fleet_usd=fleet.usd_per_month,
            overflow_usd=self.a_month(overflow, fleet),
            share_served=done / sum(needs, Decimal(0)),
            busy=done / (self.window_hours * HOUR_SECONDS),
            peak=max(needs) / room,
            full_hours=Decimal(sum(need > room for need in needs)) / self.window_hours,
        )

    def crossing(self, fleet: Fleet) -> Decimal | None:
        """The multiple of this load from which on ``fleet`` pays; None: at no multiple, full hours and all.

        What it spares grows with the load, each hour up to where that hour is full: a line that bends at each hour's
        own multiple, so the crossing is found exactly by walking along the bends.
        """
        room, fixed = fleet.seconds_per_hour, fleet.usd_per_month * self.window_hours / fleet.hours_per_month
        bends = sorted(
            (room / need, hour.api_usd)
            for hour in self.hours
            if (need := fleet.seconds(hour.input_tokens, hour.output_tokens))
        )
        spared, growing = Decimal(0), sum((usd for _, usd in bends), Decimal(0))
        for bend, usd in bends:
            if growing > 0 and spared + bend * growing >= fixed:
                return (fixed - spared) / growing
            spared, growing = spared + bend * usd, growing - usd
        return None


def months_until(factor: Decimal, growth: Decimal) -> int | None:
    """Months until a load that grows by ``growth`` a month is ``factor`` times today's; 0: it is, None: not in ten
    years. Raises DecisionError."""
    if growth <= -1:
        raise DecisionError(f"growth is {growth}, expected more than -1 (−100 % a month)")
    level = Decimal(1)
    for month in range(MOST_MONTHS + 1):
        if level >= factor:
            return month
        level *= 1 + growth
    return None
