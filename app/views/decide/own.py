"""Own calls within the filters, over the full days of the period that the data holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from app import figures
from app.context import Context
from transforms.decisions.checks import known_share
from transforms.decisions.days import MONTH_DAYS, Days, full_days


@dataclass(frozen=True)
class Own:
    """The page's filters, asked of full days alone: what a month is told by."""

    context: Context

    @cached_property
    def days(self) -> Days:
        """Those that the period and the data of the organizations chosen have in common."""
        [extent] = self.context.rows("decide_days")
        wanted = Days(self.context.window.first, self.context.window.last)
        return wanted if extent["first"] is None else full_days(wanted, Days(**extent))

    @cached_property
    def calls(self) -> Mapping[str, Any]:
        """How many, of unknown cost, and what one takes."""
        return self.rows("decide_own")[0]

    @property
    def known_share(self) -> Decimal:
        """Of the calls, those of known cost."""
        return known_share(self.calls["requests"], self.calls["unknown_cost_calls"])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The answer to a question."""
        return self.context.rows(name, first=self.days.first, last=self.days.last)

    def a_month(self, amount: Decimal | int) -> Decimal:
        """What ``amount`` in these days comes to in a month of 30."""
        return Decimal(amount) * MONTH_DAYS / self.days.count

    @property
    def note(self) -> str:
        """What is left out for want of a price; nothing where nothing is."""
        unknown = self.calls["unknown_cost_calls"]
        return f"The cost of {figures.count(unknown)} calls is unknown: they are left out." if unknown else ""
