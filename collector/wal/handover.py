"""Handing finished segments of the log to the writer, by rename; what cannot be handed over is kept and tried again.

A segment whose file is gone is written again: its requests were acknowledged, and its descriptor still reads them.
"""

import collections
import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

from collector.files import make_folder, sync_folder
from collector.wal.open_segment import OpenSegment
from collector.wal.segments import SEALED_SUFFIX, Header

logger = logging.getLogger(__name__)


class Handover:
    """Of the log in ``folder``; ``next_header`` gives a segment a name that was never used. One thread."""

    def __init__(self, folder: Path, next_header: Callable[[], Header]) -> None:
        self._folder = folder
        self._next_header = next_header
        self._waiting: list[OpenSegment] = []
        self._sealed: collections.deque[Path] = collections.deque()  # handed over, and perhaps not yet landed
        self._told: set[Path] = set()  # what was logged already, until all is well
        self.segments = 0  # handed over since the start
        self.error: str | None = None  # of the first that waits

    @property
    def behind(self) -> int:
        """How many of the segments handed over the writer has not landed yet; it takes them in order."""
        while self._sealed and not self._sealed[0].exists():
            self._sealed.popleft()
        return len(self._sealed)

    def take(self, segment: OpenSegment) -> None:
        """Seal ``segment``, or keep it until that can be done; one without records is only removed."""
        try:
            if segment.is_in_place() or not segment.records:
                segment.seal()
                self._sync_folder()
            else:
                self._rescue(segment)
        except OSError as error:
            said = f"{segment.path.name} cannot be handed over to the lake, it is tried again: {error}"
            if segment.path not in self._told:
                logger.error("%s", said)
            self._told.add(segment.path)
            self.error = self.error or said
            self._waiting.append(segment)
        else:
            if segment.records:
                self.segments += 1
                self._sealed.append(segment.path.with_suffix(SEALED_SUFFIX))

    def retry(self) -> None:
        """Try again what could not be sealed."""
        waiting, self._waiting, self.error = self._waiting, [], None
        for segment in waiting:
            self.take(segment)
        if not self._waiting:
            self._told.clear()

    def end(self) -> None:
        """The last chance for what waits: where the folder is gone, one is made in its place."""
        if not self._waiting:
            return
        try:
            make_folder(self._folder)
        except OSError as error:
            logger.error("%s cannot be made: %s", self._folder, error)
        self.retry()
        for left in self._waiting:
            logger.error("%s: left unsealed with %d requests; the next start goes on", left.path, left.records)

    def _sync_folder(self) -> None:
        try:
            sync_folder(self._folder)
        except OSError as error:  # were the new name lost, the next start would find the old one
            logger.error("%s: %s", self._folder, error)

    def _rescue(self, lost: OpenSegment) -> None:
        """Write the requests of a segment again whose file was removed, or went away with its folder.

        Under a new name, as the file may come back: its spans are then in the lake twice and in the models once.
        """
        again = OpenSegment(self._folder, dataclasses.replace(lost.header, segment=self._next_header().segment))
        try:
            again.start()
            again.append(lost.good_records())
            again.seal()
        except OSError:
            again.records = 0
            self._waiting.append(again)  # to be removed
            raise
        lost.close()
        logger.warning("%s: its file was gone, %d requests are written again", lost.path.name, lost.records)
