"""The segment being written: start, append, seal. It knows where its good bytes end, and whether it is still in place.

What the kernel did with pages it could not write is unknown, so after a failed append nothing more is appended; sealing
cuts the segment at its last good offset. Sealing may fail and be tried again: what was acknowledged is on disk.
"""

import errno
import os
import time
from collections.abc import Sequence
from pathlib import Path

from collector.files import sync_folder
from collector.wal.segments import (
    OPEN_SUFFIX,
    SEALED_SUFFIX,
    Header,
    Record,
    encode_header,
    encode_record,
    parse_segment,
)


class OpenSegment:
    """A new file in ``folder``. Raises OSError where it cannot be made."""

    def __init__(self, folder: Path, header: Header) -> None:
        self.header = header
        self.path = folder / (header.segment + OPEN_SUFFIX)
        self.size = 0  # where the good bytes end
        self.records = 0
        self.opened_at = time.monotonic()
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)

    def start(self) -> None:
        """Write the header and make the file's name durable. Raises OSError."""
        content = encode_header(self.header)
        _write_all(self._descriptor, content)
        sync_folder(self.path.parent)
        self.size = len(content)

    def append(self, records: Sequence[Record]) -> int:
        """Bring ``records`` to disk; returns the bytes they take. Raises OSError: none of them counts then.

        A file that was removed, or a folder that was moved or unmounted, can still be written through the descriptor.
        Nobody would ever read that, so it is a failure too.
        """
        content = b"".join(encode_record(record, self.header.segment) for record in records)
        _write_all(self._descriptor, content)
        os.fdatasync(self._descriptor)
        if not self.is_in_place():
            raise OSError(errno.ENOENT, f"{self.path.parent} was removed, moved or unmounted; put it back")
        self.size += len(content)
        self.records += len(records)
        return len(content)

    def is_in_place(self) -> bool:
        """Whether the file is still found under its name."""
        try:
            there, here = self.path.stat(), os.fstat(self._descriptor)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def good_records(self) -> list[Record]:
        """What was appended, read through the descriptor, wherever the file is now. Raises OSError."""
        content = os.pread(self._descriptor, self.size, 0)
        return parse_segment(content, str(self.path)).records if self.size else []

    def seal(self) -> None:
        """Cut at the last good offset and hand over; without records, remove. Raises OSError; call again then.

        The folder is not synced: were the new name lost, the next start would find the old one.
        """
        if self.records:
            os.ftruncate(self._descriptor, self.size)
            os.fdatasync(self._descriptor)
            self.path.replace(self.path.with_suffix(SEALED_SUFFIX))
        else:
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
