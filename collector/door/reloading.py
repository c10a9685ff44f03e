"""Files that may be replaced while we run: read again when they change; what was read last holds while they are bad."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")
Stamp = tuple[int, int, int] | None


class Reloading(Generic[T]):
    """What ``load`` makes of ``paths``, as of the last `refresh` at which it could.

    ``load`` raises ValueError or OSError for files that cannot be used; the constructor lets that through.
    """

    def __init__(self, what: str, paths: Sequence[Path], load: Callable[[], T]) -> None:
        self._what, self._paths, self._load = what, paths, load
        self._seen = self._stamps()  # before reading: what changes meanwhile is read again
        self.value = load()
        self.problem = ""

    def refresh(self) -> bool:
        """Read again if a file changed; whether there is a new value. A problem is logged once and stays in words."""
        stamps = self._stamps()
        if stamps == self._seen:
            return False
        self._seen = stamps
        try:
            self.value = self._load()
        except (ValueError, OSError) as error:
            self.problem = f"the changed {self._what} cannot be used, the one before still holds: {error}"
            logger.error("%s", self.problem)
            return False
        self.problem = ""
        logger.info("the changed %s was read", self._what)
        return True

    def _stamps(self) -> list[Stamp]:
        return [_stamp(path) for path in self._paths]


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
