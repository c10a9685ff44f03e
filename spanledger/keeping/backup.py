"""`spanledger backup`: a consistent copy of the data directory while everything runs.

What was acknowledged before it started is in the log or, once landed, in the lake. The log is copied first and the lake
listed after, so it is in one of them; where it is in both, landing knows. Budget decisions are copied the same way: the
journal first, then the records that it moves to. While lake and records are copied, whoever
replaces or removes files of theirs waits: compaction, rewriting, retention. Builds and landing go on.

Files of lake and records never change. One that the backup before, in the same place, holds already is linked, not
copied: a second backup costs what is new. Builds and facts are left out: they are made from the rest.
So is a lake in an object store, which keeps copies by its own means: what had landed is there, with what landed since.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path, PurePath

from collector.data_format import FORMAT, found_in, refusal
from collector.files import LockedError, lock, make_folder, sync_folder
from collector.store import lake_place
from collector.store.lake import LOCK_NAME, active_files
from spanledger.keeping import backup_manifest
from spanledger.keeping.backup_manifest import ALONE, BUDGET, LAKE, LOG, RECORDS, BackupError, Entry, Manifest, copy


@dataclass
class Made:
    """One backup."""

    folder: Path
    manifest: Manifest
    copied_files: int = 0
    copied_bytes: int = 0
    healed: list[str] = field(default_factory=list)  # damaged in the earlier backup, and copied anew


class Backup:
    """One run. ``is_verifying``: read what would be linked, and copy it anew where it is damaged."""

    def __init__(self, data: Path, lake: PurePath, destination: Path, *, is_verifying: bool = False) -> None:
        """Absolute paths. Raises BackupError where the destination lies inside what is backed up."""
        for place in (data, lake):
            if place == destination or place in destination.parents:
                raise BackupError(f"{destination} lies in {place}, which is to be backed up; choose another place")
        self._data, self._lake, self._destination = data, lake, destination
        self._is_verifying = is_verifying

    def run(self, on_file: Callable[[int, int], None] = lambda done, whole: None) -> Made:
        """Make a backup; waits for compaction, rewriting and retention. Raises BackupError, LakeError, OSError.

        ``on_file`` is told how many files of how many are done. What died half leaves nothing that counts.
        """
        if not (self._data / "hash.key").exists():
            raise BackupError(f"{self._data} holds no hash.key: nothing was ever received there")
        if (found := found_in(self._data)) > FORMAT:
            raise BackupError(refusal(self._data, found))
        self._destination.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = self._lock()
        try:
            for left in self._destination.glob(".*.partial"):
                shutil.rmtree(left)
            return self._run(on_file)
        finally:
            os.close(held)

    def _lock(self) -> int:
        try:
            return lock(self._destination / ".lock")
        except LockedError as error:
            raise BackupError(f"another backup is being written to {self._destination}; wait for it to end") from error

    def _run(self, on_file: Callable[[int, int], None]) -> Made:
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S%fZ}"
        partial = self._destination / f".{name}.partial"
        partial.mkdir(mode=0o700)
        made = Made(self._destination / name, Manifest(name, now.isoformat(), metadata.version("spanledger"), 1, {}))
        files = made.manifest.files
        self._copy_log(partial, files)
        make_folder(self._data / "run")
        held = lock(self._data / "run" / LOCK_NAME, is_waiting=True)
        try:
            self._copy_rest(partial, made, on_file)
        finally:
            os.close(held)
        made.manifest = Manifest(name, now.isoformat(), made.manifest.written_by, found_in(partial), files)
        backup_manifest.sync_folders(partial, files)
        backup_manifest.write(partial, made.manifest)
        partial.rename(made.folder)
        sync_folder(self._destination)
        return made

    def _copy_log(self, partial: Path, files: dict[str, Entry]) -> None:
        """All of the log, and of the journal of budgets, as they stood at one moment: again from the listing where
        something moved on meanwhile."""
        while True:
            logs = [path for name in (LOG, BUDGET) for path in sorted((self._data / name).rglob("[!.]*"))]
            listed = [path for path in logs if path.is_file()]
            names = {str(path.relative_to(self._data)): path for path in listed}
            for gone in set(files) - set(names):
                (partial / gone).unlink()
                del files[gone]
            try:
                for name, path in names.items():
                    if name not in files or path.suffix in (".open", ".journal"):
                        files[name] = copy(path, partial / name)
                return
            except FileNotFoundError:
                continue  # sealed or landed meanwhile

    def _copy_rest(self, partial: Path, made: Made, on_file: Callable[[int, int], None]) -> None:
        earlier = backup_manifest.complete(self._destination)
        last = earlier[-1] if earlier else None
        known = backup_manifest.read(last).files if last else {}
        sources = dict(self._sources())
        for done, (name, path) in enumerate(sources.items(), 1):
            linked = last is not None and self._link(last / name, partial / name, path, known.get(name), made)
            if linked:
                made.manifest.files[name] = known[name]
            else:
                made.manifest.files[name] = entry = copy(path, partial / name)
                made.copied_files += 1
                made.copied_bytes += entry.size
            on_file(done, len(sources))

    def _sources(self) -> Iterator[tuple[str, Path]]:
        for name in ALONE:
            if (self._data / name).exists():
                yield name, self._data / name
        if isinstance(self._lake, Path):
            yield from _lake_files(self._lake)
        for path in sorted((self._data / RECORDS).rglob("[!.]*")):
            if path.is_file():
                yield str(path.relative_to(self._data)), path

    def _link(self, earlier: Path, target: Path, path: Path, entry: Entry | None, made: Made) -> bool:
        """Whether ``target`` is now the file that the backup before holds, because it is the one in ``path``."""
        state = path.stat()
        if entry is None or (entry.size, entry.mtime_ns) != (state.st_size, state.st_mtime_ns):
            return False
        if self._is_verifying and (said := backup_manifest.problem(earlier, entry)):
            made.healed.append(said)
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.hardlink_to(earlier)
        except OSError:  # no links here, or too many of this file: a copy does as well
            return False
        return True


def _lake_files(lake: Path) -> Iterator[tuple[str, Path]]:
    if (lake / lake_place.NAME).exists():
        yield f"{LAKE}/{lake_place.NAME}", lake / lake_place.NAME
    for file in active_files(lake):
        yield f"{LAKE}/{file.path.relative_to(lake)}", Path(file.path)
