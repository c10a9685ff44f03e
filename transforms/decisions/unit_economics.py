"""Unit economics: what is earned and spent on one request and one user, and how that is to be judged.

Where calls of unknown cost are among those behind it, spend is at least what it says, so a margin is at most what it
says: only "concerning" stands then whatever is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from transforms.decisions.checks import LEAST_KNOWN, known_share, not_negative, part

CONCERNING = "concerning"


@dataclass(frozen=True)
class Scale:
    """Two limits that part concerning, acceptable and good; on a limit it is acceptable."""

    low: Decimal
    high: Decimal
    is_high_good: bool

    def judge(self, value: Decimal | None) -> str | None:
        """good, acceptable or concerning; None for what is not known."""
        if value is None:
            return None
        if self.low <= value <= self.high:
            return "acceptable"
        return "good" if (value > self.high) == self.is_high_good else CONCERNING


AI_COST_RATIO = Scale(Decimal("0.2"), Decimal("0.5"), is_high_good=False)
GROSS_MARGIN = Scale(Decimal("0.3"), Decimal("0.6"), is_high_good=True)
COST_PER_REQUEST = Scale(Decimal("0.01"), Decimal("0.1"), is_high_good=False)
"""US dollars."""

SCALES = {"ai_cost_ratio": AI_COST_RATIO, "gross_margin": GROSS_MARGIN, "cost_per_request_usd": COST_PER_REQUEST}


@dataclass(frozen=True)
class Unit:
    """A month of a product: US dollars spent on models and otherwise, earned, and what for. None: not known.
    ``known_share``: of the calls behind ``cost_usd``, those of known cost."""

    cost_usd: Decimal
    revenue_usd: Decimal | None = None
    requests: Decimal | None = None
    active_users: Decimal | None = None
    other_cost_usd: Decimal = Decimal(0)
    known_share: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        """Raises DecisionError."""
        part("known_share", self.known_share)
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if value is not None:
                not_negative(name, value)

    @property
    def cost_per_request_usd(self) -> Decimal | None:
        """Spend on models ÷ requests."""
        return _ratio(self.cost_usd, self.requests)

    @property
    def cost_per_user_usd(self) -> Decimal | None:
        """Spend on models ÷ active users."""
        return _ratio(self.cost_usd, self.active_users)

    @property
    def revenue_per_user_usd(self) -> Decimal | None:
        """Revenue ÷ active users."""
        return None if self.revenue_usd is None else _ratio(self.revenue_usd, self.active_users)

    @property
    def ai_cost_ratio(self) -> Decimal | None:
        """Spend on models ÷ revenue."""
        return _ratio(self.cost_usd, self.revenue_usd)

    @property
    def gross_margin(self) -> Decimal | None:
        """What is left of revenue after models and other costs of serving, ÷ revenue."""
        if not self.revenue_usd:
            return None
        return (self.revenue_usd - self.cost_usd - self.other_cost_usd) / self.revenue_usd

    @property
    def is_at_least(self) -> bool:
        """Whether the spend is at least what it says: calls of unknown cost are beside it."""
        return self.known_share < 1

    @property
    def judged(self) -> dict[str, str | None]:
        """Each measure of `SCALES` with its judgement; None also where too much is unknown for one."""
        return {name: self._judged(scale.judge(getattr(self, name))) for name, scale in SCALES.items()}

    def _judged(self, said: str | None) -> str | None:
        return said if said == CONCERNING or self.known_share >= LEAST_KNOWN else None


def share_known(month: Mapping[str, Any]) -> Decimal:
    """`known_share` of a row of `rpt_unit_economics`."""
    return known_share(month["calls"], month["unknown_cost_calls"])


def _ratio(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return part / whole if whole else None
