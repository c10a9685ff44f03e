"""What receivers say of themselves in the lake that they share: `receivers/<id>.json`, written again and again.

The one that keeps the lake learns from it up to when everything that was acknowledged anywhere has landed. Times are
told as what has passed since the file was written, so a receiver whose clock is wrong says nothing wrong here.
"""

import dataclasses
import hashlib
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any

from collector.config import CollectorConfig
from collector.files import lock, make_folder
from collector.store.lake_store import LakeStore, store_of
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, SegmentError, read_header

FOLDER = "receivers"
SAY_S, SAY_OBJECTS_S = 2.0, 30.0
"""Between two words, in a folder and in an object store, where each is a request that is paid for."""


@dataclasses.dataclass(frozen=True)
class Said:
    """What one receiver said last, ``age_s`` ago: its oldest request not in the lake yet was ``behind_s`` old then."""

    receiver: str
    host: str
    data: str
    version: str
    settings: dict[str, Any]
    segments: int
    behind_s: float
    hours: tuple[str, ...]  # of arrival, by its clock: now and an hour before, as folders
    is_ended: bool
    said_at_ns: int

    def complete_until_ns(self, now_ns: int) -> int:
        """All that this receiver had acknowledged by then is in the lake."""
        if self.is_ended:
            return now_ns
        return self.said_at_ns - int(self.behind_s * 1e9)


def join(config: CollectorConfig, receiver: str) -> int | None:
    """Take the receiver's name in the lake for as long as this process lives; returns the lock's descriptor.

    Raises LockedError where another process has it: a copy of this data directory.
    """
    if not isinstance(config.lake, Path):
        return None  # an object store has no locks; there, equal names with other content are refused
    folder = config.lake / FOLDER
    make_folder(folder)
    path = folder / f".{receiver}.lock"
    return lock(path, what=f"receiver id {receiver} in the lake {config.lake}", setting="SPANLEDGER_DATA")


def say(config: CollectorConfig, receiver: str, *, is_ended: bool = False) -> None:
    """Say how this receiver stands. Raises OSError."""
    begun = oldest_ns(config.log)
    behind_s = 0.0 if begun is None else max(0.0, (time.time_ns() - begun) / 1e9)
    segments = sum(1 for suffix in (SEALED_SUFFIX, OPEN_SUFFIX) for _ in config.log.glob("*" + suffix))
    said = {
        "receiver": receiver,
        "host": socket.gethostname(),
        "data": str(config.data),
        "pid": os.getpid(),
        "version": metadata.version("spanledger"),
        "settings": shared_settings(config),
        "segments": segments,
        "behind_s": behind_s,
        "hours": hours_of(datetime.now(UTC)),
        "is_ended": is_ended and not segments,
    }
    store_of(config.lake, config.data).say(f"{FOLDER}/{receiver}.json", said)


def pause_s(lake: PurePath) -> float:
    """Between two words."""
    return SAY_S if isinstance(lake, Path) else SAY_OBJECTS_S


def hours_of(now: datetime) -> list[str]:
    """The folders, below spans and logs, of the hour of ``now`` and the one before it."""
    return [f"ingest_date={hour:%Y-%m-%d}/ingest_hour={hour:%H}" for hour in (now, now - timedelta(hours=1))]


def shared_settings(config: CollectorConfig) -> dict[str, Any]:
    """What all receivers of a lake must have alike, or equal requests become unequal rows."""
    return {
        "store_content": config.store_content,
        "pseudonymous_users": config.pseudonymous_users,
        "mapping": hashlib.sha256((config.mapping or "").encode()).hexdigest()[:16],
    }


def others(store: LakeStore) -> Iterator[Said]:
    """What each receiver alone said last. Raises ValueError naming a damaged file."""
    names = {field.name for field in dataclasses.fields(Said)} - {"said_at_ns"}
    for name in store.names(FOLDER):
        said_at_ns, said = store.said_at_ns(name), store.said(name)
        if said_at_ns is not None and said is not None:  # else taken away meanwhile
            said["hours"] = tuple(said["hours"])
            yield Said(said_at_ns=said_at_ns, **{name: said[name] for name in names})


def oldest_ns(log: Path) -> int | None:
    """When the oldest segment was begun that is not in the lake yet; None where all is."""
    begun = []
    for suffix in (SEALED_SUFFIX, OPEN_SUFFIX):
        for path in log.glob("*" + suffix):
            try:
                begun.append(read_header(path).opened_at_ns)
            except (FileNotFoundError, SegmentError):
                continue  # landed meanwhile, or just being started
    return min(begun, default=None)
