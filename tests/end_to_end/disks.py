"""Disks of our own to break: small, read-only, faulty. Only inside a mount namespace, see `in_namespace`.

They are real: a tmpfs of a few megabytes, and ext4 on a loop device whose backing file cannot grow, so that writes
succeed and fdatasync fails, as on a disk that is at its end.
"""

import functools
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

UNSHARE = ("unshare", "--mount", "--propagation", "private")


@functools.cache
def why_not() -> str | None:
    """Why this system does not let us mount; None where it does."""
    try:
        command = [*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", tempfile.gettempdir()]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return f"no mount namespaces here: {error}"
    return tried.stderr.strip() or None if tried.returncode else None


def in_namespace(module: str, arguments: Sequence[str], timeout_s: float) -> "subprocess.CompletedProcess[str]":
    """Run a module of ours where it may mount; what it mounts is gone with it."""
    command = [*UNSHARE, sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)


def small(path: Path, mebibytes: int = 16) -> Path:
    """A disk of ``mebibytes``, mounted at ``path``."""
    path.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(path))
    return path


def fill(disk: Path) -> Path:
    """Use up what is free on ``disk``; remove the returned file to make room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return filler
    raise AssertionError(f"{disk} is never full")


def set_writable(disk: Path, *, is_writable: bool) -> bool:
    """Mount ``disk`` anew, for reading alone or for writing too; False while a file on it is open for writing."""
    options = f"remount,{'rw' if is_writable else 'ro'}"
    return subprocess.run(["mount", "-o", options, str(disk)], capture_output=True, check=False).returncode == 0


def cover(folder: Path) -> None:
    """Make everything below ``folder`` read-only, whoever holds files there; `unmount` uncovers it."""
    _run("mount", "--bind", str(folder), str(folder))
    _run("mount", "-o", "remount,bind,ro", str(folder))


def faulty(path: Path, backing: Path) -> Path:
    """An ext4 at ``path`` of 64 MiB that its backing, a `small` disk, can hold only a part of: `fill` the backing, and
    writes reach nothing new any more."""
    image = small(backing, 8) / "image"
    with image.open("wb") as file:
        file.truncate(64 * 1024**2)
    _run("mkfs.ext4", "-q", "-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard", "-N", "512", str(image))
    path.mkdir(parents=True)
    _run("mount", "-o", "loop,errors=continue", str(image), str(path))
    (path / "lost+found").rmdir()
    return path


def unmount(path: Path) -> None:
    """Take a disk away again."""
    _run("umount", str(path))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
