"""What a backup holds: `manifest.json`, with size and SHA-256 of every file, and beside it its own SHA-256.

    DEST/<utc>/manifest.json, manifest.sha256
    DEST/<utc>/hash.key, format.json, log/…, lake/…, records/…, budget/…   as in the data directory

A backup is a folder of plain files: any tool can copy it, and `sha256sum` can check it.
"""

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from collector.files import sync_folder, write_atomically

LOG, LAKE, RECORDS, BUDGET = "log", "lake", "records", "budget"
ALONE = ("hash.key", "format.json", "receiver.json")
"""Files beside the folders above; nothing else of a data directory is in a backup."""
NAME, CHECKSUM_NAME = "manifest.json", "manifest.sha256"
VERSION = 1
_CHUNK_BYTES = 4 * 1024 * 1024


class BackupError(RuntimeError):
    """A backup cannot be made, is damaged, or is not one; names every file at fault."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One file; ``mtime_ns`` and ``mode`` are the original's."""

    size: int
    sha256: str
    mtime_ns: int
    mode: int


@dataclasses.dataclass(frozen=True)
class Manifest:
    """``files`` by path below the backup's folder. ``data_format`` is the one of `collector.data_format`."""

    id: str
    started_at: str  # ISO 8601, UTC: what was acknowledged before is in it
    written_by: str
    data_format: int
    files: dict[str, Entry]

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(entry.size for entry in self.files.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Put ``manifest`` into the backup's folder, durably."""
    content = json.dumps({"version": VERSION, **dataclasses.asdict(manifest)}, indent=1, sort_keys=True).encode()
    write_atomically(folder / NAME, content, mode=0o600)
    line = f"{hashlib.sha256(content).hexdigest()}  {NAME}\n"
    write_atomically(folder / CHECKSUM_NAME, line.encode(), mode=0o600)


def read(folder: Path) -> Manifest:
    """The manifest of the backup in ``folder``. Raises BackupError where it is damaged, none or of a later version."""
    try:
        content = (folder / NAME).read_bytes()
        said = (folder / CHECKSUM_NAME).read_text().split()[:1]
    except OSError as error:
        raise BackupError(f"{folder} is no backup: {error.strerror}: {error.filename}") from error
    if said != [hashlib.sha256(content).hexdigest()]:
        raise BackupError(f"{folder / NAME} is damaged: it does not have the SHA-256 that {CHECKSUM_NAME} says")
    values: dict[str, Any] = json.loads(content)
    if (version := values.pop("version")) > VERSION:
        raise BackupError(f"{folder} is a backup of version {version}; this SpanLedger reads up to {VERSION}")
    files = {path: Entry(**entry) for path, entry in values.pop("files").items()}
    for path in files:
        _refuse_elsewhere(folder, path)
    return Manifest(files=files, **values)


def _refuse_elsewhere(folder: Path, name: str) -> None:
    """A manifest says what whoever can write to the backups likes; restoring writes below a data directory only."""
    path = PurePosixPath(name)
    is_inside = len(path.parts) > 1 and path.parts[0] in (LOG, LAKE, RECORDS, BUDGET) and ".." not in path.parts
    if not (name in ALONE or is_inside) or str(path) != name:
        raise BackupError(f"{folder / NAME} names {name!r}, which is no part of a data directory; nothing was restored")


def complete(destination: Path) -> list[Path]:
    """The folders of the backups in ``destination``, oldest first."""
    return sorted(path.parent for path in destination.glob(f"[!.]*/{NAME}"))


def copy(source: Path, target: Path) -> Entry:
    """Copy a file with its times and mode, durably, as it is now. Raises OSError."""
    with source.open("rb") as reading:
        state = os.fstat(reading.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as writing:
            size, digest = _pour(reading, writing.write)
            writing.flush()
            os.fchmod(descriptor, state.st_mode & 0o777)
            os.utime(descriptor, ns=(state.st_mtime_ns, state.st_mtime_ns))
            os.fsync(descriptor)
    return Entry(size, digest, state.st_mtime_ns, state.st_mode & 0o777)


def _pour(reading: BinaryIO, write_: Callable[[bytes], object]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := reading.read(_CHUNK_BYTES):
        write_(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def problem(path: Path, entry: Entry) -> str | None:
    """What is wrong with a file of a backup; None for nothing. Reads all of it."""
    try:
        with path.open("rb") as reading:
            size, digest = _pour(reading, lambda _: None)
    except OSError as error:
        return f"{path}: {error.strerror}"
    return difference(path, entry, size, digest)


def difference(path: Path, entry: Entry, size: int, digest: str) -> str | None:
    """How size and digest differ from what the manifest says of ``path``."""
    if size != entry.size:
        return f"{path}: {size} bytes, expected {entry.size}"
    return None if digest == entry.sha256 else f"{path}: other content than when it was backed up"


def problems(folder: Path, manifest: Manifest, on_file: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Every file of the backup that is not as it was. Reads all of it."""
    for name, entry in sorted(manifest.files.items()):
        if said := problem(folder / name, entry):
            yield said
        on_file()


def sync_folders(top: Path, names: Iterable[str]) -> None:
    """Make the folders of files that were just written below ``top`` durable, the inner ones first."""
    folders = {parent for name in names for parent in (top / name).parents if top in (parent, *parent.parents)}
    for folder in sorted(folders, key=lambda path: -len(path.parts)):
        sync_folder(folder)
