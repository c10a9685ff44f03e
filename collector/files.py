"""Files that survive a crash: write aside, fsync, rename, fsync the folder."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class LockedError(RuntimeError):
    """Another process works on the same data directory."""


def sync_folder(folder: Path) -> None:
    """Make creations, renames and removals in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents durably."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def write_atomically(path: Path, content: bytes, mode: int = 0o644, *, is_durable: bool = True) -> None:
    """Readers see the old content or the new one, never a part. ``is_durable`` false leaves out the fsyncs."""
    written = aside(path)  # each of our files has one writing process at a time
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if is_durable:
            os.fsync(file.fileno())
    written.replace(path)
    if is_durable:
        sync_folder(path.parent)


def aside(path: Path) -> Path:
    """The hidden name under which ``path`` is written."""
    return path.with_name(f".{path.name}.tmp")


def publish(path: Path) -> None:
    """Make the file written at `aside` of ``path`` durable, and visible in one step."""
    descriptor = os.open(aside(path), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside(path).replace(path)
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in ``path``; None where there is no such file. Raises ValueError naming the file when it is broken."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}); remove it if nothing else uses this directory") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path} holds {type(value).__name__}, expected a JSON object; remove it to start anew")
    return value


def write_json(path: Path, value: dict[str, Any], *, is_durable: bool = False) -> None:
    """Replace the object in ``path`` in one step."""
    write_atomically(path, (json.dumps(value, sort_keys=True) + "\n").encode(), is_durable=is_durable)


def lock(path: Path, *, is_waiting: bool = False, what: str = "", setting: str = "SPANLEDGER_DATA") -> int:
    """Take the lock file ``path`` for as long as this process lives; returns its descriptor.

    Raises LockedError when it is taken and ``is_waiting`` is false, naming the holder, ``what`` is taken (the data
    directory, unless said) and the ``setting`` that moves it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX) if is_waiting else _take(descriptor)
    except BlockingIOError:
        holder = os.pread(descriptor, 64, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise LockedError(
            f"{what or path.parent.parent} is in use by the collector with process id {holder}; "
            f"stop that one first, or give this one another directory ({setting})"
        ) from None
    with contextlib.suppress(OSError):  # on a full disk the lock holds all the same; it only cannot say whose it is
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` together with others; waits for who holds it alone. See `alone`."""
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` while nobody shares it; says whether that is so, without waiting."""
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    """Raises BlockingIOError where somebody holds the lock; who only looks, with a shared one, is let go by."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        else:
            return


def secret_key(path: Path, size: int = 32) -> bytes:
    """The key in ``path``, made on first use and readable by its owner alone.

    Raises ValueError when the file has another size: a changed key would make equal contents look different.
    """
    if not path.exists():
        write_atomically(path, secrets.token_bytes(size), mode=0o600)
    key = path.read_bytes()
    if len(key) != size:
        raise ValueError(f"{path} holds {len(key)} bytes, expected {size}; restore it from a backup")
    return key
