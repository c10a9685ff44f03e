"""A brake on the writer: at most so many spans a second, for machines that others need too, and for tests."""

import time
from collections.abc import Callable


class Brake:
    """``max_spans_per_s`` of 0 brakes nothing; ``clock`` gives seconds that never go back."""

    def __init__(self, max_spans_per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_spans_per_s = max_spans_per_s
        self._clock = clock
        self._free_at = clock()

    def book(self, spans: int) -> None:
        """Say that ``spans`` were landed; the time they may take counts from now, or from when the last was over."""
        if self._max_spans_per_s:
            self._free_at = max(self._free_at, self._clock()) + spans / self._max_spans_per_s

    def wait_s(self) -> float:
        """Seconds until the next may be landed."""
        return max(0.0, self._free_at - self._clock())
