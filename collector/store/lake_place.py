"""Whether the lake is there, is the one it was, and is nobody else's.

A lake says who it is in `lake.json`; the data directory remembers that in `run/lake.json`. A lake on a disk that is not
mounted, or that was removed, is an empty folder or none: a new lake there would hide that the old one is gone, and fill
the wrong disk, and a build of it would show nothing. So nothing lands, and nothing is built, until it is back.
"""

import errno
import secrets
from pathlib import Path

from collector.config import CollectorConfig
from collector.files import lock, make_folder, read_json, write_json
from collector.store.lake import LakeError

NAME = "lake.json"
LOCK_NAME = ".collector.lock"


class LakeGoneError(OSError, LakeError):
    """The lake this data directory wrote to is not where it was."""


def claim(config: CollectorConfig) -> int:
    """Take the lake for one collector, for as long as this process lives; make it known on first use.

    Returns the lock's descriptor. Raises LockedError naming the holder, LakeGoneError, OSError.
    """
    if _remembered(config) is not None:
        check(config)
    make_folder(config.lake)
    held = lock(config.lake / LOCK_NAME, what=f"the lake {config.lake}", setting="SPANLEDGER_LAKE")
    said = _identity(config.lake)
    if said is None:
        said = secrets.token_hex(8)
        write_json(config.lake / NAME, {"lake": said}, is_durable=True)
    if _remembered(config) != said:  # a full disk must not keep anybody from starting
        write_json(config.run / NAME, {"lake": said, "path": str(config.lake)}, is_durable=True)
    return held


def check(config: CollectorConfig) -> None:
    """Raises LakeGoneError unless the lake is the one that was claimed last, or none was ever claimed at its path."""
    known = _remembered(config)
    if known is None or known == _identity(config.lake):
        return
    raise LakeGoneError(
        errno.ENOENT,
        f"the lake is gone from {config.lake}: mount it or restore it; to begin an empty one, "
        f"remove {config.run / NAME} and start again",
    )


def _remembered(config: CollectorConfig) -> str | None:
    """The lake claimed last; None where there is none, or where the setting names another path since."""
    said = read_json(config.run / NAME) or {}
    return said.get("lake") if said.get("path") == str(config.lake) else None


def _identity(lake: Path) -> str | None:
    return (read_json(lake / NAME) or {}).get("lake")
