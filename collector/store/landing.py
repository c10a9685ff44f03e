"""One sealed segment into the lake and the records: read, normalise, write the files, remove the segment.

Exactly once, whatever crashes when: the file's name is the segment's, it appears whole by rename, and a segment whose
file (or merged file) is already there is only removed. What came as logs or metrics lands in a file of its own,
and so do outcomes, in `records/outcomes/`. What cannot be read is in quarantine before anything is removed.
"""

import functools
import logging
from pathlib import Path

from collector.config import CollectorConfig
from collector.files import sync_folder
from collector.store.reading import SIGNALS, Reader, Rejected
from collector.wal import quarantine
from collector.wal.fates import Fates, Ledger
from collector.wal.segments import Segment, SegmentError, read_segment

logger = logging.getLogger(__name__)


class Lander:
    """Lands segments of one log in one lake, and counts them in ``ledger``."""

    def __init__(self, config: CollectorConfig, hash_key: bytes, ledger: Ledger) -> None:
        self._config = config
        self._reader = Reader(config, hash_key)
        self._ledger = ledger

    def land(self, path: Path) -> Fates:
        """Bring the sealed segment in ``path`` into the lake, then remove it. Raises OSError; call again later then."""
        try:
            segment = read_segment(path)
        except SegmentError as error:
            reason = quarantine.Reason(path.stem, 0, str(error))
            quarantine.set_aside(self._config.quarantine, reason, path.read_bytes(), label=quarantine.SEGMENT)
            logger.error("%s; moved to quarantine", error)
            landed = Fates(damages=1)
        else:
            landed = self.land_segment(segment, path.read_bytes() if segment.damages else b"")
        self._ledger.count(path.stem, landed)
        path.unlink()
        self._ledger.forget(path.stem)
        sync_folder(path.parent)
        return landed

    def land_segment(self, segment: Segment, content: bytes) -> Fates:
        """Bring a segment into the lake, and what cannot be read of it into the quarantine.

        ``content`` are the segment's bytes, of which damaged places are kept. The same call again changes nothing.
        """
        name = segment.header.segment
        self._set_aside_damages(segment, content)
        records = list(enumerate(segment.records))
        landed = self._reader.land(segment.header, records, self._set_aside, functools.partial(self._is_aside, name))
        return landed + Fates(damages=len(segment.damages))

    def _is_aside(self, name: str, number: int) -> bool:
        return quarantine.path_of(self._config.quarantine, name, number).exists()

    def _set_aside(self, name: str, rejected: list[Rejected]) -> None:
        for item in rejected:
            record = item.record
            reason = quarantine.Reason(
                *(name, item.number, item.reason, record.received_at_ns, record.organization),
                *(SIGNALS[record.signal], record.items),
            )
            quarantine.set_aside(self._config.quarantine, reason, record.body)
            logger.error("%s: request %d moved to quarantine: %s", name, item.number, item.reason)

    def _set_aside_damages(self, segment: Segment, content: bytes) -> None:
        name = segment.header.segment
        for number, damage in enumerate(segment.damages):
            reason = quarantine.Reason(name, number, f"{damage.reason} (bytes {damage.start} to {damage.end})")
            kept = content[damage.start : damage.end]
            quarantine.set_aside(self._config.quarantine, reason, kept, label=quarantine.DAMAGE)
            logger.error("%s: %s", name, reason.reason)
