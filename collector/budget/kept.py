"""The ledger of one data directory beside the budgets and the journal that it adds up from: opened, kept, and read anew
after a fault.

Each event is applied and handed to the journal in one go on the event loop, so the journal has them in the order in
which they happened. After a fault of the disk nothing more is taken until all of it has been read from there again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from collector.budget import annotations, journal_files
from collector.budget.annotations import ANOMALY_NOTE, Annotation
from collector.budget.books import Books
from collector.budget.events import Event, Pruned
from collector.budget.figures import Figures
from collector.budget.index import Index
from collector.budget.journal import Done, Journal, JournalUnavailableError, opened
from collector.budget.journal_files import JournalError
from collector.budget.ledger import Ledger

logger = logging.getLogger(__name__)

JOURNAL_BYTES = 16 * 1024 * 1024
"""Size at which another journal is begun."""

_RETRY_S = 1.0


class UnavailableError(RuntimeError):
    """No decision can be made, or kept, now."""


class Kept:
    """Of one data directory, whose lock the caller owns. Call from one thread, that of the event loop."""

    def __init__(
        self,
        data: Path,
        budgets_file: Path | None,
        clock_ns: Callable[[], int],
        figures: Figures,
        *,
        waits_for_disk: bool,
    ) -> None:
        self._data, self._budgets_file, self._waits_for_disk = data, budgets_file, waits_for_disk
        self._clock_ns, self._figures = clock_ns, figures
        self._journal: Journal | None = None
        self._problem, self._retry_at = "", 0.0
        self.ledger = Ledger()
        self.index = Index(self.ledger)
        self.books = Books(None, [], None)
        self.openings = 0  # how often the ledger was read anew: spend that was told before may be lost
        self._open()

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words."""
        return [one for one in (self._problem, *self.books.problems) if one]

    def close(self) -> None:
        """Write what is waiting, and stop."""
        if self._journal:
            self._journal.close()
            self._journal = None

    def clock_ns(self) -> int:
        """This instant."""
        return self._clock_ns()

    def now(self) -> int:
        """This instant, at which what was due has expired, or a part of it. Raises UnavailableError."""
        if self._journal is None or self._problem:
            raise UnavailableError(self._problem or "the budget service is stopping")
        now_ns = self._clock_ns()
        events = self.index.expired(now_ns)
        self._figures.expired += len(events)
        self.note(events)
        return now_ns

    async def happen(self, *events: Event) -> None:
        """Apply ``events`` and wait until they, and all before them, are on disk. Raises UnavailableError."""
        assert self._journal is not None
        for event in events:
            self.index.apply(event)
        try:
            await asyncio.wrap_future(self._journal.append(*events))
        except JournalUnavailableError as error:
            self._problem = str(error)
            raise UnavailableError(self._problem) from error

    def note(self, events: Iterable[Event]) -> None:
        """Apply ``events``, which nobody waits for."""
        noted = list(events)
        for event in noted:
            self.index.apply(event)
        if noted and self._journal:
            self._watch(self._journal.append(*noted))

    async def annotate(self, one: Annotation) -> None:
        """Keep ``one``; from now on it counts. Raises ConfigError for one that these budgets cannot use, OSError or
        UnavailableError."""
        if one.kind != ANOMALY_NOTE:
            self.now()
            one.override(self.books.book.budgets)
        await asyncio.to_thread(annotations.write, annotations.folder_of(self._data), one)
        if one.kind != ANOMALY_NOTE:
            self.books.add(one)
            await self.happen(self.books.event(self.now()))

    def tick(self) -> None:
        """What time does: expiry, forgetting, another journal, a changed file, another try of what failed."""
        if self._problem:
            self._open_again()
            return
        if self._journal and self._journal.error:
            self._problem = self._journal.error
            return
        now_ns = self.now()
        if self.books.refresh():
            self.note([self.books.event(now_ns)])
        assert self._journal is not None
        self._forget(now_ns)
        if self._journal.size > JOURNAL_BYTES:
            self.rotate()

    def expire(self) -> bool:
        """End a part of what is due; whether there is more."""
        if self._journal is None or self._problem:
            return False
        return self.index.is_due(self.now())

    def rotate(self) -> None:
        """Begin another journal; the one before is archived elsewhere."""
        event = self.books.event(self.now())
        if self._journal:
            self._watch(self._journal.rotate(event))

    def _forget(self, now_ns: int) -> None:
        """A part of what is over."""
        reservations, counters = self.index.forget(now_ns, self.books.book)
        if reservations or counters:
            self.note([Pruned(now_ns, reservations, counters)])

    def _open(self) -> None:
        folder = journal_files.folder_of(self._data)
        try:
            self.ledger, self._journal, last = opened(folder, waits_for_disk=self._waits_for_disk)
            given = annotations.read(annotations.folder_of(self._data))
        except (JournalError, OSError, ValueError) as error:
            self._problem = f"budgets cannot be decided on: {error}"
            logger.error("%s", self._problem)
            return
        self._problem = ""
        self.books = Books(self._budgets_file, [one for one in given if one.kind != ANOMALY_NOTE], last)
        self.index = Index(self.ledger)
        self._figures.journal = self._journal
        if last is None or last.digest != self.books.digest:
            self.note([self.books.event(self._clock_ns())])

    def _open_again(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        self._retry_at = time.monotonic() + _RETRY_S
        self.close()
        self._open()
        self.openings += 1

    def _watch(self, done: Done) -> None:
        done.add_done_callback(self._note_failure)

    def _note_failure(self, done: Done) -> None:
        if error := done.exception():
            self._problem = str(error)
