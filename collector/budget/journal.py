"""The journal being written: `append` returns a future that is done when the events cannot be lost any more.

What that means is the operator's choice. Written (the default): the system has them, so that whatever becomes of our
processes they are there; another thread calls fdatasync for all of them a few times a second, so a power cut forgets at
most what came since. On disk (``waits_for_disk``): who waits for an answer waits for fdatasync, together with all who
came meanwhile. After a failure nothing more is taken: what is on disk is then read anew (`opened`).

A page on its way to a slow disk cannot be written to, and whoever tries waits for the disk after all. So what is
written after fdatasync was called begins on another page, behind an empty line.
"""

import concurrent.futures
import dataclasses
import logging
import os
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from collector.budget import journal_files, snapshot
from collector.budget.events import Book, Event
from collector.budget.journal_files import SNAPSHOT, numbers, path_of
from collector.budget.ledger import Ledger
from collector.files import make_folder, sync_folder

logger = logging.getLogger(__name__)

_BETWEEN_S, _PAGE = 0.25, 4096
"""Between two calls of fdatasync that nobody waits for."""

Done = concurrent.futures.Future[None]


class JournalUnavailableError(RuntimeError):
    """Events cannot be written now."""


@dataclasses.dataclass(frozen=True)
class _Waiting:
    events: Sequence[Event]
    done: Done
    is_first: bool = False  # of another journal


class Journal:
    """Appends to journal ``number`` of ``folder``. Holders must own the data directory's lock."""

    def __init__(self, folder: Path, number: int, *, waits_for_disk: bool) -> None:
        self._folder, self._number, self._waits_for_disk = folder, number, waits_for_disk
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._descriptor = self._open()
        self.size = os.fstat(self._descriptor).st_size
        self._end, self._needs_page = self.size, False
        self.commits = 0
        self.error = ""
        self._written_at: float | None = None  # of the oldest bytes that may not be on disk
        self._dirty, self._closing = threading.Event(), threading.Event()
        self._no_change = threading.Lock()  # of the file, while it is brought to disk
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("budget-journal", self._run), ("budget-disk", self._sync_again_and_again))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def behind_s(self) -> float:
        """How long the oldest bytes that may not be on disk yet have waited for it."""
        since = self._written_at
        return 0.0 if since is None else time.monotonic() - since

    def append(self, *events: Event) -> Done:
        """A future that is done once ``events`` are on disk, or raises JournalUnavailableError. Keeps the order."""
        return self._put(_Waiting(events, concurrent.futures.Future()))

    def rotate(self, *events: Event) -> Done:
        """Begin another journal with ``events``."""
        self.size = 0
        return self._put(_Waiting(events, concurrent.futures.Future(), is_first=True))

    def close(self) -> None:
        """Write what is waiting, bring it to disk, and stop."""
        self._queue.put(None)
        self._threads[0].join()
        self._closing.set()
        self._dirty.set()
        self._threads[1].join()
        os.close(self._descriptor)

    def _put(self, waiting: _Waiting) -> Done:
        self._queue.put(waiting)
        return waiting.done

    def _run(self) -> None:
        item = self._queue.get()
        while item is not None:
            group = [item]
            while not self._queue.empty() and (item := self._queue.get()) is not None:
                group.append(item)
            self._commit(group)
            if item is None:
                return
            item = self._queue.get()

    def _commit(self, group: list[_Waiting]) -> None:
        if not self.error:
            try:
                self._write(group)
            except Exception as error:  # a fault of ours must not leave anyone without an answer
                self.error = f"the journal of budget decisions cannot be written: {error}"
                logger.exception("%s", self.error)
        for waiting in group:
            if self.error:
                waiting.done.set_exception(JournalUnavailableError(self.error))
            else:
                waiting.done.set_result(None)

    def _write(self, group: list[_Waiting]) -> None:
        content = b""
        for waiting in group:
            if waiting.is_first:
                self._put_down(content)
                content = b""
                self._begin()
            content += b"".join(map(journal_files.event_line, waiting.events))
        self._put_down(content)
        self.commits += 1

    def _put_down(self, content: bytes) -> None:
        if self._needs_page:
            self._needs_page = False
            content = b" " * (-self._end % _PAGE) + b"\n" + content
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self.size += len(content)
        self._end += len(content)
        if self._waits_for_disk:
            os.fdatasync(self._descriptor)
            return
        self._written_at = self._written_at or time.monotonic()
        self._dirty.set()

    def _sync_again_and_again(self) -> None:
        while not self._closing.is_set() or self._dirty.is_set():
            self._dirty.wait()
            self._closing.wait(_BETWEEN_S)  # many answers share one call
            self._dirty.clear()
            self._written_at, self._needs_page = None, True  # what comes from here on waits for the next call
            try:
                with self._no_change:
                    os.fdatasync(self._descriptor)
            except OSError as error:
                self.error = f"the journal of budget decisions cannot be brought to disk: {error}"
                logger.error("%s", self.error)
                return

    def _begin(self) -> None:
        with self._no_change:
            os.fdatasync(self._descriptor)
            os.close(self._descriptor)
            self._number += 1
            self._descriptor = self._open()
        self.size = self._end = 0

    def _open(self) -> int:
        path = path_of(self._folder, self._number)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sync_folder(self._folder)
        return descriptor


def opened(folder: Path, *, waits_for_disk: bool = False) -> tuple[Ledger, Journal, Book | None]:
    """The ledger that the journals in ``folder`` add up to, a journal to go on with, and the last event that holds the
    budgets. Raises JournalError or OSError."""
    make_folder(folder)
    snapshots, journals = numbers(folder, SNAPSHOT), numbers(folder)
    first = snapshots[-1] if snapshots else 0
    ledger = snapshot.restored(journal_files.read_snapshot(folder, first)) if snapshots else Ledger()
    book: Book | None = None
    for number in (one for one in journals if one >= first):
        path = path_of(folder, number)
        if number == journals[-1] and (lost := journal_files.cut(path)):
            logger.warning("%s: %d bytes of an event that nobody was told of were cut off", path, lost)
        for event in journal_files.events(path):
            ledger.apply(event)
            book = event if isinstance(event, Book) else book
    number = max(journals, default=first)
    return ledger, Journal(folder, number, waits_for_disk=waits_for_disk), book
