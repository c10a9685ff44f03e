"""Memory of requests at hand, over both doors: from a body's first byte until the answer.

    all together                    ``max_bytes``
    one client's                    half of it, beyond its first request
    requests above 64 KiB           seven eighths of it, so that small ones get through
    bodies that come slowly         given up once more than half is taken: above 64 KiB, below 64 KiB a second

Whoever finds no room is told to come again.
"""

import collections
import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from collector.door.answers import Kind, RefusedError

SMALL = 64 * 1024
_LEAST_RATE = 64 * 1024  # bytes a second
_PATIENCE_S = 2.0
_LOOK_S = 0.1


class Held:
    """What one request takes; grows as its body arrives."""

    def __init__(self, memory: "ReadingMemory", client: str, give_up: Callable[[], None] | None, now: float) -> None:
        self._memory = memory
        self.client = client
        self.give_up = give_up  # None once the body is whole, or where its slowness is somebody else's to judge
        self.since = now
        self.size = 0
        self.is_given_up = False

    def add(self, size: int) -> None:
        """Take ``size`` more bytes. Raises RefusedError when there is not so much left."""
        self._memory.take(self, size)

    def is_slow(self, now: float) -> bool:
        """Whether its body keeps memory from others."""
        seconds = now - self.since
        is_judged = self.give_up is not None and self.size > SMALL and seconds > _PATIENCE_S
        return is_judged and self.size < _LEAST_RATE * seconds


class ReadingMemory:
    """``max_bytes`` for all; thread-safe. ``clock`` gives seconds that never go back."""

    def __init__(self, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._guard = threading.Lock()
        self._used = 0
        self._of: collections.Counter[str] = collections.Counter()
        self._held: set[Held] = set()
        self._looked_at = 0.0
        self._peak = 0

    def readers(self, most_bytes: int) -> int:
        """How many requests of up to ``most_bytes`` may be read at a time where their size is known only afterwards."""
        return max(2, self._max_bytes // most_bytes)

    @contextlib.contextmanager
    def hold(self, client: str, give_up: Callable[[], None] | None = None) -> Iterator[Held]:
        """What ``client`` takes of it within is given back at the end. ``give_up``, called once and from any thread,
        ends a body that comes too slowly."""
        held = Held(self, client, give_up, self._clock())
        with self._guard:
            self._held.add(held)
        try:
            yield held
        finally:
            with self._guard:
                self._held.discard(held)
                self._book(held, -held.size)

    def peak(self) -> int:
        """The most that was taken at a time since this was last asked."""
        with self._guard:
            peak, self._peak = self._peak, self._used
        return peak

    def take(self, held: Held, size: int) -> None:
        """See `Held.add`."""
        with self._guard:
            self._book(held, size)
            slow = self._slow()
            why = self._why_not(held)
        for each in slow:
            if each.give_up is not None:
                each.is_given_up = True
                each.give_up()
        if why:
            raise RefusedError(Kind.BUSY, why)

    def _book(self, held: Held, size: int) -> None:
        held.size += size
        self._used += size
        self._peak = max(self._peak, self._used)
        self._of[held.client] += size
        if not self._of[held.client]:
            del self._of[held.client]

    def _why_not(self, held: Held) -> str | None:
        others, own = self._used - held.size, self._of[held.client]
        if self._used > self._max_bytes or (others and held.size > SMALL and self._used > self._max_bytes * 7 // 8):
            return "too many large requests are arriving at once"
        if own > held.size and own > self._max_bytes // 2:
            return f"too many large requests of {held.client} are arriving at once"
        return None

    def _slow(self) -> list[Held]:
        now = self._clock()
        if 2 * self._used <= self._max_bytes or now < self._looked_at + _LOOK_S:
            return []
        self._looked_at = now
        return [each for each in self._held if not each.is_given_up and each.is_slow(now)]
