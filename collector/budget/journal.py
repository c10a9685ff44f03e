"""The journal being written: `append` returns a future that is done when the events are on disk, never before.

One thread writes all that is waiting and calls fdatasync once for it, as the write-ahead log does; who waits for an
answer shares that call. After a failed write nothing more is taken: what is on disk is then read anew (`opened`).
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
from typing import Any

from collector.budget import journal_files, snapshot
from collector.budget.events import Book, Event
from collector.budget.journal_files import SNAPSHOT, numbers, path_of
from collector.budget.ledger import Ledger
from collector.files import make_folder, sync_folder

logger = logging.getLogger(__name__)

Done = concurrent.futures.Future[None]


class JournalUnavailableError(RuntimeError):
    """Events cannot be written now."""


@dataclasses.dataclass(frozen=True)
class _Waiting:
    events: Sequence[Event]
    done: Done
    snapshot: dict[str, Any] | None = None  # begin another journal with it, before the events


class Journal:
    """Appends to journal ``number`` of ``folder``. Holders must own the data directory's lock."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._descriptor = self._open()
        self.size = os.fstat(self._descriptor).st_size
        self.commits = 0
        self.sync_s = 0.0
        self.error = ""
        self._thread = threading.Thread(target=self._run, name="budget-journal", daemon=True)
        self._thread.start()

    def append(self, *events: Event) -> Done:
        """A future that is done once ``events`` are on disk, or raises JournalUnavailableError. Keeps the order."""
        return self._put(_Waiting(events, concurrent.futures.Future()))

    def rotate(self, taken: dict[str, Any], *events: Event) -> Done:
        """Begin another journal, before which the ledger is ``taken``, with ``events``."""
        self.size = 0
        return self._put(_Waiting(events, concurrent.futures.Future(), taken))

    def close(self) -> None:
        """Write what is waiting, and stop."""
        self._queue.put(None)
        self._thread.join()
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
            if waiting.snapshot is not None:
                self._sync(content)
                content = b""
                self._begin(waiting.snapshot)
            content += b"".join(map(journal_files.event_line, waiting.events))
        self._sync(content)
        self.commits += 1

    def _sync(self, content: bytes) -> None:
        started = time.perf_counter()
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        os.fdatasync(self._descriptor)
        self.size += len(content)
        self.sync_s += time.perf_counter() - started

    def _begin(self, taken: dict[str, Any]) -> None:
        os.close(self._descriptor)
        self._number += 1
        self._descriptor = self._open()
        journal_files.write_snapshot(self._folder, self._number, taken)
        self.size = 0

    def _open(self) -> int:
        path = path_of(self._folder, self._number)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sync_folder(self._folder)
        return descriptor


def opened(folder: Path) -> tuple[Ledger, Journal, Book | None]:
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
    return ledger, Journal(folder, max(journals, default=first)), book
