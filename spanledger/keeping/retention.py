"""`spanledger retention`: takes whole days of arrival out of the lake, once every published number can do without them.

Of each day, in this order, so that whatever dies in between, nothing is lost and the next run goes on:

1. what the models read of its spans is written to `records/expired_spans/` (see `spanledger.expired_spans`);
2. its folder gets the proof (files, spans, bytes, a digest) and a hidden name: from that moment no reader sees it;
3. the proof is put into `records/retention/`, append-only;
4. the folder is removed.

A day stays while the log or the lake holds anything of it that the published build does not. Builds, compaction,
rewriting and backups wait meanwhile, or this waits for them; landing goes on.
"""

import dataclasses
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.data_format import FormatError, claim
from collector.files import lock, make_folder, sync_folder
from collector.store import keeper
from collector.store.lake import LOCK_NAME, partitions, split_superseded
from collector.store.lake_file import TREES, LakeError, LakeFile
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, SegmentError, read_header
from spanledger.freshness import behind
from spanledger.keeping import expired_spans
from spanledger.published.builds import BuildInProgressError, Builds, new_build_id, sync

logger = logging.getLogger(__name__)

SQL = (Path(__file__).parent.parent / "sql" / "expire.sql").read_text()
DAY_PREFIX, GONE_PREFIX, PROOF_NAME = "ingest_date=", ".expired-", "proof.parquet"
PROOF = pa.schema(
    [
        ("at", pa.timestamp("us", tz="UTC")),
        ("keep_spans_days", pa.int64()),
        ("tree", pa.string()),
        ("ingest_date", pa.date32()),
        ("files", pa.int64()),
        ("spans", pa.int64()),
        ("bytes", pa.int64()),
        ("digest", pa.string()),  # SHA-256 over a line "path bytes" for each file, in order
        ("segments", pa.list_(pa.string())),
        ("kept_file", pa.string()),  # in records/expired_spans
        ("build_id", pa.string()),  # the published build that holds its figures
    ]
)


WHAT = "removing spans by age (keep_spans_days)"


class RetentionError(RuntimeError):
    """A day cannot be removed; the message says why."""


NOT_REMOVED = (RetentionError, BuildInProgressError, LakeError, FormatError, OSError, duckdb.Error)
"""Why nothing, or not everything that is due, was removed; what is there is whole, and the next run goes on."""


@dataclasses.dataclass(frozen=True)
class Day:
    """One folder `<tree>/ingest_date=…` of the lake that is old enough."""

    folder: Path
    files: tuple[LakeFile, ...]  # those that count
    why_kept: str | None  # what speaks against removing it now

    @property
    def date(self) -> date:
        """The day of arrival (UTC)."""
        return date.fromisoformat(self.folder.name.removeprefix(DAY_PREFIX))

    @property
    def spans(self) -> int:
        """How many it holds."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Of all files in it."""
        return sum(path.stat().st_size for path in _parquet(self.folder))


def due(data: Path, lake: Path, keep_days: int, today: date) -> list[Day]:
    """The days of arrival more than ``keep_days`` before ``today``, oldest first. Raises LakeError, duckdb.Error."""
    first_kept = today - timedelta(days=keep_days)
    days = [day for tree in TREES for day in _days(lake / tree) if day.date < first_kept]
    if not days:
        return []
    missing, waiting = set(behind(data, lake).segments), _dates_in_log(data / "log")
    return sorted((_judged(day, missing, waiting) for day in days), key=lambda day: (day.date, day.folder))


def expire(data: Path, lake: Path, keep_days: int, now: datetime) -> list[Day]:
    """Remove what is due; returns every day that was, those that had to stay with the reason.

    Waits for compaction and rewriting. Raises one of NOT_REMOVED.
    """
    keeper.refuse_others(data, lake)
    claim(data)
    builds = Builds(data)
    make_folder(data / "run")
    with builds.lock():
        held = lock(data / "run" / LOCK_NAME, is_waiting=True)
        try:
            for tree in TREES:
                for hidden in (lake / tree).glob(f"{GONE_PREFIX}{DAY_PREFIX}*"):
                    _finish(hidden, data)  # of a run that died
            days = due(data, lake, keep_days, now.astimezone(UTC).date())
            for day in days:
                if not day.why_kept:
                    _remove(day, data, builds, keep_days, now)
            return days
        finally:
            os.close(held)


def _parquet(folder: Path) -> list[Path]:
    """Every file of a day's hours, replaced ones and what a crash left included."""
    return sorted(path for path in folder.glob("*/*") if path.is_file())


def _days(tree: Path) -> Iterator[Day]:
    for folder in sorted(tree.glob(DAY_PREFIX + "*")):
        hours = [hour for hour in partitions(tree) if hour.parent == folder]
        yield Day(folder, tuple(file for hour in hours for file in split_superseded(hour)[0]), None)


def _judged(day: Day, missing: set[str], waiting: set[date]) -> Day:
    unread = [segment for file in day.files for segment in file.segments if segment in missing]
    why = None
    if unread:
        why = f"the published build lacks {len(unread)} of its segments, such as {unread[0]}: run spanledger build"
    elif day.date in waiting:
        why = "the log holds requests of that day: start the collector, which lands them"
    return dataclasses.replace(day, why_kept=why)


def _dates_in_log(log: Path) -> set[date]:
    dates = set()
    for path in [*log.glob("*" + SEALED_SUFFIX), *log.glob("*" + OPEN_SUFFIX)]:
        try:
            dates.add(read_header(path).hour.date())
        except (FileNotFoundError, SegmentError):  # landed meanwhile, or being started, today
            continue
    return dates


def _remove(day: Day, data: Path, builds: Builds, keep_days: int, now: datetime) -> None:
    kept = expired_spans.folder_of(data) / f"{day.date}-{day.folder.parent.name}-{new_build_id()}.parquet"
    _keep(day, builds, kept, data / "run" / "duckdb")
    _write(day.folder / PROOF_NAME, _proof(day, keep_days, now, kept.name, builds.current))
    hidden = day.folder.with_name(f"{GONE_PREFIX}{day.folder.name}")
    day.folder.rename(hidden)
    sync_folder(hidden.parent)
    _finish(hidden, data)
    logger.info("removed %s of %s: %d spans in %d files", day.date, hidden.parent.name, day.spans, len(day.files))


def _finish(hidden: Path, data: Path) -> None:
    """Put the proof of a folder that no reader sees any more where it belongs, and remove the folder."""
    proof = pq.ParquetFile(hidden / PROOF_NAME).read()
    [row] = proof.to_pylist()
    name = f"{row['at']:%Y%m%dT%H%M%S%fZ}-{row['ingest_date']}-{row['tree']}.parquet"
    _write(data / "records" / "retention" / name, proof)
    shutil.rmtree(hidden)
    sync_folder(hidden.parent)


def _keep(day: Day, builds: Builds, path: Path, scratch: Path) -> None:
    """Write what the published build read of the day's spans. Raises RetentionError where it lacks one."""
    if not day.files:
        return
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.tmp")
    with duckdb.connect(config={"temp_directory": str(scratch)}) as connection:
        connection.execute(f"attach '{_published(builds)}' as published (read_only)")
        connection.execute(SQL, {"files": [str(file.path) for file in day.files]})
        [(lost,)] = connection.execute("select count(*) from gone where trace_key is null").fetchall()
        if lost:
            raise RetentionError(
                f"{day.folder} stays: {lost} of its spans are not in the published build though it read their "
                "segments; run spanledger build --full-refresh, and report it to us if this stays"
            )
        rows = connection.sql("select * exclude (gone_span_id) from gone order by trace_key, span_id")
        rows.write_parquet(str(aside), compression="zstd")
    sync(aside)
    aside.replace(path)
    sync_folder(path.parent)


def _published(builds: Builds) -> Path:
    warehouse = builds.published
    if warehouse is None:
        raise RetentionError("nothing has been published yet; run spanledger build first")
    return warehouse


def _proof(day: Day, keep_days: int, now: datetime, kept: str, build_id: str | None) -> pa.Table:
    paths = _parquet(day.folder)
    lines = "".join(f"{path.relative_to(day.folder.parent.parent)} {path.stat().st_size}\n" for path in paths)
    row = {
        "at": now,
        "keep_spans_days": keep_days,
        "tree": day.folder.parent.name,
        "ingest_date": day.date,
        "files": len(paths),
        "spans": day.spans,
        "bytes": day.bytes,
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
        "segments": sorted(segment for file in day.files for segment in file.segments),
        "kept_file": kept if day.files else None,
        "build_id": build_id,
    }
    return pa.Table.from_pylist([row], schema=PROOF)


def _write(path: Path, rows: pa.Table) -> None:
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.tmp")
    pq.write_table(rows, aside)
    sync(aside)
    aside.replace(path)
    sync_folder(path.parent)
