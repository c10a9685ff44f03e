"""Build or buy: what either costs over a number of months, when the lines cross, and what else speaks for either.

Building costs people until it runs, then running and keeping it; buying costs the requests. Both are paid from the
first month; what serves requests while one builds is no part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from transforms.decisions.checks import DecisionError, not_negative, positive

SCALE = (Decimal(1), Decimal(5))


@dataclass(frozen=True)
class Build:
    """``people`` for ``months_to_build``; from then on running costs and ``keeping_people``, a share of people."""

    months_to_build: int
    people: Decimal
    usd_per_person_month: Decimal
    run_usd_per_month: Decimal
    keeping_people: Decimal

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        for name in self.__dataclass_fields__:
            not_negative(name, getattr(self, name))

    def usd(self, month: int) -> Decimal:
        """What it costs in a month, counted from 1."""
        if month <= self.months_to_build:
            return self.people * self.usd_per_person_month
        return self.run_usd_per_month + self.keeping_people * self.usd_per_person_month


@dataclass(frozen=True)
class Buy:
    """What is bought: a price a request, and perhaps a fee a month."""

    usd_per_request: Decimal
    usd_per_month: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        not_negative("usd_per_request", self.usd_per_request)
        not_negative("usd_per_month", self.usd_per_month)


@dataclass(frozen=True)
class Month:
    """One month, from 1, with running sums of what either has cost by its end."""

    month: int
    requests: Decimal
    build_usd: Decimal
    buy_usd: Decimal
    build_so_far_usd: Decimal
    buy_so_far_usd: Decimal


@dataclass(frozen=True)
class Comparison:
    """All months. ``crosses`` is the first month by whose end building has cost less for good, None: in none."""

    months: Sequence[Month]

    @property
    def requests(self) -> Decimal:
        """Of all months."""
        return sum((month.requests for month in self.months), Decimal(0))

    @property
    def build_usd(self) -> Decimal:
        """Of all months."""
        return self.months[-1].build_so_far_usd

    @property
    def buy_usd(self) -> Decimal:
        """Of all months."""
        return self.months[-1].buy_so_far_usd

    @property
    def crosses(self) -> int | None:
        """See above."""
        dearer = [month.month for month in self.months if month.build_so_far_usd >= month.buy_so_far_usd]
        first = max(dearer, default=0) + 1
        return first if first <= len(self.months) else None

    def even_requests(self, buy: Buy) -> Decimal | None:
        """Requests over all months at which both cost the same; None where a request costs nothing."""
        if not buy.usd_per_request:
            return None
        return (self.build_usd - len(self.months) * buy.usd_per_month) / buy.usd_per_request


def requests_by_month(first: Sequence[Decimal], months: int, growth: Decimal = Decimal(0)) -> list[Decimal]:
    """``months`` volumes: those given, then the last one, growing by ``growth`` a month. Raises DecisionError."""
    positive("months", months)
    if not first:
        raise DecisionError("requests: expected the volume of at least one month")
    for volume in first:
        not_negative("requests", volume)
    if growth <= -1:
        raise DecisionError(f"growth is {growth}, expected more than -1 (−100 % a month)")
    volumes = list(first[:months])
    while len(volumes) < months:
        volumes.append(volumes[-1] * (1 + growth))
    return volumes


def compare(build: Build, buy: Buy, requests: Sequence[Decimal]) -> Comparison:
    """Both over as many months as ``requests`` has volumes. Raises DecisionError."""
    positive("months", len(requests))
    building = [build.usd(month) for month in range(1, len(requests) + 1)]
    buying = [buy.usd_per_month + volume * buy.usd_per_request for volume in requests]
    sums = zip(
        range(1, len(requests) + 1), requests, building, buying, accumulate(building), accumulate(buying), strict=True
    )
    return Comparison([Month(*values) for values in sums])


@dataclass(frozen=True)
class Criterion:
    """What matters beside money: its weight, and how well either does it, from 1 to 5."""

    name: str
    weight: Decimal
    build: Decimal
    buy: Decimal

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        not_negative(f"weight of {self.name}", self.weight)
        for side, score in (("build", self.build), ("buy", self.buy)):
            if not SCALE[0] <= score <= SCALE[1]:
                raise DecisionError(f"score of {self.name} ({side}) is {score}, expected 1 to 5")


USUAL_CRITERIA = (
    Criterion("privacy", Decimal("0.3"), Decimal(5), Decimal(2)),
    Criterion("customisation", Decimal("0.2"), Decimal(4), Decimal(2)),
    Criterion("capacity", Decimal("0.2"), Decimal(3), Decimal(5)),
    Criterion("time to market", Decimal("0.2"), Decimal(2), Decimal(5)),
    Criterion("strategy", Decimal("0.1"), Decimal(3), Decimal(3)),
)
"""To begin with; weights and scores are the reader's own judgement."""


def scores(criteria: Sequence[Criterion]) -> tuple[Decimal, Decimal]:
    """The weighted score of building and of buying. Raises DecisionError unless the weights add up to 1."""
    weights = sum((criterion.weight for criterion in criteria), Decimal(0))
    if weights != 1:
        raise DecisionError(f"weights add up to {weights}, expected 1")
    build = sum((criterion.weight * criterion.build for criterion in criteria), Decimal(0))
    return build, sum((criterion.weight * criterion.buy for criterion in criteria), Decimal(0))
