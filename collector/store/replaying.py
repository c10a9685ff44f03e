"""Reading the quarantine again, once what kept something from being read is repaired.

A request lands as a segment of its own, named after its id, in the hour it arrived in, through the same code as
everything else. The name is what makes it land exactly once: killed anywhere, the next replay finds the file, or the
request, or both, and finishes. Bytes of the log are searched for whole requests, by the name of their segment where
its header is lost. What still cannot be read stays, with the reason of today.

Safe beside a running collector: compaction waits, and landing only adds other files.
"""

import dataclasses
import os
from collections.abc import Iterable, Iterator

from collector.config import CollectorConfig
from collector.files import lock, make_folder, secret_key
from collector.store import lake_place
from collector.store.lake import LOCK_NAME
from collector.store.landing import Lander
from collector.store.reading import SIGNALS, Reader, Rejected
from collector.wal import quarantine
from collector.wal.fates import REPLAYED_NAME, Fates, Ledger
from collector.wal.segments import Header, Record, Segment, SegmentError, parse_segment, salvage

_NUMBERS = {name: number for number, name in SIGNALS.items()}
_DONE = ("landed_requests", "landed_items", "rows", "outcomes")


@dataclasses.dataclass(frozen=True)
class Replayed:
    """What became of one item: the rows it gave, or why it is still in quarantine."""

    item: quarantine.Item
    fates: Fates
    reason: str | None = None


class Replay:
    """Reads items again as one collector's settings say; ``config`` comes from `collector.mapping.with_mapping`."""

    def __init__(self, config: CollectorConfig) -> None:
        self._config = config
        self._hash_key = secret_key(config.data / "hash.key")
        self._reader = Reader(config, self._hash_key)

    def run(self, items: Iterable[quarantine.Item]) -> Iterator[Replayed]:
        """Replay ``items``, one after the other, but for those that another replay has brought in meanwhile. Waits
        while that, or a compaction, is at work. Raises OSError, LakeError: what was not given yet is then as it was."""
        make_folder(self._config.run)
        lake_place.check(self._config)
        held = lock(self._config.run / LOCK_NAME, is_waiting=True)
        try:
            ledger = Ledger(self._config.run / REPLAYED_NAME)  # as whoever held the lock before left it
            for item in items:
                if item.path.exists():
                    yield self._replay(item, ledger)
        finally:
            os.close(held)

    def _replay(self, item: quarantine.Item, ledger: Ledger) -> Replayed:
        replayed = self._request(item) if item.is_request else self._bytes(item, ledger)
        if replayed.reason is None and replayed.fates.missing:
            replayed = dataclasses.replace(
                replayed, reason=f"{replayed.fates.missing} of its items are not in the lake"
            )
        if replayed.reason is None:
            done = {name: getattr(replayed.fates, name) for name in _DONE}
            ledger.count(item.id, Fates(**done))  # what still fails was counted when it was set aside first
            item.remove()
            ledger.forget(item.id)
        elif item.is_request:
            item.say(replayed.reason)
        return replayed

    def _request(self, item: quarantine.Item) -> Replayed:
        said, failed = item.said, list[Rejected]()
        if said.signal not in _NUMBERS:
            return Replayed(item, Fates(), f"{said.signal!r} is no signal known here; expected {', '.join(_NUMBERS)}")
        assert said.received_at_ns is not None
        header = Header(f"{item.id}.replay", said.received_at_ns)
        body = item.path.read_bytes()
        record = Record(said.received_at_ns, said.organization, body, _NUMBERS[said.signal], said.items)
        fates = self._reader.land(header, [(0, record)], lambda _, rejected: failed.extend(rejected), lambda _: False)
        return Replayed(item, fates, failed[0].reason if failed else None)

    def _bytes(self, item: quarantine.Item, ledger: Ledger) -> Replayed:
        content = item.path.read_bytes()
        try:
            segment = _segment(content, item.said.segment)
        except SegmentError as error:
            return Replayed(item, Fates(), f"{item.said.reason}; {error}")
        if item.is_part:  # what surrounds it has landed under the segment's name
            header = dataclasses.replace(segment.header, segment=f"{item.id}.replay")
            segment = dataclasses.replace(segment, header=header)
        return Replayed(item, Lander(self._config, self._hash_key, ledger).land_segment(segment, content))


def _segment(content: bytes, name: str) -> Segment:
    try:
        return parse_segment(content, name)
    except SegmentError:
        return salvage(content, name)
