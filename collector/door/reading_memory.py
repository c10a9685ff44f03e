"""Memory that requests at hand may take together."""

import contextlib
from collections.abc import Iterator

from collector.door.answers import Kind, RefusedError


class Held:
    """What one request takes; grows as its body arrives."""

    def __init__(self, memory: "ReadingMemory") -> None:
        self._memory = memory
        self.size = 0

    def add(self, size: int) -> None:
        """Take ``size`` more bytes. Raises RefusedError when there is not so much left."""
        self.size += size
        self._memory.used += size
        if self._memory.used > self._memory.max_bytes:
            raise RefusedError(Kind.BUSY, "too many large requests are arriving at once")


class ReadingMemory:
    """``max_bytes`` for all; for one thread, that of the event loop."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.used = 0

    @contextlib.contextmanager
    def hold(self) -> Iterator[Held]:
        """What is taken of it within is given back at the end."""
        held = Held(self)
        try:
            yield held
        finally:
            self.used -= held.size
