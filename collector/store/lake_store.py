"""Where the files of a lake are: a folder of this machine, or an object store. Who uses a `LakeStore` need not know.

Either way a file is written aside, on this machine, and appears whole under its name, in one step, for good: it never
changes. On disk that step is a rename after fsync; in an object store it is one upload that fails where the name is
taken (`collector.store.object_store`).
"""

import contextlib
import functools
import secrets
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

import pyarrow.parquet as pq

from collector.files import aside, lock, make_folder, publish, read_json, sync_folder, write_json
from collector.store.lake_file import TREES, LakeError, LakeFile, by_rank, read_file
from collector.store.object_path import ObjectPath

IDENTITY = "lake.json"
LOCK_NAME = ".collector.lock"
LANDING_S = 3600.0
"""Nobody needs as long to write one file; whose half is older has died, and begins it anew when it comes back."""


class StoreError(OSError, LakeError):
    """The lake's store cannot be reached, or refuses; names the setting at fault."""


class StoreSetupError(StoreError):
    """What is needed to ask the store at all is missing on this machine; waiting does not help."""


@dataclass(frozen=True)
class Hour:
    """An hour of arrival in one of the lake's trees."""

    folder: PurePath
    stamp: Hashable  # another one after every change of its files
    paths: Callable[[], list[PurePath]]  # of its files, by name


class LakeStore(Protocol):
    """The files of one lake. Everything raises StoreError where the store cannot be reached or refuses, OSError."""

    def hours(self, tree: PurePath, since: PurePath | None = None) -> list[Hour]:
        """The hours of a tree that hold files, the oldest first; from the folder ``since`` on."""
        ...

    def read(self, paths: Iterable[PurePath]) -> list[LakeFile]:
        """What files say of themselves, in their order. Raises LakeError, FileNotFoundError."""
        ...

    def holder(self, path: PurePath, segment: str, prefixes: tuple[str, ...]) -> LakeFile | None:
        """The file that holds ``segment``: ``path``, its own, or one beside it whose name begins with a prefix."""
        ...

    def opened(self, path: PurePath) -> "contextlib.AbstractContextManager[pq.ParquetFile]":
        """A file's rows."""
        ...

    def here(self, path: PurePath) -> "contextlib.AbstractContextManager[Path]":
        """A file's bytes on this machine, for as long as they are looked at."""
        ...

    def aside(self, path: PurePath) -> Path:
        """Where on this machine to write what is to become the file ``path``."""
        ...

    def publish(self, path: PurePath) -> None:
        """Make what was written aside durable and visible under its name, whole and in one step."""
        ...

    def remove(self, files: Iterable[LakeFile]) -> None:
        """Remove files, those that others of them replace first."""
        ...

    def sizes(self, folder: PurePath) -> dict[PurePath, int]:
        """The bytes of every file below a folder, whatever it is."""
        ...

    def drop_empty(self, day: PurePath) -> None:
        """Forget the folders of a day that hold nothing any more, and what was left there half written."""
        ...

    def clear(self, folder: PurePath, pattern: str = "*") -> None:
        """Forget what was written aside for an hour and never published."""
        ...

    def clear_old(self, folder: PurePath, age_s: float) -> bool:
        """The same of what is older than that, whoever wrote it; whether something younger is left."""
        ...

    def said(self, name: str) -> dict[str, Any] | None:
        """The small JSON object under ``name`` in the lake, such as `lake.json`; None where there is none."""
        ...

    def say(self, name: str, value: dict[str, Any], *, is_first: bool = False) -> bool:
        """Put or replace such an object. With ``is_first`` only where there is none: false where somebody was first."""
        ...

    def said_at_ns(self, name: str) -> int | None:
        """When that was said, by the clock of where the lake is; None where nothing was."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names of such objects in a folder of the lake, `folder/…`."""
        ...

    def identity(self) -> str | None:
        """Who the lake says it is; None for one that is not there, or new. May be a minute old."""
        ...

    def claim(self) -> tuple[str, int | None]:
        """Make the lake known, once: who it is, and the descriptor of the lock that keeps it for one collector, where
        there is such a lock. Raises LockedError."""
        ...


class LocalStore:
    """A lake in a folder of this machine."""

    def __init__(self, lake: Path | None = None) -> None:
        """``lake`` is needed by who asks for its identity."""
        self._lake = lake

    def hours(self, tree: PurePath, since: PurePath | None = None) -> list[Hour]:
        """See `LakeStore`; the stamp is the folder's time of change."""
        folders = sorted(_local(tree).glob("ingest_date=*/ingest_hour=*"))
        return [hour for folder in folders if since is None or folder >= since for hour in _hour(folder)]

    def read(self, paths: Iterable[PurePath]) -> list[LakeFile]:
        """See `LakeStore`."""
        return [read_file(_local(path)) for path in paths]

    def holder(self, path: PurePath, segment: str, prefixes: tuple[str, ...]) -> LakeFile | None:
        """See `LakeStore`."""
        own = _local(path)
        if own.is_file():
            return read_file(own)
        made = [file for prefix in prefixes for file in own.parent.glob(prefix + "*.parquet")]
        return next((file for file in map(read_file, made) if segment in file.segments), None)

    @contextlib.contextmanager
    def opened(self, path: PurePath) -> Iterator[pq.ParquetFile]:
        """See `LakeStore`."""
        with pq.ParquetFile(_local(path)) as file:
            yield file

    @contextlib.contextmanager
    def here(self, path: PurePath) -> Iterator[Path]:
        """See `LakeStore`."""
        yield _local(path)

    def aside(self, path: PurePath) -> Path:
        """The hidden name beside ``path``."""
        make_folder(_local(path).parent)
        return aside(_local(path))

    def publish(self, path: PurePath) -> None:
        """Fsync, rename, fsync of the folder."""
        publish(_local(path))

    def remove(self, files: Iterable[LakeFile]) -> None:
        """See `LakeStore`."""
        folders = set()
        for path in (_local(file.path) for file in by_rank(files)):
            path.unlink()
            folders.add(path.parent)
        for folder in folders:
            sync_folder(folder)

    def sizes(self, folder: PurePath) -> dict[PurePath, int]:
        """See `LakeStore`."""
        return {path: path.stat().st_size for path in _local(folder).rglob("*") if path.is_file()}

    def drop_empty(self, day: PurePath) -> None:
        """See `LakeStore`; what another receiver is landing there stays, with its folder."""
        folder = _local(day)
        for hour in folder.glob("ingest_hour=*"):
            self.clear_old(hour, LANDING_S)
        for each in (*folder.glob("ingest_hour=*"), folder):
            with contextlib.suppress(OSError):  # not empty
                each.rmdir()
        sync_folder(folder.parent)

    def clear(self, folder: PurePath, pattern: str = "*") -> None:
        """See `LakeStore`."""
        for left in _local(folder).glob(f".{pattern}.tmp"):
            left.unlink(missing_ok=True)  # another receiver may have been writing it, and be done

    def clear_old(self, folder: PurePath, age_s: float) -> bool:
        """See `LakeStore`."""
        is_left = False
        for left in _local(folder).glob(".*.tmp"):
            with contextlib.suppress(FileNotFoundError):  # it took its place
                if time.time() - left.stat().st_mtime > age_s:
                    left.unlink()
                else:
                    is_left = True
        return is_left

    def said(self, name: str) -> dict[str, Any] | None:
        """See `LakeStore`."""
        return read_json(self._place / name)

    def say(self, name: str, value: dict[str, Any], *, is_first: bool = False) -> bool:
        """See `LakeStore`."""
        path = self._place / name
        make_folder(path.parent)
        if not is_first:
            write_json(path, value, is_durable=True)
            return True
        ours = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        write_json(ours, value, is_durable=True)
        try:
            path.hardlink_to(ours)
        except FileExistsError:
            return False
        finally:
            ours.unlink()
        sync_folder(path.parent)
        return True

    def said_at_ns(self, name: str) -> int | None:
        """See `LakeStore`."""
        with contextlib.suppress(FileNotFoundError):
            return (self._place / name).stat().st_mtime_ns
        return None

    def names(self, folder: str) -> list[str]:
        """See `LakeStore`."""
        return sorted(str(path.relative_to(self._place)) for path in (self._place / folder).glob("[!.]*.json"))

    def identity(self) -> str | None:
        """What `lake.json` says."""
        return (self.said(IDENTITY) or {}).get("lake")

    def claim(self) -> tuple[str, int | None]:
        """See `LakeStore`."""
        for tree in TREES:
            make_folder(self._place / tree)
        held = lock(self._place / LOCK_NAME, what=f"the lake {self._place}", setting="SPANLEDGER_LAKE")
        said = self.identity()
        if said is None:
            said = secrets.token_hex(8)
            self.say(IDENTITY, {"lake": said})
        return said, held

    @property
    def _place(self) -> Path:
        assert self._lake is not None
        return self._lake


LOCAL = LocalStore()
"""Files of this machine, whichever lake they are in."""


def store_of(lake: PurePath, data: Path) -> LakeStore:
    """Where the lake's files are. ``data`` keeps what is known of objects, and what is on its way to the store."""
    if not isinstance(lake, ObjectPath):
        return LocalStore(_local(lake))
    return _object_store(lake, data)


@functools.cache
def _object_store(lake: ObjectPath, data: Path) -> LakeStore:
    from collector.store.object_store import ObjectStore  # what it needs is installed with the extra `s3`

    return ObjectStore(lake, data)


def _hour(folder: Path) -> Iterator[Hour]:
    def paths() -> list[PurePath]:
        return [path for path in sorted(folder.glob("*.parquet")) if not path.name.startswith(".")]

    with contextlib.suppress(FileNotFoundError):  # retention took it away meanwhile
        yield Hour(folder, folder.stat().st_mtime_ns, paths)


def _local(path: PurePath) -> Path:
    if not isinstance(path, Path):
        raise TypeError(f"{path} is in an object store; only its own store reads it")
    return path
