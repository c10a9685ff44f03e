"""What a difference is called. A reason says what the difference is; `OPEN` are those that call for something to do."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from transforms.reconciliation.cells import Key

REASONS = {
    "unexplained": "differs, and nothing here says why",
    "missing_telemetry": "the invoice has usage that no call of ours accounts for",
    "not_on_invoice": "calls of ours that the invoice does not bill: counted twice, not billed, or another account",
    "price_difference": "the same usage at another unit price",
    "unpriced_model": "usage that we have and cannot price",
    "unknown_model": "a model name that means none of ours: explain it under models in the mapping file",
    "cached_tokens": "the same input, split otherwise between uncached, cache reads and cache writes",
    "other_project": "the same usage under another project",
    "reported_cost": "our figure holds what a client or gateway reported instead of a computed cost",
    "currency": "the invoice's exchange rate is not ours",
    "time_zone": "the same usage on another day: the invoice's days begin at another hour",
    "rounding": "no more than rounding of the invoice's lines can make",
    "credit": "a credit line",
    "discount": "a discount line",
    "tax": "a tax line",
    "fee": "a charge that no call's usage stands behind",
}
"""Every reason in the order of a report, the unexplained first."""

EXPECTED = frozenset(("currency", "time_zone", "rounding", "credit", "discount", "tax", "fee"))
"""Reasons that are as they should be: both sides are right."""

OPEN = frozenset(REASONS) - EXPECTED
"""Reasons that count against the tolerance: something is lost, wrong, or not known yet."""


@dataclass(frozen=True)
class Finding:
    """One named part of one cell's difference. ``amount`` is what it adds to ours to get to the invoice, in US dollars;
    ``quantity`` the tokens or requests behind it, where it is about usage."""

    key: Key
    reason: str
    amount: Decimal
    quantity: Decimal | None = None
    detail: str = ""

    @property
    def day(self) -> date:
        """The invoice's day."""
        return self.key.day

    def called(self, reason: str, detail: str) -> "Finding":
        """The same under another name."""
        return replace(self, reason=reason, detail=detail)
