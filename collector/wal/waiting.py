"""What the log holds that is not in the lake yet, in requests and items, and what became of all the rest."""

import dataclasses
import functools
import struct
from collections.abc import Collection
from pathlib import Path

from collector.config import CollectorConfig
from collector.wal import fates
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, SegmentError, frames

_LOOKS = 5


@dataclasses.dataclass(frozen=True)
class Waiting:
    """Sealed segments; requests in all segments, the open one included; their items where the door counted them."""

    sealed: int = 0
    requests: int = 0
    items: int = 0


@dataclasses.dataclass(frozen=True)
class Standing:
    """One moment: what waits, what has landed, and what was read again out of the quarantine."""

    waiting: Waiting
    segments: int
    landed: fates.Fates
    replayed: fates.Fates
    in_quarantine: int

    def figures(self) -> dict[str, float]:
        """The same by the names of `collector.metrics.HELP`."""
        landed, replayed = self.landed, self.replayed
        return {
            "spanledger_log_waiting_segments": self.waiting.sealed,
            "spanledger_log_waiting_requests": self.waiting.requests,
            "spanledger_log_waiting_items": self.waiting.items,
            "spanledger_lake_segments_total": self.segments,
            "spanledger_landed_requests_total": landed.landed_requests,
            "spanledger_landed_items_total": landed.landed_items,
            "spanledger_lake_rows_total": landed.rows,
            "spanledger_outcomes_landed_total": landed.outcomes,
            "spanledger_items_missing_total": landed.missing,
            "spanledger_quarantined_total": landed.quarantined,
            "spanledger_quarantined_items_total": landed.quarantined_items,
            "spanledger_damages_total": landed.damages,
            "spanledger_replayed_total": replayed.landed_requests,
            "spanledger_replayed_items_total": replayed.landed_items,
            "spanledger_quarantine_entries": self.in_quarantine,
        }


def standing(config: CollectorConfig) -> Standing:
    """How things are now. A segment that lands meanwhile is counted in one place, or this looks again."""
    path = config.run / fates.LANDED_NAME
    for _ in range(_LOOKS):
        landed = fates.read(path)
        waiting = _waiting(config.log, landed.get("counted", []))
        if fates.read(path) == landed:
            break
    return Standing(
        waiting,
        landed.get("segments", 0),
        fates.of(landed),
        fates.of(fates.read(config.run / fates.REPLAYED_NAME)),
        sum(1 for _ in config.quarantine.glob("[!.]*.bin")),
    )


def _waiting(log: Path, counted: Collection[str]) -> Waiting:
    found = Waiting()
    for suffix in (SEALED_SUFFIX, OPEN_SUFFIX):
        for path in log.glob("*" + suffix):
            if path.stem in counted:
                continue  # counted, and about to be removed
            try:
                requests, items = _count(path, path.stat().st_size)
            except OSError:
                continue  # sealed or landed meanwhile
            found = Waiting(found.sealed + (suffix == SEALED_SUFFIX), found.requests + requests, found.items + items)
    return found


@functools.lru_cache(maxsize=32_768)  # more than wait in a log that is full
def _count(path: Path, _size: int) -> tuple[int, int]:
    try:
        counts = list(frames(path))
    except (SegmentError, struct.error):
        return 0, 0  # being started, or damaged: landing says so
    return len(counts), sum(items or 0 for items in counts)
