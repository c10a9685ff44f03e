"""Refused senders in the log: once a minute for each sender and reason, with a count, and never what they sent."""

import dataclasses
import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

WINDOW_S = 60.0
_MAX_OPEN = 1000  # senders and reasons told apart at a time; who comes after shares a line
_OTHERS = "other senders"


@dataclasses.dataclass
class _Window:
    opened_at_s: float
    more: int = 0


class Refusals:
    """Thread-safe. ``clock`` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._open: dict[tuple[str, str], _Window] = {}

    def note(self, who: str, reason: str, what: str) -> None:
        """Say that ``who`` (an entry's name, else an address) was refused, unless that was said within the minute."""
        with self._guard:
            window = self._open.get((who, reason))
            is_over = window is not None and self._clock() - window.opened_at_s >= WINDOW_S
        if is_over:
            self.sweep()
        with self._guard:
            key = (who, reason) if (who, reason) in self._open or len(self._open) < _MAX_OPEN else (_OTHERS, reason)
            if window := self._open.get(key):
                window.more += 1
                return
            self._open[key] = _Window(self._clock())
        logger.warning("refused %s (%s): %s", key[0], what, reason)

    def sweep(self, *, is_final: bool = False) -> None:
        """Say how often the refusals of minutes that are over, or of all, were repeated; called now and then."""
        before = self._clock() - WINDOW_S
        with self._guard:
            over = [key for key, window in self._open.items() if is_final or window.opened_at_s <= before]
            closed = [(key, self._open.pop(key)) for key in over]
        for (who, reason), window in closed:
            if window.more:
                logger.warning("refused %s %d more times within a minute: %s", who, window.more, reason)
