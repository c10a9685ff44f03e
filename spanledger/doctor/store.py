"""The log and the lake: what waits, what could not be read, whether every file can be."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path, PurePath

import pyarrow as pa

from collector.files import read_json
from collector.store.lake import split
from collector.store.lake_file import TREES, LakeError, LakeFile
from collector.store.lake_store import LOCAL, LakeStore, StoreError
from collector.store.writer import STATE_NAME, sealed_segments
from collector.wal import quarantine as kept
from spanledger.doctor.doors import running_collector
from spanledger.doctor.findings import Finding, fault, ok
from spanledger.settings import Settings

LATE_S = 60.0
"""A sealed segment lands within seconds; one this old means that the writer does not get on."""
FULL = 0.9
"""Share of the log's room at which it is time to look."""
SHOWN = 3


def log(settings: Settings) -> Iterator[Finding]:
    """Segments that wait for the lake."""
    folder = settings.data.absolute() / "log"
    waiting = [*sealed_segments(folder), *sorted(folder.glob("*.open"))]
    size = sum(path.stat().st_size for path in waiting)
    if folder.is_dir():
        yield _room(settings, folder, size)
    if not waiting:
        yield ok("log", "empty: everything acknowledged is in the lake")
        return
    detail = f"{len(waiting)} segments ({size:,} bytes) wait for the lake, the first is {waiting[0].name}"
    if running_collector(settings) is None:
        yield fault("log", f"{detail}, and no collector runs", "spanledger up (or collect): its start lands them")
    elif time.time() - min(path.stat().st_mtime for path in waiting) > LATE_S:
        error = (read_json(settings.data.absolute() / "run" / STATE_NAME) or {}).get("error")
        yield fault("log", f"{detail}; the writer says: {error or 'nothing'}", "remove the cause; it goes on by itself")
    else:
        yield ok("log", f"{detail}; the writer is at it")


def _room(settings: Settings, folder: Path, size: int) -> Finding:
    """How full the log is: of what it may take, and of what its disk has left for it."""
    free = shutil.disk_usage(folder).free
    share = size / settings.log_max_bytes
    detail = (
        f"{share:.0%} full: {size:,} of {settings.log_max_bytes:,} bytes (log_max_bytes); its disk has {free:,} bytes "
        f"free, of which {settings.min_free_bytes:,} stay (min_free_bytes)"
    )
    if share >= FULL:
        return fault("log room", detail, "see why the writer does not get on; at 100% senders are told to wait")
    if free <= settings.min_free_bytes:
        return fault("log room", detail, "make room on that disk, or move the data directory; senders are told to wait")
    return ok("log room", detail)


def quarantine(settings: Settings) -> Iterator[Finding]:
    """Requests that were acknowledged and could not be read."""
    folder = settings.data.absolute() / "log" / "quarantine"
    found = list(kept.items(folder))
    if not found:
        yield ok("quarantine", "empty")
        return
    reasons = "; ".join(f"{item.id}: {item.said.reason}" for item in found[:SHOWN])
    yield fault(
        "quarantine",
        f"{len(found)} requests were acknowledged and could not be read, so their spans are missing ({reasons})",
        f"spanledger quarantine list; have the sender fixed or report it to us, then spanledger quarantine replay; "
        f"they are kept in {folder}",
    )


def lake(settings: Settings, *, is_deep: bool) -> Iterator[Finding]:
    """Every file says its segments, no two hold the same; ``is_deep`` reads every row too."""
    files: list[LakeFile] = []
    problems: list[str] = []
    try:
        of_lake = settings.lake_store
        hours = [hour for tree in TREES for hour in of_lake.hours(settings.lake_path / tree)]
    except StoreError as error:
        yield fault("lake", str(error), "put that right; what arrives meanwhile waits in the log")
        return
    for hour in hours:
        broken = [problem for path in hour.paths() if (problem := unreadable(path, is_deep, of_lake))]
        problems += broken
        if not broken:
            try:
                files += split(of_lake.read(hour.paths()))[0]
            except LakeError as error:
                problems.append(str(error))
    for problem in problems:
        yield fault(
            "lake",
            problem,
            "put that file back from a backup; if there is none, move it out of the lake (its spans are then missing) "
            "and run spanledger build --full-refresh",
        )
    if not problems:
        segments, rows = sum(len(file.segments) for file in files), sum(file.rows for file in files)
        how = "every row read" if is_deep else "each says its segments; --deep reads every row"
        yield ok("lake", f"{len(files)} files, {segments} segments, {rows:,} spans ({how})")


def unreadable(path: PurePath, is_deep: bool, of_lake: LakeStore = LOCAL) -> str | None:
    """What is wrong with a Parquet file of ours, None for nothing."""
    try:
        of_lake.read([path])
        if is_deep:
            with of_lake.opened(path) as file:
                for _ in file.iter_batches():
                    pass
    except LakeError as error:
        return str(error)
    except (pa.ArrowException, OSError) as error:
        return f"{path} cannot be read: {error}"
    return None
