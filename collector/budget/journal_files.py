"""The files of `budget/` in a data directory: the journal of everything that happened to budgets.

    <number>.journal    events, one a line: CRC-32 of the rest in hex, a space, JSON; empty lines say nothing
    <number>.snapshot   the ledger before that journal's first event, in one such line

A restart reads the newest snapshot and the journals from its number on. A last line that was cut short by a crash is
cut off; nobody was told of it. A journal that another follows becomes `records/budget_decisions/<number>.parquet`, and
what it adds up to the snapshot of the next (`collector.budget.archive`).
"""

import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from collector.budget.events import Event, as_json, from_json
from collector.files import write_atomically

JOURNAL, SNAPSHOT = ".journal", ".snapshot"


class JournalError(RuntimeError):
    """A journal that is damaged where no crash damages one; names the file and the line."""


def folder_of(data: Path) -> Path:
    """Where the journal of a data directory is."""
    return data / "budget"


def line_of(said: dict[str, Any]) -> bytes:
    """``said`` as a line of a journal."""
    text = json.dumps(said, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def event_line(event: Event) -> bytes:
    """``event`` as a line of a journal."""
    return line_of(as_json(event))


def path_of(folder: Path, number: int, suffix: str = JOURNAL) -> Path:
    """The journal, or snapshot, of that number."""
    return folder / f"{number:08d}{suffix}"


def numbers(folder: Path, suffix: str = JOURNAL) -> list[int]:
    """Those there are, in order."""
    return sorted(int(path.stem) for path in folder.glob(f"[0-9]*{suffix}"))


def read_lines(path: Path, *, is_last: bool = False) -> Iterator[dict[str, Any]]:
    """What the lines of ``path`` say. With ``is_last``, a bad end is passed over; else JournalError is raised."""
    for start, line in _lines(path):
        said = _said(line)
        if said is None:
            rest = path.stat().st_size - start
            if is_last and rest == len(line):
                return
            raise JournalError(f"{path}, byte {start}: not a line of a journal; restore it from a backup")
        yield said


def events(path: Path, *, is_last: bool = False) -> Iterator[Event]:
    """The events of a journal; see `read_lines`."""
    return map(from_json, read_lines(path, is_last=is_last))


def cut(path: Path) -> int:
    """Cut ``path`` behind its last whole line, durably; returns how many bytes went. Raises JournalError where whole
    lines stand behind a bad one: no crash leaves that."""
    good, bad = 0, None
    for start, line in _lines(path):
        if _said(line) is None:
            bad = start if bad is None else bad
        elif bad is not None:
            raise JournalError(f"{path}, byte {bad}: not a line of a journal; restore it from a backup")
        else:
            good = start + len(line)
    size = path.stat().st_size
    if good < size:
        with path.open("r+b") as file:
            file.truncate(good)
            os.fsync(file.fileno())
    return size - good


def write_snapshot(folder: Path, number: int, said: dict[str, Any]) -> None:
    """Make ``said`` the snapshot of ``number``, durably. Raises OSError."""
    write_atomically(path_of(folder, number, SNAPSHOT), line_of(said), mode=0o600)


def read_snapshot(folder: Path, number: int) -> dict[str, Any]:
    """The snapshot of ``number``. Raises JournalError."""
    [said] = read_lines(path_of(folder, number, SNAPSHOT))
    return said


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    start = 0
    with path.open("rb") as file:
        for line in file:
            if line.strip() or not line.endswith(b"\n"):
                yield start, line
            start += len(line)


def _said(line: bytes) -> dict[str, Any] | None:
    crc, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or crc != b"%08x" % zlib.crc32(text):
        return None
    said: dict[str, Any] = json.loads(text)
    return said


def with_replaced(content: bytes, replaced: Callable[[str], str]) -> bytes:
    """The bytes of a journal or snapshot with the text of each whole line ``replaced``, under its new checksum."""
    lines = content.splitlines(keepends=True)
    return b"".join(_with_text(line, replaced) for line in lines)


def _with_text(line: bytes, replaced: Callable[[str], str]) -> bytes:
    if _said(line) is None:
        return line
    old = line.rstrip(b"\n").partition(b" ")[2]
    new = replaced(old.decode()).encode()
    return line if new == old else b"%08x %s\n" % (zlib.crc32(new), new)
