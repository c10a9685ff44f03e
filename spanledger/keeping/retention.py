"""`spanledger retention`: takes whole days of arrival out of the lake, once every published number can do without them.

Of each day, in this order, so that whatever dies in between, nothing is lost and the next run goes on:

1. what the models read of its spans is written to `records/expired_spans/` (see `spanledger.expired_spans`);
2. what is to go is written down (files, spans, bytes, a digest; see `removals`);
3. the files are removed, in a folder or an object store;
4. what was written down takes its place in `records/retention/`, append-only.

A day stays while the log or the lake holds anything of it that the published build does not. Builds, compaction,
rewriting and backups wait meanwhile, or this waits for them; landing goes on.
"""

import dataclasses
import itertools
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

import duckdb
import pyarrow as pa

from collector.data_format import FormatError, claim
from collector.files import aside, lock, make_folder, publish
from collector.store import keeper
from collector.store.lake import LOCK_NAME, split
from collector.store.lake_file import TREES, LakeError, LakeFile
from collector.store.lake_store import LakeStore, store_of
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, SegmentError, read_header
from spanledger.freshness import behind
from spanledger.keeping import expired_spans, removals
from spanledger.published.builds import BuildInProgressError, Builds, new_build_id
from transforms.columns import SCHEMA

logger = logging.getLogger(__name__)

SQL = (Path(__file__).parent.parent / "sql" / "expire.sql").read_text()
DAY_PREFIX = "ingest_date="
KEYS = (
    *("organization", "resource_tag_organization", "trace_id", "span_id"),
    *("start_time_unix_nano", "end_time_unix_nano", "received_at_ns"),
)


class RetentionError(RuntimeError):
    """A day cannot be removed; the message says why."""


NOT_REMOVED = (RetentionError, BuildInProgressError, LakeError, FormatError, OSError, duckdb.Error)
"""Why nothing, or not everything that is due, was removed; what is there is whole, and the next run goes on."""


@dataclasses.dataclass(frozen=True)
class Day:
    """One folder `<tree>/ingest_date=…` of the lake that is old enough."""

    folder: PurePath
    files: tuple[LakeFile, ...]  # those that count
    sizes: Mapping[PurePath, int]  # of these, and of those they have replaced
    why_kept: str | None = None  # what speaks against removing it now

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
        return sum(self.sizes.values())


def due(data: Path, lake: PurePath, keep_days: int, today: date) -> list[Day]:
    """The days of arrival more than ``keep_days`` before ``today``, oldest first. Raises LakeError, duckdb.Error."""
    first_kept, store = today - timedelta(days=keep_days), store_of(lake, data)
    days = [day for tree in TREES for day in _days(lake / tree, first_kept, store)]
    if not days:
        return []
    missing, waiting = set(behind(data, lake).segments), {hour.date() for hour in hours_in_log(data / "log")}
    return sorted((_judged(day, missing, waiting) for day in days), key=lambda day: (day.date, day.folder))


def expire(data: Path, lake: PurePath, keep_days: int, now: datetime) -> list[Day]:
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
            for begun in removals.unfinished(data):  # of a run that died
                removals.finish(begun, lake, store_of(lake, data))
            days = due(data, lake, keep_days, now.astimezone(UTC).date())
            for day in days:
                if not day.why_kept:
                    _remove(day, data, lake, builds, {"at": now, "keep_spans_days": keep_days})
            return days
        finally:
            os.close(held)


def _days(tree: PurePath, first_kept: date, store: LakeStore) -> Iterator[Day]:
    """Those before ``first_kept`` that hold files."""
    until = tree / f"{DAY_PREFIX}{first_kept}"
    old = (hour for hour in store.hours(tree) if hour.folder.parent < until)
    for folder, hours in itertools.groupby(old, key=lambda hour: hour.folder.parent):
        found = [split(store.read(hour.paths())) for hour in hours]
        paths = {file.path for files in found for part in files for file in part}
        if paths:
            sizes = {path: size for path, size in store.sizes(folder).items() if path in paths}
            yield Day(folder, tuple(file for active, _ in found for file in active), sizes)


def _judged(day: Day, missing: set[str], waiting: set[date]) -> Day:
    unread = [segment for file in day.files for segment in file.segments if segment in missing]
    why = None
    if unread:
        why = f"the published build lacks {len(unread)} of its segments, such as {unread[0]}: run spanledger build"
    elif day.date in waiting:
        why = "the log holds requests of that day: start the collector, which lands them"
    return dataclasses.replace(day, why_kept=why)


def hours_in_log(log: Path) -> list[datetime]:
    """Of arrival, of all that waits for the lake."""
    hours = []
    for path in [*log.glob("*" + SEALED_SUFFIX), *log.glob("*" + OPEN_SUFFIX)]:
        try:
            hours.append(read_header(path).hour)
        except (FileNotFoundError, SegmentError):  # landed meanwhile, or being started, today
            continue
    return hours


def _remove(day: Day, data: Path, lake: PurePath, builds: Builds, said: Mapping[str, Any]) -> None:
    tree, store = day.folder.parent.name, store_of(lake, data)
    kept = expired_spans.folder_of(data) / f"{day.date}-{tree}-{new_build_id()}.parquet"
    late = _keep(day, builds, kept, data / "run" / "duckdb", store)
    more = {
        "tree": tree,
        "ingest_date": day.date,
        "spans": day.spans,
        "segments": sorted(segment for file in day.files for segment in file.segments),
        "kept_file": kept.name,
        "build_id": builds.current,
        "late": late,
    }
    removals.finish(removals.begin(data, lake, day.sizes, {**said, **more}), lake, store)
    logger.info("removed %s of %s: %d spans in %d files", day.date, tree, day.spans, len(day.sizes))


def _keep(day: Day, builds: Builds, path: Path, scratch: Path, store: LakeStore) -> list[dict[str, Any]]:
    """Write what the published build read of the day's spans; returns how many came for closed days (`removals.LATE`).

    Raises RetentionError where it lacks one."""
    make_folder(path.parent)
    with duckdb.connect(config={"temp_directory": str(scratch)}) as connection:
        connection.execute(f"attach '{_published(builds)}' as published (read_only)")
        _load_keys(connection, day.files, store)
        connection.execute(SQL)
        [(lost,)] = connection.execute("select count(*) from gone where trace_key is null and not is_closed").fetchall()
        if lost:
            raise RetentionError(
                f"{day.folder} stays: {lost} of its spans are not in the published build though it read their "
                "segments; run spanledger build --full-refresh, and report it to us if this stays"
            )
        late: list[dict[str, Any]] = connection.execute("from late order by all").to_arrow_table().to_pylist()
        rows = connection.sql(
            "select * exclude (gone_span_id, is_closed) from gone where trace_key is not null "
            "order by trace_key, span_id"
        )
        rows.write_parquet(str(aside(path)), compression="zstd")
    publish(path)
    return late


def _load_keys(connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile], store: LakeStore) -> None:
    """The table `arrived`: whose and when each row of ``files`` is; null where an older version's file does not say."""
    none = pa.schema([SCHEMA.field(name) for name in KEYS]).empty_table()
    connection.register("rows_of_file", none)
    connection.execute("create table arrived as from rows_of_file")
    for file in files:
        with store.opened(file.path) as opened:
            there = [name for name in KEYS if name in opened.schema_arrow.names]
            rows = opened.read(columns=there).replace_schema_metadata(None)
        connection.register("rows_of_file", pa.concat_tables([none, rows], promote_options="default"))
        connection.execute("insert into arrived by name from rows_of_file")


def _published(builds: Builds) -> Path:
    warehouse = builds.published
    if warehouse is None:
        raise RetentionError("nothing has been published yet; run spanledger build first")
    return warehouse
