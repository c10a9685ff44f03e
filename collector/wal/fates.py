"""What became of everything the log held: counted once for each segment, whatever crashes when.

`run/fates.json` holds the sums since the data directory was made, and the segments that were counted and may still be
in the log. It is written when a segment has landed and before it leaves the log; a segment that is landed again, after
a crash or because it could not be removed, is not counted again.
`run/replayed.json` holds the same of what was read again out of the quarantine.
"""

import dataclasses
import logging
from pathlib import Path
from typing import Any

from collector.files import make_folder, read_json, write_json

logger = logging.getLogger(__name__)

LANDED_NAME, REPLAYED_NAME = "fates.json", "replayed.json"


@dataclasses.dataclass(frozen=True)
class Fates:
    """What became of some requests and of their items: spans, log records, data points, outcomes.

    ``landed_requests`` held ``landed_items`` and gave ``rows`` of the lake and ``outcomes`` (one for each item, but one
    for all data points of a metric that belong together); ``quarantined`` requests, with ``quarantined_items``, could
    not be read; ``damages`` are places of the log that are no request; ``missing`` is by how many items and rows differ
    that should not: 0. Items are those the door counted; where it did not, rows are counted instead.
    """

    landed_requests: int = 0
    landed_items: int = 0
    rows: int = 0
    outcomes: int = 0
    quarantined: int = 0
    quarantined_items: int = 0
    damages: int = 0
    missing: int = 0

    def __add__(self, other: "Fates") -> "Fates":
        names = (field.name for field in dataclasses.fields(self))
        return Fates(**{name: getattr(self, name) + getattr(other, name) for name in names})


class Ledger:
    """The sums in one file, which one process at a time writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        said = read(path)
        self._counted: list[str] = said.get("counted", [])
        self.segments: int = said.get("segments", 0)
        self.total = of(said)

    def count(self, name: str, fates: Fates) -> None:
        """Add what became of the segment, or quarantined item, called ``name``, unless that was done.

        Figures must never hold up what they count: where they cannot be written, that is logged, and they are written
        with the next segment.
        """
        if name in self._counted:
            return
        self._counted.append(name)
        self.segments, self.total = self.segments + 1, self.total + fates
        said = {"counted": self._counted, "segments": self.segments, **dataclasses.asdict(self.total)}
        try:
            make_folder(self._path.parent)
            write_json(self._path, said, is_durable=True)
        except OSError as error:
            logger.error("the counters of what landed cannot be written: %s", error)

    def forget(self, name: str) -> None:
        """``name`` is gone and will not be counted again. Written with the next one that is counted."""
        self._counted.remove(name)


def read(path: Path) -> dict[str, Any]:
    """What a ledger says: ``counted``, ``segments`` and the fields of `Fates`; nothing where there is none yet."""
    return read_json(path) or {}


def of(said: dict[str, Any]) -> Fates:
    """The sums in what `read` gave."""
    return Fates(**{field.name: int(said.get(field.name, 0)) for field in dataclasses.fields(Fates)})
