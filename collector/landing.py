"""One sealed segment into the lake: read, normalise, write the file, remove the segment.

Exactly once, whatever crashes when: the file's name is the segment's, it appears whole by rename, and a segment whose
file (or merged file) is already there is only removed.
"""

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from collector import lake, quarantine
from collector.config import CollectorConfig
from collector.files import sync_folder
from collector.segments import Record, Segment, SegmentError, read_segment
from transforms.columns import SCHEMA
from transforms.normalise import NormaliseOptions, Request, UndecodableError, normalise

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Landed:
    """What became of one segment."""

    rows: int
    quarantined: int


@dataclasses.dataclass(frozen=True)
class _Rejected:
    number: int
    record: Record
    reason: str


class Lander:
    """Lands segments of one log in one lake."""

    def __init__(self, config: CollectorConfig, hash_key: bytes) -> None:
        self._config = config
        self._options = NormaliseOptions(store_content=config.store_content, hash_key=hash_key)

    def land(self, path: Path) -> Landed:
        """Bring the sealed segment in ``path`` into the lake, then remove it. Raises OSError; call again later then."""
        try:
            segment = read_segment(path)
        except SegmentError as error:
            reason = quarantine.Reason(path.stem, 0, str(error))
            quarantine.set_aside(self._config.quarantine, reason, path.read_bytes())
            logger.error("%s; moved to quarantine", error)
            landed = Landed(0, 1)
        else:
            landed = self._land(path, segment)
        path.unlink()
        sync_folder(path.parent)
        return landed

    def _land(self, path: Path, segment: Segment) -> Landed:
        spans = self._config.spans
        if lake.is_landed(spans, segment.header):
            return Landed(0, 0)
        tables, rejected = self._normalise(segment)
        self._set_aside(path, segment, rejected)
        rows = sum(table.num_rows for table in tables)
        if rows:
            lake.write_segment(spans, segment.header, pa.concat_tables(tables))
        return Landed(rows, len(rejected) + len(segment.damages))

    def _normalise(self, segment: Segment) -> tuple[list[pa.Table], list[_Rejected]]:
        name, step = segment.header.segment, self._config.batch_requests
        numbered = list(enumerate(segment.records))
        tables: list[pa.Table] = []
        rejected: list[_Rejected] = []
        for start in range(0, len(numbered), step):
            self._normalise_batch(numbered[start : start + step], name, tables, rejected)
        return tables, rejected

    def _normalise_batch(
        self, batch: Sequence[tuple[int, Record]], name: str, tables: list[pa.Table], rejected: list[_Rejected]
    ) -> None:
        """Normalise ``batch``; where that fails, halve it until the request at fault stands alone."""
        requests = [Request(record.body, record.received_at_ns, record.organization, name) for _, record in batch]
        try:
            table = normalise(requests, self._options)
        except (MemoryError, OSError):
            raise
        except UndecodableError as error:
            reason = str(error)
        except Exception as error:  # one request our own code stumbles over must not stop all others
            logger.exception("%s: normalising failed", name)
            reason = f"{type(error).__name__}: {error}"
        else:
            if table.schema != SCHEMA:
                raise TypeError(f"normalise gave another schema than transforms.columns.SCHEMA: {table.schema}")
            tables.append(table)
            return
        if len(batch) == 1:
            rejected.append(_Rejected(*batch[0], reason))
            return
        middle = len(batch) // 2
        self._normalise_batch(batch[:middle], name, tables, rejected)
        self._normalise_batch(batch[middle:], name, tables, rejected)

    def _set_aside(self, path: Path, segment: Segment, rejected: list[_Rejected]) -> None:
        name, folder = segment.header.segment, self._config.quarantine
        for item in rejected:
            record = item.record
            reason = quarantine.Reason(name, item.number, item.reason, record.received_at_ns, record.organization)
            quarantine.set_aside(folder, reason, record.body)
            logger.error("%s: request %d moved to quarantine: %s", name, item.number, item.reason)
        if segment.damages:
            content = path.read_bytes()
            for number, damage in enumerate(segment.damages):
                reason = quarantine.Reason(name, number, f"{damage.reason} (bytes {damage.start} to {damage.end})")
                quarantine.set_aside(folder, reason, content[damage.start : damage.end], label="damage")
                logger.error("%s: %s", name, reason.reason)
