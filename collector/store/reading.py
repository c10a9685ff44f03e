"""Requests of the log into files of the lake and the records: what landing and the replay of the quarantine share.

The files are named after a segment, and one that is there already is left alone; so the same call again, after a crash
at any point of the first one, changes nothing.
"""

import dataclasses
import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

import pyarrow as pa

from collector.config import CollectorConfig
from collector.mapping import mapping_of
from collector.outcomes import rows_of
from collector.store import lake, outcome_files
from collector.store.lake_store import store_of
from collector.wal.fates import Fates
from collector.wal.segments import LOGS, METRICS, OUTCOMES, TRACES, Header, Record
from transforms.columns import SCHEMA
from transforms.normalise import NormaliseOptions, Request, UndecodableError, normalise
from transforms.pseudonyms import pseudonymised

logger = logging.getLogger(__name__)

SIGNALS = {TRACES: "span", LOGS: "log", METRICS: "metric", OUTCOMES: "outcome"}
"""What rows of the lake, and the quarantine, call a record's signal."""

Numbered = Sequence[tuple[int, Record]]


@dataclasses.dataclass(frozen=True)
class Rejected:
    """A request that cannot be read: its number in the segment, and why."""

    number: int
    record: Record
    reason: str


SetAside = Callable[[str, list[Rejected]], None]
IsAside = Callable[[int], bool]


@dataclasses.dataclass(frozen=True)
class _Tree:
    """Where one kind of rows lands: what is there of the segment, and how to add to it."""

    rows_there: Callable[[], int | None]
    read: Callable[[], tuple[list[pa.Table], list[Rejected]]]
    write: Callable[[pa.Table], PurePath]


class Reader:
    """Reads requests as one collector's settings say, and writes them into its lake."""

    def __init__(self, config: CollectorConfig, hash_key: bytes) -> None:
        self._config = config
        self._store = store_of(config.lake, config.data)
        self._options = NormaliseOptions(config.store_content, hash_key, mapping_of(config))
        own_keys = self._options.mapping.keys_anywhere_of("user_id")
        self._user_keys = own_keys if config.pseudonymous_users else None

    def land(self, header: Header, numbered: Numbered, set_aside: SetAside, is_aside: IsAside) -> Fates:
        """Write what can be read of ``numbered`` as the segment of ``header``. Raises OSError; call again then.

        ``set_aside`` gets what cannot be read before anything is written; ``is_aside`` says of a number whether it did
        so in an earlier call, which tells the fates of what that call wrote.
        """
        spans = [one for one in numbered if one[1].signal == TRACES]
        others = [one for one in numbered if one[1].signal not in (TRACES, OUTCOMES)]
        said = [one for one in numbered if one[1].signal == OUTCOMES]
        fates = self._land(self._spans(self._config.spans, header, spans), header, spans, set_aside, is_aside)
        logs = lake.logs_header(header)
        fates += self._land(self._spans(self._config.logs, logs, others), header, others, set_aside, is_aside)
        outcomes = self._land(self._outcomes(header, said), header, said, set_aside, is_aside)
        return fates + dataclasses.replace(outcomes, rows=0, outcomes=outcomes.rows)

    def _land(self, tree: _Tree, header: Header, records: Numbered, set_aside: SetAside, is_aside: IsAside) -> Fates:
        if not records:
            return Fates()
        rows = tree.rows_there()
        if rows is not None:
            return _fates(header, records, {number for number, _ in records if is_aside(number)}, rows)
        tables, rejected = tree.read()
        set_aside(header.segment, rejected)
        rows = sum(table.num_rows for table in tables)
        if rows:
            tree.write(pa.concat_tables(tables))
        return _fates(header, records, {one.number for one in rejected}, rows)

    def _spans(self, folder: PurePath, header: Header, records: Numbered) -> _Tree:
        return _Tree(
            lambda: lake.landed_rows(folder, header, self._store),
            lambda: self._normalise(header.segment, records),
            lambda table: lake.write_segment(folder, header, table, self._store),
        )

    def _outcomes(self, header: Header, records: Numbered) -> _Tree:
        folder = outcome_files.folder_of(self._config.data)
        return _Tree(
            lambda: outcome_files.landed_rows(folder, header.segment),
            lambda: _read_outcomes(header.segment, records),
            lambda table: outcome_files.write(folder, header.segment, table),
        )

    def _normalise(self, name: str, numbered: Numbered) -> tuple[list[pa.Table], list[Rejected]]:
        step = self._config.batch_requests
        tables: list[pa.Table] = []
        rejected: list[Rejected] = []
        for start in range(0, len(numbered), step):
            self._normalise_batch(numbered[start : start + step], name, tables, rejected)
        return tables, rejected

    def _body(self, record: Record) -> bytes:
        if self._user_keys is None:
            return record.body
        return pseudonymised(record.body, SIGNALS[record.signal], self._options.hash_key, self._user_keys)

    def _normalise_batch(self, batch: Numbered, name: str, tables: list[pa.Table], rejected: list[Rejected]) -> None:
        """Normalise ``batch``; where that fails, halve it until the request at fault stands alone."""
        requests = [
            Request(self._body(record), record.received_at_ns, record.organization, name, SIGNALS[record.signal])
            for _, record in batch
        ]
        try:
            table = normalise(requests, self._options)
        except (MemoryError, OSError):
            raise
        except UndecodableError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 -- one request our own code stumbles over must not stop all others
            reason = _where(error)
            logger.error("%s: normalising failed: %s", name, reason)
        else:
            if table.schema != SCHEMA:
                raise TypeError(f"normalise gave another schema than transforms.columns.SCHEMA: {table.schema}")
            tables.append(table)
            return
        if len(batch) == 1:
            rejected.append(Rejected(*batch[0], reason))
            return
        middle = len(batch) // 2
        self._normalise_batch(batch[:middle], name, tables, rejected)
        self._normalise_batch(batch[middle:], name, tables, rejected)


def _where(error: Exception) -> str:
    """What went wrong and where; not the error's own words, which may hold what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} ({frames[-1].name})" if frames else ""
    return f"{type(error).__name__}{place}"


def _read_outcomes(name: str, records: Numbered) -> tuple[list[pa.Table], list[Rejected]]:
    tables: list[pa.Table] = []
    rejected: list[Rejected] = []
    for number, record in records:
        try:
            tables.append(rows_of(record, name))
        except ValueError as error:
            rejected.append(Rejected(number, record, str(error)))
    return tables, rejected


def _fates(header: Header, records: Numbered, aside: set[int], rows: int) -> Fates:
    landed = [record for number, record in records if number not in aside]
    bad = [record for number, record in records if number in aside]
    counts = [record.items for record in landed]
    items = rows if None in counts else sum(filter(None, counts))
    # Data points that belong together are one row: how many, only reading tells.
    missing = 0 if any(record.signal == METRICS for record in landed) else abs(rows - items)
    if missing:
        logger.error("%s: %d items acknowledged gave %d rows; a fault of ours", header.segment, items, rows)
    return Fates(
        landed_requests=len(landed),
        landed_items=items,
        rows=rows,
        quarantined=len(bad),
        quarantined_items=sum(record.items or 0 for record in bad),
        missing=missing,
    )
