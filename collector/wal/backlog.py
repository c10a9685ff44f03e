"""The backlog: what is in the write-ahead log and not yet in the lake, how fast the writer takes it away, and when a
sender who finds it full should come again.

Looks at the log's folder at most five times a second, when somebody asks; between two looks it counts what is
written. The rate is that of the last minute.
"""

import collections
import dataclasses
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from collector.door.answers import Kind, RefusedError
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX

_LOOK_S = 0.2
_WINDOW_S = 60.0
_ROOM = 0.05  # who is sent away comes back when this part of the log should be free
_MIN_WAIT_S, MAX_WAIT_S = 1.0, 30.0
_NO_DISK_WAIT_S = 5.0
_SPREAD = 0.25  # of the wait, added at random, so that not all come back at once


@dataclasses.dataclass(frozen=True)
class Written:
    """What the log has done since its start: bytes on disk, requests on disk, and bytes on their way there."""

    bytes: int
    requests: int
    pending: int


@dataclasses.dataclass(frozen=True)
class _Look:
    at: float
    held: int  # bytes of all segments
    free: int  # bytes left on the disk
    written: int
    landed: int  # since the start


class Backlog:
    """Thread-safe. ``written`` tells of the log in ``folder``; ``clock`` gives seconds that never go back."""

    def __init__(
        self,
        folder: Path,
        written: Callable[[], Written],
        *,
        max_bytes: int,
        min_free_bytes: int,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._folder = folder
        self._written = written
        self._max_bytes = max_bytes
        self._min_free_bytes = min_free_bytes
        self._clock = clock
        self._chance = chance
        self._guard = threading.Lock()
        self._is_full = False
        self._refused: collections.deque[float] = collections.deque(maxlen=10_000)  # when
        self._looks: collections.deque[_Look] = collections.deque()
        self._look(written(), landed=0)

    @property
    def bytes(self) -> int:
        """Bytes in the log, counting those on their way to it."""
        with self._guard:
            return self._held(self._now())

    @property
    def free_bytes(self) -> int:
        """Bytes left on the log's disk."""
        with self._guard:
            self._now()
            return self._looks[-1].free

    def problem(self) -> str | None:
        """Why nothing can be taken now, in words; None when something can."""
        with self._guard:
            written = self._now()
            return self._full(written, 0) or self._no_disk(written)

    def refuse_when_full(self, size: int = 0) -> None:
        """Raises RefusedError, with the time to wait, when ``size`` more bytes have no room."""
        with self._guard:
            written = self._now()
            if said := self._no_disk(written):
                raise RefusedError(Kind.UNAVAILABLE, said, _NO_DISK_WAIT_S * self._spread())
            said = self._full(written, size)
            self._is_full = said is not None
            if said:
                raise RefusedError(Kind.BUSY, said, self._wait_s(written))

    def _full(self, written: Written, size: int) -> str | None:
        """Once full, the log stays so until a part of it is free again."""
        held = self._held(written)
        most = (1 - _ROOM) * self._max_bytes if self._is_full else self._max_bytes
        if held + size < most or (size and held == 0):  # one that is larger than all there is must fit too
            return None
        return f"the log is full: {held} bytes wait for the lake, at most {self._max_bytes} may (log_max_bytes)"

    def _no_disk(self, written: Written) -> str | None:
        last = self._looks[-1]
        free = last.free - (written.bytes - last.written) - written.pending
        if free >= self._min_free_bytes:
            return None
        return f"{max(free, 0)} bytes are left on the disk, {self._min_free_bytes} stay free (min_free_bytes)"

    def _held(self, written: Written) -> int:
        last = self._looks[-1]
        return last.held + written.bytes - last.written + written.pending

    def _wait_s(self, written: Written) -> float:
        """How long the writer needs for the excess and for what else was sent away within the last ten seconds."""
        now = self._clock()
        self._refused.append(now)
        while now - self._refused[0] > MAX_WAIT_S / 3:
            self._refused.popleft()
        asked = len(self._refused) * (written.bytes / written.requests if written.requests else 0.0)
        excess = self._held(written) - (1 - _ROOM) * self._max_bytes
        rate = self._rate()
        wait = (excess + asked) / rate if rate else MAX_WAIT_S
        return min(max(wait, _MIN_WAIT_S), MAX_WAIT_S / (1 + _SPREAD)) * self._spread()

    def _spread(self) -> float:
        return 1 + _SPREAD * self._chance()

    def _rate(self) -> float:
        """Bytes a second that left the log."""
        first, last = self._looks[0], self._looks[-1]
        return (last.landed - first.landed) / (last.at - first.at) if last.at > first.at else 0.0

    def _now(self) -> Written:
        written = self._written()
        last = self._looks[-1]
        if self._clock() - last.at >= _LOOK_S:
            held = self._look(written, last.landed).held
            landed = max(0, last.held + written.bytes - last.written - held)
            self._looks[-1] = dataclasses.replace(self._looks[-1], landed=last.landed + landed)
        return written

    def _look(self, written: Written, landed: int) -> _Look:
        look = _Look(self._clock(), _size(self._folder), _free(self._folder), written.bytes, landed)
        self._looks.append(look)
        while look.at - self._looks[0].at > _WINDOW_S:
            self._looks.popleft()
        return look


def _size(folder: Path) -> int:
    """Bytes of the segments in ``folder``; 0 where it cannot be read, which the log itself will say."""
    size = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((OPEN_SUFFIX, SEALED_SUFFIX)):
                    size += _size_of(entry)
    except OSError:
        return 0
    return size


def _size_of(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:  # landed, or renamed and counted at the next look
        return 0


def _free(folder: Path) -> int:
    try:
        disk = os.statvfs(folder)
    except OSError:
        return 1 << 62  # writing to the log will say what is wrong
    return disk.f_bavail * disk.f_frsize
