"""Where unit economics go: a month's figures carried on by growth and efficiency, and the month in which they turn.

Rates are known as ranges. The month of turning gets its range by running paths: each draws its rates once, as they are
unknown rather than unsteady, and turns in a month of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from transforms.decisions.checks import DecisionError
from transforms.decisions.rates import Rate
from transforms.decisions.unit_economics import Unit

PATHS, SEED = 4000, 20240229
MOST_MONTHS = 120
NORMAL_90 = NormalDist().inv_cdf(0.9)
ROUNDING = 1e-12
"""Margins of paths are floats: one that is the target to the last digit may come out so much below it."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Growth:
    """Changes a month. ``efficiency`` is how much cheaper a request gets; other costs stay as they are."""

    users: Rate
    requests_per_user: Rate
    revenue_per_user: Rate
    efficiency: Rate

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        if self.efficiency.high >= 1:
            raise DecisionError(
                f"efficiency is up to {self.efficiency.high}, expected below 1: requests cost something"
            )

    @property
    def cost_per_request(self) -> Rate:
        """The other side of efficiency."""
        return Rate(-self.efficiency.expected, -self.efficiency.high, -self.efficiency.low)


def project(now: Unit, growth: Growth, months: int) -> list[Unit]:
    """``now`` and the ``months`` after it, at the expected rates. Raises DecisionError."""
    if not 1 <= months <= MOST_MONTHS:
        raise DecisionError(f"months is {months}, expected 1 to {MOST_MONTHS}")
    return [_after(now, growth, month) for month in range(months + 1)]


def _after(now: Unit, growth: Growth, months: int) -> Unit:
    users = (1 + growth.users.expected) ** months
    requests = users * (1 + growth.requests_per_user.expected) ** months
    revenue = users * (1 + growth.revenue_per_user.expected) ** months
    return Unit(
        cost_usd=now.cost_usd * requests * (1 - growth.efficiency.expected) ** months,
        revenue_usd=_grown(now.revenue_usd, revenue),
        requests=_grown(now.requests, requests),
        active_users=_grown(now.active_users, users),
        other_cost_usd=now.other_cost_usd,
        known_share=now.known_share,
    )


def _grown(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


@dataclass(frozen=True)
class Turning:
    """The month, 0 being the present one, in which the margin comes to the target, or falls below it where it stands
    there now (``is_there_now``). Of all paths one in ten has turned by ``p10``, half by ``p50``, nine in ten by
    ``p90``; None: not within the months looked at. ``share_never`` do not turn in them. The margins are quantiles of
    paths by month.
    """

    is_there_now: bool
    expected: int | None
    p10: int | None
    p50: int | None
    p90: int | None
    share_never: float
    margin_p10: Sequence[float]
    margin_p50: Sequence[float]
    margin_p90: Sequence[float]


def turning(now: Unit, growth: Growth, months: int, target: Decimal) -> Turning:
    """Run the paths. The same figures give the same paths. Raises DecisionError."""
    margins = [_margin(unit) for unit in project(now, growth, months)]
    is_there = margins[0] >= target
    paths = _margins(now, growth, months)
    turned = (paths >= float(target) - ROUNDING) != is_there
    turned[:, 0] = False  # the present month is where the margin stands: nothing has turned yet
    firsts = np.where(turned.any(axis=1), turned.argmax(axis=1), months + 1)
    low, middle, high = np.quantile(paths, (0.1, 0.5, 0.9), axis=0)
    return Turning(
        is_there_now=is_there,
        expected=next((month for month, margin in enumerate(margins) if (margin >= target) != is_there), None),
        p10=_month(firsts, 0.1, months),
        p50=_month(firsts, 0.5, months),
        p90=_month(firsts, 0.9, months),
        share_never=float((firsts > months).mean()),
        margin_p10=low.tolist(),
        margin_p50=middle.tolist(),
        margin_p90=high.tolist(),
    )


def _margin(unit: Unit) -> Decimal:
    if unit.gross_margin is None:
        raise DecisionError("there is no revenue; a margin needs one")
    return unit.gross_margin


def _factors(rate: Rate, generator: np.random.Generator) -> Floats:
    """Draws of 1 + rate, one a path: two halves of log-normal distributions that meet at the expected one."""
    normal = generator.standard_normal(PATHS)
    low, middle, high = (math.log1p(end) for end in (rate.low, rate.expected, rate.high))
    reach = np.where(normal < 0, middle - low, high - middle) / NORMAL_90
    return np.asarray(np.exp(middle + normal * reach))


def _margins(now: Unit, growth: Growth, months: int) -> Floats:
    """Gross margin by path and month. Only shares of revenue enter, so nothing here is an amount of money."""
    assert now.revenue_usd
    generator = np.random.default_rng(SEED)
    rates = (growth.users, growth.requests_per_user, growth.revenue_per_user, growth.cost_per_request)
    users, requests, revenue, price = (_factors(rate, generator)[:, None] for rate in rates)
    month = np.arange(months + 1)
    cost = float(now.cost_usd / now.revenue_usd) * (requests * price / revenue) ** month
    other = float(now.other_cost_usd / now.revenue_usd) * (1 / (users * revenue)) ** month
    return np.asarray(1 - cost - other)


def _month(firsts: npt.NDArray[np.int64], share: float, months: int) -> int | None:
    """The month by which so many paths have turned."""
    month = int(np.sort(firsts)[int(np.ceil(share * len(firsts))) - 1])
    return month if month <= months else None
