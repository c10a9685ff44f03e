"""A lake in an object store. See `lake_store` for what it promises, and docs/object-store.md for what it costs.

A file is written aside in the data directory and put in one request that fails where its name is taken, so a killed
upload leaves nothing, and one that is tried again finds its own object. Every object's footer is read once and kept
(`known_objects`); what a look at the lake costs is its listing, a request for a thousand names.
"""

import contextlib
import functools
import itertools
import json
import logging
import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import aside, make_folder
from collector.store.known_objects import KnownObjects
from collector.store.lake_file import LakeError, LakeFile, by_rank, said_by
from collector.store.lake_store import IDENTITY, Hour, StoreError
from collector.store.object_client import ObjectClient
from collector.store.object_path import ObjectPath

logger = logging.getLogger(__name__)

UPLOADS = "uploads"
"""In `run/`: what is written aside on its way to the store."""
_FOOTER_BYTES = 64 * 1024
_READERS = 16  # footers that are asked for at a time
_SURE_S = 60.0  # so long the lake is believed to be the one it was
_KEYS = ["received_at_ns", "trace_id", "span_id"]


class ObjectStore:
    """One lake at ``place``; ``data`` keeps what is known of its objects, and what is on its way there."""

    def __init__(self, place: ObjectPath, data: Path) -> None:
        self._place = place
        self._client = ObjectClient(place)
        self._known = KnownObjects(data / "run")
        self._uploads = data / "run" / UPLOADS
        self._identity: tuple[str, float] | None = None  # and until when it is believed

    def hours(self, tree: PurePath, since: PurePath | None = None) -> list[Hour]:
        """See `LakeStore`; the stamp is the names."""
        after = f"{_object(since).key}/!" if since else None  # below the folder: some stores pass over its own name
        names: list[PurePath] = [
            one.path
            for one in self._client.list(_object(tree), after=after)
            if one.path.suffix == ".parquet" and one.path.parent.parent.parent == tree
        ]
        grouped = itertools.groupby(sorted(names), key=lambda path: path.parent)
        found = [(folder, tuple(paths)) for folder, paths in grouped]
        return [Hour(folder, paths, functools.partial(list, paths)) for folder, paths in found]

    def read(self, paths: Iterable[PurePath]) -> list[LakeFile]:
        """See `LakeStore`; asks for what is not known, many at a time."""
        wanted = list(paths)
        known = self._known.find(wanted)
        unknown = [path for path in wanted if path not in known]
        if unknown:
            with ThreadPoolExecutor(_READERS) as readers:
                found = list(readers.map(self._footer, unknown))
            self._known.learn(found)
            known |= {file.path: file for file in found}
        return [known[path] for path in wanted]

    def holder(self, path: PurePath, segment: str, prefixes: tuple[str, ...]) -> LakeFile | None:
        """See `LakeStore`. Hours that are not over hold no merged files, and are not listed for them."""
        with contextlib.suppress(FileNotFoundError):
            return self.read([path])[0]
        if _is_current(path.parent):
            return None
        first = min(prefixes)  # names of segments begin with digits, which come before
        listed = self._client.list(_object(path.parent), after=_object(path.parent / first).key)
        made = [one.path for one in listed if one.path.name.startswith(prefixes) and one.path.parent == path.parent]
        return next((file for file in self.read(made) if segment in file.segments), None)

    @contextlib.contextmanager
    def opened(self, path: PurePath) -> Iterator[pq.ParquetFile]:
        """See `LakeStore`; the object is held in memory."""
        with pq.ParquetFile(pa.py_buffer(self._client.get(_object(path)))) as file:
            yield file

    @contextlib.contextmanager
    def here(self, path: PurePath) -> Iterator[Path]:
        """See `LakeStore`; a copy, under a name that is never put and that `clear` knows."""
        make_folder(self._uploads)
        copy = aside(self._uploads / f"{self._flat(path)}.copy")
        copy.write_bytes(self._client.get(_object(path)))
        try:
            yield copy
        finally:
            copy.unlink()

    def aside(self, path: PurePath) -> Path:
        """A hidden name in the data directory, of all that the object's name tells."""
        make_folder(self._uploads)
        return aside(self._uploads / self._flat(path))

    def publish(self, path: PurePath) -> None:
        """Put it, unless it is there already. Raises LakeError where other rows are there under its name."""
        written = self.aside(path)
        content = written.read_bytes()
        if not self._client.create(_object(path), content):
            self._compare(_object(path), content)
        file = said_by(pq.read_metadata(pa.BufferReader(content)), path, time.time())
        self._known.learn([file])
        written.unlink()

    def remove(self, files: Iterable[LakeFile]) -> None:
        """See `LakeStore`; those that cannot stand in for each other go in one request."""
        for _, group in itertools.groupby(by_rank(files), key=lambda file: file.rank):
            paths = [_object(file.path) for file in group]
            self._client.delete(paths)
            self._known.forget(paths)

    def sizes(self, folder: PurePath) -> dict[PurePath, int]:
        """See `LakeStore`."""
        return {one.path: one.size for one in self._client.list(_object(folder))}

    def drop_empty(self, day: PurePath) -> None:
        """There are no folders in an object store."""

    def clear(self, folder: PurePath, pattern: str = "*") -> None:
        """See `LakeStore`."""
        for left in self._uploads.glob(f".{self._flat(folder / pattern)}.tmp"):
            left.unlink()

    def said(self, name: str) -> dict[str, Any] | None:
        """See `LakeStore`."""
        try:
            found: dict[str, Any] = json.loads(self._client.get(self._place / name))
        except FileNotFoundError:
            return None
        return found

    def say(self, name: str, value: dict[str, Any], *, is_first: bool = False) -> bool:
        """See `LakeStore`."""
        content = (json.dumps(value, sort_keys=True) + "\n").encode()
        if is_first:
            return self._client.create(self._place / name, content)
        self._client.replace(self._place / name, content)
        return True

    def clear_old(self, folder: PurePath, age_s: float) -> bool:
        """Nothing half written is ever in the store; what others write aside is on their machines."""
        return False

    def said_at_ns(self, name: str) -> int | None:
        """See `LakeStore`."""
        with contextlib.suppress(FileNotFoundError):
            return int(self._client.tail(self._place / name, 1)[1] * 1e9)
        return None

    def names(self, folder: str) -> list[str]:
        """See `LakeStore`."""
        listed = (one.path for one in self._client.list(self._place / folder))
        return [str(path.relative_to(self._place)) for path in listed if path.suffix == ".json"]

    def identity(self) -> str | None:
        """What `lake.json` says; asked for once a minute while all is well."""
        now = time.monotonic()
        if self._identity is None or now > self._identity[1]:
            self._identity = None
            said = (self.said(IDENTITY) or {}).get("lake")
            if said is not None:
                self._identity = said, now + _SURE_S
        return self._identity and self._identity[0]

    def claim(self) -> tuple[str, int | None]:
        """See `LakeStore`. Whoever comes first says who the lake is; nothing locks it."""
        if self.identity() is None:
            self.say(IDENTITY, {"lake": secrets.token_hex(8)}, is_first=True)
        said = self.identity()
        if said is None:
            raise StoreError(f"{self._place / IDENTITY} was put and is not there: the store does not do what it says")
        return said, None

    def _flat(self, path: PurePath) -> str:
        return "__".join(path.relative_to(self._place).parts)

    def _footer(self, path: PurePath) -> LakeFile:
        tail, appeared_at = self._client.tail(_object(path), _FOOTER_BYTES)
        needed = int.from_bytes(tail[-8:-4], "little") + 8
        if tail[-4:] == b"PAR1" and needed > len(tail):
            tail, _ = self._client.tail(_object(path), needed)
        try:
            return said_by(pq.read_metadata(pa.BufferReader(tail)), path, appeared_at)
        except pa.ArrowInvalid as damage:
            raise LakeError(f"{path} cannot be read; restore it from a backup ({damage})") from damage

    def _compare(self, path: ObjectPath, content: bytes) -> None:
        """What is there is ours: the same bytes, or the same spans as another version of us reads them."""
        there = self._client.get(path)
        if there != content and _keys(there) != _keys(content):
            raise LakeError(
                f"{path} holds other spans than those that were to go there; nothing was overwritten. Two collectors "
                "with copies of one data directory would do that: give one of them an empty directory"
            )
        logger.info("%s was there already, as it should be", path.name)


def _keys(content: bytes) -> pa.Table | None:
    """Which spans a file holds; None for what is no file of ours."""
    try:
        return pq.ParquetFile(pa.py_buffer(content)).read(columns=_KEYS).replace_schema_metadata(None)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None


def _object(path: PurePath) -> ObjectPath:
    if not isinstance(path, ObjectPath):
        raise TypeError(f"{path} is on this machine; the object store does not hold it")
    return path


def _is_current(folder: PurePath) -> bool:
    """Whether an hour of arrival is not over, or only just."""
    day, hour = folder.parent.name.removeprefix("ingest_date="), folder.name.removeprefix("ingest_hour=")
    begun = datetime.fromisoformat(day).replace(hour=int(hour), tzinfo=UTC)
    return datetime.now(UTC) < begun + timedelta(hours=1)
