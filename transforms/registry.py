"""The dialects that read a batch: the project's own, then those that a company's mapping file adds.

A mapped dialect stands behind the own ones, so that a dialect's place, and with it its bit, never moves. Its keys go
first all the same: before every other dialect's but SpanLedger's own tags in columns, before all groups in usage.
"""

from dataclasses import dataclass

from transforms.dialects import COLUMN_ORDER, DIALECTS, USAGE_ORDER, spanledger
from transforms.dialects.base import Dialect, UsageGroup

MOST_MAPPED = 63 - len(DIALECTS)
"""A span's dialects are the bits of one 64-bit integer, and the last is its sign."""

MAPPED_NAMES = ("mapping", *(f"mapping-{number}" for number in range(2, MOST_MAPPED + 1)))
"""What mapped dialects are called, in order."""

PLACES = {name: place for place, name in enumerate([*(dialect.name for dialect in DIALECTS), *MAPPED_NAMES])}
"""The bit of each dialect by its name."""


@dataclass(frozen=True, eq=False)
class Registry:
    """``mapped`` dialects are private and called by `MAPPED_NAMES`, in order."""

    mapped: tuple[Dialect, ...] = ()

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """All of them, each at its place."""
        return (*DIALECTS, *self.mapped)

    @property
    def column_order(self) -> tuple[Dialect, ...]:
        """Whose keys fill a column first."""
        others = (dialect for dialect in COLUMN_ORDER if dialect is not spanledger.DIALECT)
        return (spanledger.DIALECT, *self.mapped, *others)

    @property
    def usage_order(self) -> tuple[UsageGroup, ...]:
        """Which set of counts wins a span that carries several."""
        return (*(group for dialect in self.mapped for group in dialect.usage), *USAGE_ORDER)


BUILT_IN = Registry()
