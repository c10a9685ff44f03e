"""The write-ahead log: `append` returns a future that is done when the request is on disk, never before.

One thread writes. It takes all that is waiting, writes it in one go, calls fdatasync once and then answers all of it;
what arrives meanwhile is the next group. There is no timer to tune: a busy log groups more, an idle one answers
at once.

After a failed write or fdatasync nothing of that group is acknowledged and the segment is given up at its last good
offset (`collector.wal.open_segment`).
"""

import concurrent.futures
import dataclasses
import logging
import os
import queue
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from collector.files import make_folder
from collector.wal.handover import Handover
from collector.wal.open_segment import OpenSegment
from collector.wal.recovery import count_start, recover
from collector.wal.segments import Header, Record

logger = logging.getLogger(__name__)

HOUR_NS = 3_600_000_000_000
_GROUP_BYTES = 32 * 1024 * 1024
MOST_BEHIND = 16
"""Segments that wait for the writer before age ends no more of them."""


class LogUnavailableError(RuntimeError):
    """The log cannot take a request now; the sender should try again."""


class LogBusyError(LogUnavailableError):
    """More is waiting to be written than may be held in memory."""


@dataclasses.dataclass
class LogState:
    """Counters since the start, and what is wrong now (None when all is well)."""

    commits: int = 0
    records: int = 0
    bytes: int = 0
    segments: int = 0
    failures: int = 0
    error: str | None = None


@dataclasses.dataclass
class _Waiting:
    record: Record
    done: "concurrent.futures.Future[None]"


class Log:
    """An append-only log in ``folder``. Holders must own the data directory's lock (see `collector.files.lock`)."""

    def __init__(
        self,
        folder: Path,
        *,
        max_bytes: int,
        max_age_s: float,
        max_pending_bytes: int,
        clock_ns: Callable[[], int] = time.time_ns,
        receiver: str = "",
    ) -> None:
        """``receiver`` is the id of the data directory; segments' names hold it, and a part of this start's own."""
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._max_pending_bytes = max_pending_bytes
        self._clock_ns = clock_ns
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._pending_bytes = 0
        self._guard = threading.Lock()
        self._is_closed = False
        self._open: OpenSegment | None = None
        self._handover = Handover(folder, self._next_header)
        self.state = LogState()
        make_folder(folder)
        recover(folder)
        self._starts, self._receiver, self._number = count_start(folder), receiver + secrets.token_hex(4), 0
        self._thread = threading.Thread(target=self._run, name="log-committer", daemon=True)
        self._thread.start()

    def append(self, record: Record) -> "concurrent.futures.Future[None]":
        """A future that is done once ``record`` is on disk, or raises LogUnavailableError.

        Raises LogBusyError at once when too much is waiting, LogUnavailableError when the log is closing.
        """
        done: concurrent.futures.Future[None] = concurrent.futures.Future()
        with self._guard:
            if self._is_closed:
                raise LogUnavailableError("the collector is stopping")
            if self._pending_bytes and self._pending_bytes + len(record.body) > self._max_pending_bytes:
                raise LogBusyError(f"{self._pending_bytes} bytes are waiting to be written")
            self._pending_bytes += len(record.body)
            self._queue.put(_Waiting(record, done))
        return done

    @property
    def waiting_bytes(self) -> int:
        """Bytes of requests that are on their way to the disk."""
        with self._guard:
            return self._pending_bytes

    def close(self) -> None:
        """Write what is waiting, seal the segment and stop."""
        with self._guard:
            self._is_closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._next_group()
            error = None
            self._seal_if_due()
            if group:
                error = self._commit(group)
                self._answer(group, error)
                self._seal_if_due()
            if self._open and is_last:
                self._seal()
            if not group or error is None:
                self._recuperate(is_written=bool(group))
        self._handover.end()
        self._note_handover()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """All that is waiting, up to a size; empty when the open segment gets too old first."""
        group: list[_Waiting] = []
        size = 0
        timeout = self._max_age_s
        if self._open:
            left = self._open.opened_at + self._max_age_s - time.monotonic()
            timeout = left if left > 0 else self._max_age_s
        try:
            item = self._queue.get(timeout=timeout)
            while item is not None:
                group.append(item)
                size += len(item.record.body)
                if size >= _GROUP_BYTES:
                    return group, False
                item = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _commit(self, group: list[_Waiting]) -> LogUnavailableError | None:
        """Bring ``group`` to disk; the error where that failed and nothing of it may be acknowledged."""
        try:
            self._write([waiting.record for waiting in group])
        except OSError as error:
            said = f"the write-ahead log cannot be written: {error.strerror or error}"
            logger.error("%s (%d requests not acknowledged)", said, len(group))
        except Exception as error:  # a fault of ours must not leave senders without an answer
            said = f"the write-ahead log failed: {type(error).__name__}: {error}"
            logger.exception("%s (%d requests not acknowledged)", said, len(group))
        else:
            return None
        self.state.failures += 1
        self.state.error = said
        if self._open:
            self._seal()
        return LogUnavailableError(said)

    def _answer(self, group: list[_Waiting], error: LogUnavailableError | None) -> None:
        with self._guard:
            self._pending_bytes -= sum(len(waiting.record.body) for waiting in group)
        for waiting in group:
            if error is None:
                waiting.done.set_result(None)
            else:
                waiting.done.set_exception(error)

    def _write(self, records: list[Record]) -> None:
        current = self._open or self._start_segment()
        size = current.append(records)
        self.state.commits += 1
        self.state.records += len(records)
        self.state.bytes += size

    def _start_segment(self) -> OpenSegment:
        self._open = OpenSegment(self._folder, self._next_header())
        self._open.start()
        return self._open

    def _next_header(self) -> Header:
        self._number += 1
        return Header(f"{self._starts:06d}-{self._number:08d}-{self._receiver}", self._clock_ns())

    def _seal_if_due(self) -> None:
        if self._open and not self._fits(self._open):
            self._seal()

    def _fits(self, current: OpenSegment) -> bool:
        """A segment holds one hour of arrival; a clock that jumps out of it, either way, ends it.

        While the writer is behind, age ends none: a lake that is away for a day would leave tens of thousands.
        """
        is_young = time.monotonic() < current.opened_at + self._max_age_s
        is_same_hour = self._clock_ns() // HOUR_NS == current.header.opened_at_ns // HOUR_NS
        return current.size < self._max_bytes and is_same_hour and (is_young or self._handover.behind >= MOST_BEHIND)

    def _seal(self) -> None:
        assert self._open is not None
        current, self._open = self._open, None
        self._handover.take(current)
        self._note_handover()

    def _recuperate(self, *, is_written: bool) -> None:
        """Try again what failed before; all is well when nothing is left, and writing works."""
        self._handover.retry()
        self._note_handover()
        if self._handover.error or self.state.error is None:
            return
        if is_written or self._can_write():
            self.state.error = None
            logger.info("the write-ahead log can be written again")

    def _note_handover(self) -> None:
        self.state.segments = self._handover.segments
        self.state.error = self._handover.error or self.state.error

    def _can_write(self) -> bool:
        probe = self._folder / ".probe"
        try:
            with probe.open("wb", buffering=0) as file:
                file.write(bytes(4096))
                os.fdatasync(file.fileno())
            probe.unlink()
        except OSError:
            return False  # still failing: the state already says so
        return True
