"""One sealed segment into the lake and the records: read, normalise, write the files, remove the segment.

Exactly once, whatever crashes when: the file's name is the segment's, it appears whole by rename, and a segment whose
file (or merged file) is already there is only removed. What came as logs or metrics lands in a file of its own,
and so do outcomes, in `records/outcomes/`.
"""

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from collector import lake, outcome_files, quarantine
from collector.config import CollectorConfig
from collector.files import sync_folder
from collector.mapping import mapping_of
from collector.outcomes import rows_of
from collector.segments import LOGS, METRICS, OUTCOMES, TRACES, Header, Record, Segment, SegmentError, read_segment
from transforms.columns import SCHEMA
from transforms.normalise import NormaliseOptions, Request, UndecodableError, normalise

logger = logging.getLogger(__name__)

SIGNALS = {TRACES: "span", LOGS: "log", METRICS: "metric", OUTCOMES: "outcome"}
"""What rows of the lake, and the quarantine, call a record's signal."""

_Numbered = Sequence[tuple[int, Record]]


@dataclasses.dataclass(frozen=True)
class Landed:
    """What became of one segment."""

    rows: int
    quarantined: int
    outcomes: int = 0


@dataclasses.dataclass(frozen=True)
class _Rejected:
    number: int
    record: Record
    reason: str


class Lander:
    """Lands segments of one log in one lake."""

    def __init__(self, config: CollectorConfig, hash_key: bytes) -> None:
        self._config = config
        self._options = NormaliseOptions(config.store_content, hash_key, mapping_of(config))

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
        self._set_aside_damages(path, segment)
        numbered = list(enumerate(segment.records))
        spans = [one for one in numbered if one[1].signal == TRACES]
        others = [one for one in numbered if one[1].signal not in (TRACES, OUTCOMES)]
        said = [one for one in numbered if one[1].signal == OUTCOMES]
        landed = [
            self._land_in(self._config.spans, segment.header, spans),
            self._land_in(self._config.logs, lake.logs_header(segment.header), others),
            self._land_outcomes(segment.header, said),
        ]
        quarantined = sum(one.quarantined for one in landed) + len(segment.damages)
        return Landed(sum(one.rows for one in landed), quarantined, sum(one.outcomes for one in landed))

    def _land_in(self, tree: Path, header: Header, records: _Numbered) -> Landed:
        if not records or lake.is_landed(tree, header):
            return Landed(0, 0)
        tables, rejected = self._normalise(header.segment, records)
        self._set_aside(header.segment, rejected)
        rows = sum(table.num_rows for table in tables)
        if rows:
            lake.write_segment(tree, header, pa.concat_tables(tables))
        return Landed(rows, len(rejected))

    def _land_outcomes(self, header: Header, records: _Numbered) -> Landed:
        folder = outcome_files.folder_of(self._config.data)
        if not records or outcome_files.is_there(folder, header.segment):
            return Landed(0, 0)
        tables: list[pa.Table] = []
        rejected: list[_Rejected] = []
        for number, record in records:
            try:
                tables.append(rows_of(record, header.segment))
            except ValueError as error:
                rejected.append(_Rejected(number, record, str(error)))
        self._set_aside(header.segment, rejected)
        if any(table.num_rows for table in tables):
            outcome_files.write(folder, header.segment, pa.concat_tables(tables))
        return Landed(0, len(rejected), sum(table.num_rows for table in tables))

    def _normalise(self, name: str, numbered: _Numbered) -> tuple[list[pa.Table], list[_Rejected]]:
        step = self._config.batch_requests
        tables: list[pa.Table] = []
        rejected: list[_Rejected] = []
        for start in range(0, len(numbered), step):
            self._normalise_batch(numbered[start : start + step], name, tables, rejected)
        return tables, rejected

    def _normalise_batch(self, batch: _Numbered, name: str, tables: list[pa.Table], rejected: list[_Rejected]) -> None:
        """Normalise ``batch``; where that fails, halve it until the request at fault stands alone."""
        requests = [
            Request(record.body, record.received_at_ns, record.organization, name, SIGNALS[record.signal])
            for _, record in batch
        ]
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

    def _set_aside(self, name: str, rejected: Sequence[_Rejected]) -> None:
        for item in rejected:
            record = item.record
            signal = SIGNALS[record.signal]
            reason = quarantine.Reason(
                name, item.number, item.reason, record.received_at_ns, record.organization, signal
            )
            quarantine.set_aside(self._config.quarantine, reason, record.body)
            logger.error("%s: request %d moved to quarantine: %s", name, item.number, item.reason)

    def _set_aside_damages(self, path: Path, segment: Segment) -> None:
        if not segment.damages:
            return
        name, content = segment.header.segment, path.read_bytes()
        for number, damage in enumerate(segment.damages):
            reason = quarantine.Reason(name, number, f"{damage.reason} (bytes {damage.start} to {damage.end})")
            quarantine.set_aside(self._config.quarantine, reason, content[damage.start : damage.end], label="damage")
            logger.error("%s: %s", name, reason.reason)
