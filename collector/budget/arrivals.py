"""New files of the lake: what has landed since the last look, each segment once."""

import time
from collections.abc import Collection, Hashable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePath

import pyarrow as pa
import pyarrow.compute as pc

from collector.budget.provisional import COLUMNS, Row
from collector.config import CollectorConfig
from collector.store import receivers
from collector.store.lake import COMPACT_PREFIX, REWRITE_PREFIX
from collector.store.lake_file import TREES
from collector.store.lake_store import store_of

_RECENT = 3
"""Hours of arrival that every look goes through; older ones are looked at now and then (`is_thorough`)."""


_OBJECTS_S = 5.0
"""Between two looks at an object store, where each is a request that is paid for."""


class Pause:
    """Between two looks."""

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._over_at = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the next look may begin."""
        return time.monotonic() >= self._over_at

    def begin(self) -> None:
        """A look is done."""
        self._over_at = time.monotonic() + self._length_s


class Arrivals:
    """Of one lake; ``known`` segments are passed over."""

    def __init__(self, config: CollectorConfig, known: Collection[str]) -> None:
        self._config = config
        self._store = store_of(config.lake, config.data)
        self._segments = set(known)
        self._looked_at: dict[PurePath, Hashable] = {}
        self._since: dict[str, PurePath] = {}
        self._names: set[PurePath] = set()
        self._pause = Pause(0.0 if isinstance(config.lake, Path) else _OBJECTS_S)
        self._as_of_ns = 0
        self._their_hours: list[str] | None = None

    def new(self, *, is_thorough: bool) -> Iterator[tuple[str, list[Row]]]:
        """Rows of each segment that has landed since. A file that compaction took away meanwhile comes with the one
        that replaces it. Raises RuntimeError where `as_of_ns` was never asked."""
        if (clocks := self._their_hours) is None:
            raise RuntimeError("as_of_ns is asked before new: it learns the clocks of receivers")
        if not self._pause.is_over:
            return
        for tree in TREES:
            hours = self._store.hours(self._config.lake / tree, None if is_thorough else self._from(tree, clocks))
            for hour in hours:
                if self._looked_at.get(hour.folder) == hour.stamp:
                    continue
                for path in hour.paths():
                    yield from self._read(path)
                self._looked_at[hour.folder] = hour.stamp
            if hours:
                self._since[tree] = hours[-_RECENT:][0].folder
        self._pause.begin()

    def _from(self, tree: str, clocks: list[str]) -> PurePath | None:
        """The first hour to look at: some hours ago, by this clock, by the last folder and by the clocks of receivers;
        nobody's need be right."""
        if (since := self._since.get(tree)) is None:
            return None
        place = self._config.lake / tree
        hours = [receivers.hours_of(datetime.now(UTC))[-1], *clocks]
        return min([since, *(place / hour for hour in hours)])

    def as_of_ns(self, now_ns: int) -> int:
        """All that had arrived by then is in the lake, as `new` finds it now: now, or when the oldest segment that
        waits was begun, here or at another receiver. Asked before `new`, which goes by the clocks that it learns."""
        if not self._pause.is_over:
            return self._as_of_ns
        begun = receivers.oldest_ns(self._config.log)
        others = list(receivers.others(self._store))
        self._their_hours = [hour for said in others for hour in said.hours]
        elsewhere = (said.complete_until_ns(now_ns) for said in others)
        self._as_of_ns = min([now_ns, *elsewhere, *([] if begun is None else [begun])])
        return self._as_of_ns

    def _read(self, path: PurePath) -> Iterator[tuple[str, list[Row]]]:
        if path in self._names:
            return
        is_made = path.name.startswith((COMPACT_PREFIX, REWRITE_PREFIX))
        try:
            held = self._store.read([path])[0].segments if is_made else (path.stem,)
            new = [segment for segment in held if segment not in self._segments]
            rows = self._rows(path, new) if new else []
        except FileNotFoundError:
            return
        self._names.add(path)
        for segment in new:
            self._segments.add(segment)
            yield segment, [row for row in rows if row["segment"] == segment]

    def _rows(self, path: PurePath, segments: list[str]) -> list[Row]:
        with self._store.opened(path) as file:
            there = set(file.schema_arrow.names)
            table = file.read(columns=[name for name in COLUMNS if name in there])
        table = table.filter(pc.is_in(table["segment"], pa.array(segments)))
        missing: dict[str, None] = dict.fromkeys(name for name in COLUMNS if name not in there)
        found: list[Row] = [{**missing, **row} for row in table.to_pylist()]
        return found
