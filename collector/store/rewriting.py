"""Reading history again: lake files whose rows today's dialects, or today's mapping file, read otherwise are replaced.

Every file is read again and written aside; only when all are there do they take their places, one rename each. Each
replaces exactly one file from that moment (`lake.active_files`), so whatever crashes when, every row is there
once, in the old or the new reading. The next run finds what is left to do: a file that reads as it did is left alone.

Safe beside a running collector: compaction waits, and landing only adds files.
"""

import dataclasses
import datetime
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePath

import numpy as np
import pyarrow as pa

from collector.config import CollectorConfig
from collector.data_format import claim
from collector.files import lock, make_folder, secret_key
from collector.store import keeper
from collector.store.compaction import batches_of, grouped, with_todays_columns
from collector.store.lake import LOCK_NAME, REWRITE_PREFIX, active_files
from collector.store.lake_file import ROW_GROUP_ROWS, LakeError, LakeFile, open_writer
from collector.store.lake_store import store_of
from transforms.columns import CANONICAL
from transforms.mapping import KeyMapping
from transforms.rereading import differs, reread


@dataclasses.dataclass
class Rewritten:
    """What became of the files of a period."""

    files: int = 0
    rows: int = 0
    replaced_files: int = 0
    changed_rows: int = 0
    columns: Counter[str] = dataclasses.field(default_factory=Counter)  # rows in which each column is another now


@dataclasses.dataclass(frozen=True)
class Period:
    """Days of arrival (UTC), both included; None is open."""

    since: datetime.date | None = None
    until: datetime.date | None = None

    def holds(self, file: LakeFile) -> bool:
        """Whether the file arrived in it."""
        day = datetime.date.fromisoformat(file.path.parent.parent.name.removeprefix("ingest_date="))
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Rewriting:
    """One run over a lake. Raises LakeError naming a file that cannot be read, before anything is replaced."""

    def __init__(self, config: CollectorConfig, mapping: KeyMapping, period: Period) -> None:
        self._config = config
        self._mapping = mapping
        self._store = store_of(config.lake, config.data)
        self.files = [file for file in active_files(config.lake, self._store) if period.holds(file)]
        self._period = period
        self._hash_key = secret_key(config.data / "hash.key") if self.files else b""

    def run(self, *, is_trial: bool = False, on_file: Callable[[], None] = lambda: None) -> Rewritten:
        """Read again and replace; a trial replaces nothing. Waits while a compaction is at work.

        ``on_file`` is called after each of `files`. Raises LakeError, FormatError, OSError.
        """
        keeper.refuse_others(self._config.data, self._config.lake)
        claim(self._config.data)
        make_folder(self._config.run)
        held = lock(self._config.run / LOCK_NAME, is_waiting=True)
        try:
            return self._run(is_trial, on_file)
        finally:
            os.close(held)

    def _run(self, is_trial: bool, on_file: Callable[[], None]) -> Rewritten:
        # listed anew: a compaction may have merged some of the files while this waited
        self.files = [file for file in active_files(self._config.lake, self._store) if self._period.holds(file)]
        self._remove_leftovers()
        result, made = Rewritten(), []
        try:
            for file in self.files:
                path = new_path(file)
                made.append(path)
                self._reread(file, path, result)
                on_file()
            if not is_trial:
                self._publish([path for path in made if self._store.aside(path).exists()])
        finally:
            for path in made:
                self._store.aside(path).unlink(missing_ok=True)
        return result

    def _remove_leftovers(self) -> None:
        for folder in {file.path.parent for file in self.files}:
            self._store.clear(folder, f"{REWRITE_PREFIX}*")

    def _reread(self, file: LakeFile, path: PurePath, result: Rewritten) -> None:
        """Write ``file`` anew aside of ``path``, if any of its rows reads otherwise."""
        generations = tuple(number + 1 for number in file.generations or (0,) * len(file.segments))
        before, rows, aside = result.changed_rows, 0, self._store.aside(path)
        with open_writer(aside, file.segments, generations) as writer:
            for table in grouped(self._batches(file, result)):
                writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
                rows += table.num_rows
        if rows != file.rows:
            raise LakeError(f"{file.path} says it holds {file.rows} rows and gave {rows}; restore it from a backup")
        result.files += 1
        result.rows += rows
        if result.changed_rows == before:
            aside.unlink()
        else:
            result.replaced_files += 1

    def _batches(self, file: LakeFile, result: Rewritten) -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches_of(file, self._store):
                old = with_todays_columns([batch])
                new = reread(old, self._hash_key, self._mapping)
                _count(old, new, result)
                yield from new.to_batches()
        except (OSError, ValueError, pa.ArrowException) as error:
            raise LakeError(f"{file.path} cannot be read again: {error}") from error

    def _publish(self, paths: list[PurePath]) -> None:
        for done, path in enumerate(paths):
            try:
                self._store.publish(path)
            except OSError as error:
                raise LakeError(f"{done} of {len(paths)} files were replaced, then: {error}; run it again") from error


def new_path(file: LakeFile) -> PurePath:
    """Where the next reading of ``file`` goes; the same for the same file, so that a later run replaces leftovers."""
    digest = hashlib.sha256("\n".join(file.segments).encode()).hexdigest()[:12]
    name = f"{REWRITE_PREFIX}{file.generation + 1:04d}-{file.segments[0]}-{file.segments[-1]}-{digest}.parquet"
    return file.path.parent / name


def _count(old: pa.Table, new: pa.Table, result: Rewritten) -> None:
    changed = np.zeros(old.num_rows, dtype=np.bool_)
    for name in CANONICAL:
        differ = differs(old[name].combine_chunks(), new[name].combine_chunks())
        if differ.any():
            result.columns[name] += int(differ.sum())
            changed |= differ
    result.changed_rows += int(changed.sum())
