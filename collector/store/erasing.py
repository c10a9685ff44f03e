"""A user taken out of the lake and the quarantine, file by file, by the means of a rewriting.

A lake file with rows of the user is written anew as the next generation of its segments, and replaces the old one from
the moment it appears; afterwards everything that was replaced, by whatever, is removed at once, without the grace that
readers have otherwise. Whatever dies when, each other row is there once, and the next run finds what is left to do.

Callers hold the collector's locks on data directory and lake: nothing lands from here meanwhile. An object store may
keep versions of what was removed, by rules of its own.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.config import CollectorConfig
from collector.files import secret_key, write_atomically
from collector.store.compaction import batches_of, grouped
from collector.store.lake import active_files, split
from collector.store.lake_file import ROW_GROUP_ROWS, TREES, LakeFile, by_rank, open_writer
from collector.store.lake_store import Hour, LakeStore
from collector.store.landing import Lander
from collector.store.reading import SIGNALS
from collector.store.rewriting import new_path
from collector.wal import quarantine
from collector.wal.fates import LANDED_NAME, Ledger
from collector.wal.recovery import recover
from collector.wal.segments import SEALED_SUFFIX, Segment, SegmentError, encode_record, parse_segment, salvage
from transforms.erasure import Subject
from transforms.erasure_requests import erased_request
from transforms.erasure_rows import Mask, erased, of_organization, of_user

Before = Callable[["Change"], None]
"""Is told of each change before it is made."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One file that is replaced, or removed where ``new`` is None."""

    old: PurePath
    new: PurePath | None
    rows: int  # that named the user
    dropped: int  # of the rows it had
    sha256_before: str
    sha256_after: str | None


def land_everything(config: CollectorConfig) -> int:
    """Bring what the log holds into the lake; returns how many segments. Raises OSError."""
    if config.log.is_dir():
        recover(config.log)
    sealed = sorted(config.log.glob("*" + SEALED_SUFFIX))
    lander = Lander(config, secret_key(config.data / "hash.key"), Ledger(config.run / LANDED_NAME))
    for path in sealed:
        lander.land(path)
    return len(sealed)


def traces_of(lake: PurePath, subject: Subject, store: LakeStore) -> set[bytes]:
    """The traces of the user's organization with a span whose user it is."""
    found = set[bytes]()
    for file in active_files(lake, store):
        for table in _tables(file, store):
            theirs = table.filter(pa.array(of_user(table, subject)))
            found.update(trace for trace in theirs["trace_id"].to_pylist() if trace)
    return found


def erase_from_lake(
    lake: PurePath, subject: Subject, traces: Collection[bytes] | None, before: Before, store: LakeStore
) -> None:
    """Replace every file with rows of the user, and remove what is replaced; rows of ``traces`` go, unless it is None.

    Raises LakeError, OSError."""
    removal = _Removal(subject, None if traces is None else pa.array(sorted(traces), pa.binary()))
    for file in active_files(lake, store):
        _erase(file, subject, removal, before, store)
    for hour in (hour for tree in TREES for hour in store.hours(lake / tree)):
        _remove_replaced(hour, before, store)


@dataclasses.dataclass(frozen=True)
class _Removal:
    """Which rows go altogether; none where ``traces`` is None."""

    subject: Subject
    traces: pa.Array | None

    def of(self, table: pa.Table) -> Mask:
        """The rows of ``table`` that go."""
        if self.traces is None:
            return np.zeros(len(table), np.bool_)
        spans = np.asarray(pc.fill_null(pc.is_in(table["trace_id"], self.traces), False).to_numpy(), np.bool_)
        return of_user(table, self.subject) | (spans & of_organization(table, self.subject.organization))


def _erase(file: LakeFile, subject: Subject, removal: _Removal, before: Before, store: LakeStore) -> None:
    if not any(erased(table, subject).changed.any() or removal.of(table).any() for table in _tables(file, store)):
        return
    path, changed, kept = new_path(file), 0, 0
    generations = tuple(number + 1 for number in file.generations or (0,) * len(file.segments))
    with open_writer(store.aside(path), file.segments, generations) as writer:
        for table in _tables(file, store):
            gone, result = removal.of(table), erased(table, subject)
            changed += int((result.changed & ~gone).sum())
            rest = result.table.filter(pa.array(~gone))
            kept += rest.num_rows
            writer.write_table(rest, row_group_size=ROW_GROUP_ROWS)
    before(Change(file.path, path, changed, file.rows - kept, _sha256(file, store), sha256(store.aside(path))))
    store.publish(path)


def _tables(file: LakeFile, store: LakeStore) -> Iterator[pa.Table]:
    yield from grouped(batch for batch in batches_of(file, store))


def _remove_replaced(hour: Hour, before: Before, store: LakeStore) -> None:
    store.clear(hour.folder)
    for file in by_rank(split(store.read(hour.paths()))[1]):
        before(Change(file.path, None, 0, 0, _sha256(file, store), None))
        store.remove([file])


def _sha256(file: LakeFile, store: LakeStore) -> str:
    with store.here(file.path) as here:
        return sha256(here)


def erase_from_quarantine(folder: Path, subject: Subject, before: Before) -> None:
    """Replace the bytes of every item that names the user; what else they hold can still be read again."""
    for item in quarantine.items(folder):
        content = item.path.read_bytes()
        if (new := erased_item(item, content, subject)) != content:
            digests = (hashlib.sha256(content).hexdigest(), hashlib.sha256(new).hexdigest())
            before(Change(item.path, item.path, 1, 0, *digests))
            write_atomically(item.path, new, mode=0o600)


def erased_item(item: quarantine.Item, content: bytes, subject: Subject) -> bytes:
    """The bytes of ``item`` without the user."""
    if subject.organization is not None and item.said.organization not in (None, subject.organization):
        return content
    if item.is_request:
        return erased_request(content, item.said.signal, subject)
    try:
        segment = _segment(content, item.said.segment)
    except SegmentError:
        return subject.masked(content)
    return _erased_segment(segment, content, subject)


def _segment(content: bytes, name: str) -> Segment:
    try:
        return parse_segment(content, name)
    except SegmentError:
        return salvage(content, name)


def _erased_segment(segment: Segment, content: bytes, subject: Subject) -> bytes:
    """Bytes of the log with its requests cleaned, and equally many where it holds none."""
    name, damages = segment.header.segment, {damage.start: damage for damage in segment.damages}
    whole = sum(len(encode_record(record, name)) for record in segment.records)
    position = len(content) - whole - sum(damage.end - damage.start for damage in segment.damages)  # behind the header
    made, records = [content[:position]], iter(segment.records)
    while position < len(content):
        damage = damages.get(position)
        if damage is not None:
            made.append(subject.masked(content[position : damage.end]))
            position = damage.end
            continue
        record = next(records)
        position += len(encode_record(record, name))
        body = record.body
        if record.organization in (None, subject.organization):
            body = erased_request(body, SIGNALS[record.signal], subject)
        made.append(encode_record(dataclasses.replace(record, body=body), name))
    return b"".join(made)


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
