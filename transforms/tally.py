"""Seven token counts per span, as arrays: what a group of keys said, and later what the columns hold."""

import numpy as np
from numpy.typing import NDArray

from transforms.arrays import NONE, Flags, Ints

COUNTS = (
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
)
"""The canonical columns of counts, in the order of a tally's rows; the reported total is the row after them."""

INPUT, OUTPUT, READ, WRITE, WRITE_1H, REASONING, TOTAL = range(7)
PARTS = (READ, WRITE, WRITE_1H, REASONING)


class Tally:
    """Seven counts (`COUNTS` and the total) per span: value, whether said, and the attribute that said it."""

    def __init__(self, spans: int) -> None:
        self.value = np.zeros((7, spans), dtype=np.int64)
        self.is_said = np.zeros((7, spans), dtype=np.bool_)
        self.source: Ints = np.full((7, spans), NONE, dtype=np.int64)
        self.is_exact = np.zeros((7, spans), dtype=np.bool_)

    def take_from(self, other: "Tally", count: int, where: Flags) -> None:
        for mine, theirs in zip(self._arrays(), other._arrays(), strict=True):
            mine[count, where] = theirs[count, where]

    def _arrays(self) -> tuple[NDArray[np.generic], ...]:
        return self.value, self.is_said, self.source, self.is_exact
