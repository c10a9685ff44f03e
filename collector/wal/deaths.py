"""Segments over which the writer died: who brings it down again and again must not hold up all behind it.

After CRASHES deaths of its own making (a segmentation fault, an abort), or DEATHS of any kind (killed, for want of
memory too, or gone with the machine), the segment goes to quarantine as a whole; nothing of it is lost. They are
counted in `run/deaths.json`, so that they add up where the collector dies with its writer.
"""

import logging
import signal
from pathlib import Path

from collector.config import CollectorConfig
from collector.files import read_json, write_json
from collector.wal import quarantine
from collector.wal.fates import LANDED_NAME, Fates, Ledger
from collector.wal.segments import SEALED_SUFFIX, frames

logger = logging.getLogger(__name__)

STATE_NAME = "deaths.json"
CRASHES, DEATHS = 3, 10
_CRASH_SIGNALS = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}


class Deaths:
    """For the collector, while no writer of its own is alive. ``last_at_hand`` is the segment that the writer of before
    said it was landing, None where it was done: that it still waits is one more death."""

    def __init__(self, config: CollectorConfig, last_at_hand: str | None) -> None:
        self._config = config
        self._path = config.run / STATE_NAME
        said: dict[str, list[int]] = (read_json(self._path) or {}).get("segments", {})
        self._counts = {segment: (counts[0], counts[1]) for segment, counts in said.items()}  # crashes, deaths
        if last_at_hand is not None:
            self._add(last_at_hand, crashes=0)  # without more: that writer may be landing it this moment

    def count(self, segment: str, code: int) -> None:
        """The writer ended with ``code`` while it landed ``segment``; sets that aside when it was once too often."""
        crashes, deaths = self._add(segment, crashes=code in _CRASH_SIGNALS)
        if crashes >= CRASHES:
            self._set_aside(segment, f"the writer crashed {crashes} times on this segment")
        elif deaths >= DEATHS:
            self._set_aside(segment, f"the writer died {deaths} times on this segment; was memory short?")

    def _add(self, segment: str, *, crashes: int) -> tuple[int, int]:
        before = self._counts.get(segment, (0, 0))
        self._counts[segment] = counted = (before[0] + crashes, before[1] + 1)
        self._counts = {each: counts for each, counts in self._counts.items() if self._file(each).exists()}
        try:
            write_json(self._path, {"segments": self._counts})
        except OSError as error:  # a full disk; it is counted here all the same
            logger.error("deaths of the writer cannot be written down: %s", error)
        return counted

    def _set_aside(self, segment: str, why: str) -> None:
        path = self._file(segment)
        if not path.exists():
            return
        reason = quarantine.Reason(segment, 0, why)
        quarantine.set_aside(self._config.quarantine, reason, path.read_bytes(), label=quarantine.SEGMENT)
        counts = list(frames(path))
        lost = Fates(quarantined=len(counts), quarantined_items=sum(items or 0 for items in counts))
        Ledger(self._config.run / LANDED_NAME).count(segment, lost)  # the writer, whose it is, is dead
        path.unlink()
        logger.error("%s: moved to quarantine: %s", path.name, why)

    def _file(self, segment: str) -> Path:
        return self._config.log / (segment + SEALED_SUFFIX)
