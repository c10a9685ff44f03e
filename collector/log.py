"""The write-ahead log: `append` returns a future that is done when the request is on disk, never before.

One thread writes. It takes all that is waiting, writes it in one go, calls fdatasync once and then answers all of it;
what arrives meanwhile is the next group. There is no timer to tune: a busy log groups more, an idle one answers
at once.

After a failed write or fdatasync nothing of that group is acknowledged and the segment is given up at its last good
offset: what the kernel did with pages it could not write is unknown, so nothing more is appended behind them.
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

from collector.files import make_folder, read_json, sync_folder, write_json
from collector.segments import (
    OPEN_SUFFIX,
    SEALED_SUFFIX,
    Header,
    Record,
    SegmentError,
    encode_header,
    encode_record,
    read_segment,
)

logger = logging.getLogger(__name__)

HOUR_NS = 3_600_000_000_000
_GROUP_BYTES = 32 * 1024 * 1024


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
class _Open:
    """The segment being written."""

    header: Header
    path: Path
    descriptor: int
    size: int
    records: int
    rotate_at: float  # monotonic

    def fits(self, max_bytes: int, now_ns: int) -> bool:
        return (
            self.size < max_bytes
            and time.monotonic() < self.rotate_at
            and now_ns // HOUR_NS == self.header.opened_at_ns // HOUR_NS
        )


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
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._max_pending_bytes = max_pending_bytes
        self._clock_ns = clock_ns
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._pending_bytes = 0
        self._guard = threading.Lock()
        self._is_closed = False
        self._open: _Open | None = None
        self._unsealed: list[Path] = []  # given up, but not yet renamed
        self.state = LogState()
        make_folder(folder)
        recover(folder)
        self._starts, self._receiver, self._number = _count_start(folder), secrets.token_hex(4), 0
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
            self._seal_if_due()
            if group:
                error = self._commit(group)
                self._answer(group, error)
                self._seal_if_due()
            if self._open and is_last:
                self._seal()
            if not group:
                self._mend()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """All that is waiting, up to a size; empty when the open segment gets too old first."""
        group: list[_Waiting] = []
        size = 0
        timeout = max(0.0, self._open.rotate_at - time.monotonic()) if self._open else self._max_age_s
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
            self.state.failures += 1
            self.state.error = f"the write-ahead log cannot be written: {error.strerror or error}"
            logger.error("%s (%d requests not acknowledged)", self.state.error, len(group))
            if self._open:
                self._seal()
            return LogUnavailableError(self.state.error)
        self.state.error = None
        return None

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
        content = b"".join(encode_record(record, current.header.segment) for record in records)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(current.descriptor, rest) :]
        os.fdatasync(current.descriptor)
        current.size += len(content)
        current.records += len(records)
        self.state.commits += 1
        self.state.records += len(records)
        self.state.bytes += len(content)

    def _start_segment(self) -> _Open:
        self._number += 1
        header = Header(f"{self._starts:06d}-{self._number:08d}-{self._receiver}", self._clock_ns())
        path = self._folder / (header.segment + OPEN_SUFFIX)
        content = encode_header(header)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._open = _Open(header, path, descriptor, 0, 0, time.monotonic() + self._max_age_s)
        if os.write(descriptor, content) != len(content):
            raise OSError(f"{path}: the header was written only in part")
        self._open.size = len(content)
        sync_folder(self._folder)
        return self._open

    def _seal_if_due(self) -> None:
        if self._open and not self._open.fits(self._max_bytes, self._clock_ns()):
            self._seal()

    def _seal(self) -> None:
        """Close the segment at its last good offset and hand it to the writer."""
        assert self._open is not None
        current, self._open = self._open, None
        try:
            os.ftruncate(current.descriptor, current.size)
            os.fdatasync(current.descriptor)
        except OSError as error:
            logger.error("%s: not cut at its last good offset: %s", current.path.name, error)
        finally:
            os.close(current.descriptor)
        self._finish(current.path, is_empty=current.records == 0)

    def _finish(self, path: Path, *, is_empty: bool) -> None:
        try:
            if is_empty:
                path.unlink()
            else:
                path.replace(path.with_suffix(SEALED_SUFFIX))
                self.state.segments += 1
            sync_folder(self._folder)
        except OSError as error:
            logger.error("%s: not sealed, will be tried again: %s", path.name, error)
            if not is_empty:
                self._unsealed.append(path)

    def _mend(self) -> None:
        """In a quiet moment: seal what could not be sealed, and find out whether a failing disk is back."""
        unsealed, self._unsealed = self._unsealed, []
        for path in unsealed:
            if path.exists():
                self._finish(path, is_empty=False)
        if self.state.error is None:
            return
        probe = self._folder / ".probe"
        try:
            with probe.open("wb", buffering=0) as file:
                file.write(bytes(4096))
                os.fdatasync(file.fileno())
            probe.unlink()
        except OSError:
            return  # still failing: the state already says so
        self.state.error = None
        logger.info("the write-ahead log can be written again")


def recover(folder: Path) -> None:
    """Seal what a crash left open: cut the torn tail, which was never acknowledged."""
    for path in sorted(folder.glob("*" + OPEN_SUFFIX)):
        try:
            segment = read_segment(path)
        except SegmentError as error:
            _set_aside(path, str(error))
            continue
        if not segment.records:
            path.unlink()
        else:
            with path.open("r+b") as file:
                file.truncate(segment.good_end)
                os.fsync(file.fileno())
            path.replace(path.with_suffix(SEALED_SUFFIX))
            logger.info("%s: recovered %d requests after a crash", path.name, len(segment.records))
    sync_folder(folder)


def _set_aside(path: Path, reason: str) -> None:
    """A header that is not there was never followed by an acknowledged record, unless the disk is at fault: keep it."""
    if path.stat().st_size == 0:
        path.unlink()
        return
    make_folder(path.parent / "quarantine")
    write_json(path.parent / "quarantine" / (path.stem + ".json"), {"reason": reason}, is_durable=True)
    path.replace(path.parent / "quarantine" / (path.stem + ".bin"))
    logger.error("%s; moved to quarantine", reason)


def _count_start(folder: Path) -> int:
    """How often a log was opened here; makes segment ids rise over restarts."""
    path = folder / "starts.json"
    starts = int((read_json(path) or {"starts": 0})["starts"]) + 1
    write_json(path, {"starts": starts}, is_durable=True)
    return starts
