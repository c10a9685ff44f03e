"""What earlier runs left in the log's folder.

After a crash or a power cut open segments are cut at their last whole request and sealed.

Bytes behind it that a write left unfinished, or that are all zeros, were never acknowledged: they are cut, and the log
says how many. Anything else is kept, and landing moves it to the quarantine: it may be a request the disk damaged.
"""

import logging
import os
from pathlib import Path

from collector.files import read_json, sync_folder, write_json
from collector.wal import quarantine
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, Damage, Segment, SegmentError, read_segment

logger = logging.getLogger(__name__)


def recover(folder: Path) -> None:
    """Seal what was left open in ``folder``; nobody else may be writing there. Raises OSError; call again then."""
    for path in sorted(folder.glob("*" + OPEN_SUFFIX)):
        try:
            segment = read_segment(path)
        except SegmentError as error:
            _set_aside(path, str(error))
        else:
            _seal(path, segment)
    sync_folder(folder)


def _seal(path: Path, segment: Segment) -> None:
    size = path.stat().st_size
    tail = _unfinished_tail(segment, size)
    end = tail.start if tail else size
    if tail:
        logger.warning(
            "%s: cut %d bytes at its end that were never acknowledged: %s", path.name, size - end, tail.reason
        )
    if not segment.records and not _kept(segment, tail):
        path.unlink()
        return
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
    path.replace(path.with_suffix(SEALED_SUFFIX))
    logger.info("%s: recovered %d requests after a crash", path.name, len(segment.records))


def _unfinished_tail(segment: Segment, size: int) -> Damage | None:
    last = segment.damages[-1] if segment.damages else None
    return last if last and last.end == size and last.is_unfinished else None


def _kept(segment: Segment, tail: Damage | None) -> bool:
    return any(damage is not tail for damage in segment.damages)


def _set_aside(path: Path, reason: str) -> None:
    """Without a header nothing was acknowledged, unless the disk is at fault: keep what is not empty."""
    content = path.read_bytes()
    if any(content):
        quarantine.set_aside(path.parent / "quarantine", quarantine.Reason(path.stem, 0, reason), content)
        logger.error("%s; moved to quarantine", reason)
    path.unlink()


def count_start(folder: Path) -> int:
    """How often a log was opened here, from 1; makes segment ids rise over restarts.

    On a full disk two starts may get the same number: a start must be able to land what is in the log, and ids differ
    by the receiver's part.
    """
    path = folder / "starts.json"
    starts = int((read_json(path) or {"starts": 0})["starts"]) + 1
    try:
        write_json(path, {"starts": starts}, is_durable=True)
    except OSError as error:
        logger.error("%s cannot be written: %s", path, error)
    return starts
