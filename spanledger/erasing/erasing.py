"""`spanledger delete-user`: one user's id, as sent and as pseudonym, taken out of everything an installation keeps.

In this order, each step safe to be killed in and made again by the next run of the same command:

1. no collector may work meanwhile: its locks are taken; what the log holds is landed;
2. every file is read; an id that is also a word of ours, or that a settings file names, ends it before any change;
3. lake, quarantine, records, budgets and facts: each change is written down, made aside and put in its place;
4. everything is built anew, and all older builds and the facts that only they name are removed;
5. every file is read again; only if none names the user is the receipt written.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any

from collector.config import CollectorConfig
from collector.data_format import claim
from collector.files import aside, lock, make_folder, publish, secret_key, sync_folder, write_atomically
from collector.store import lake_place
from collector.store.erasing import Change, erase_from_lake, erase_from_quarantine, land_everything, sha256, traces_of
from collector.store.lake import LOCK_NAME
from collector.store.lake_store import store_of
from spanledger.erasing import places, receipts, subjects, tables
from spanledger.erasing.places import Kind
from spanledger.published.builds import Builds
from transforms.erasure import Subject, subject_digest

BACKUPS, VERSIONS = "backups made before", "versions of removed objects, where the bucket keeps them,"
LEFT_TO_OTHERS = (Kind.LAKE, Kind.QUARANTINE, Kind.BUILD, Kind.CACHE)
"""Kinds that have a step of their own."""


class ErasureError(RuntimeError):
    """The user is not erased, or not yet; the message says why and what to do."""


@dataclass(frozen=True)
class Asked:
    """Whom to erase, and how much."""

    organization: str | None
    """None is that of the user, if there is one alone."""
    user: str
    removes_calls: bool = False
    named_only: bool = False


@dataclass(frozen=True)
class Found:
    """What was read, and which files name the user: rows by path, 0 where only its bytes do."""

    read: dict[str, int]
    naming: dict[PurePath, int]


@dataclass(frozen=True)
class Erasure:
    """One request. ``lake`` is the one of ``config``; ``build`` makes and publishes everything anew and returns the
    build's id."""

    config: CollectorConfig
    lake: PurePath
    asked: Asked
    settings_files: tuple[Path, ...]
    build: Callable[[], str | None]

    def run(self, now: datetime) -> dict[str, Any]:
        """Erase, check, and return the receipt. Raises ErasureError, LockedError, LakeError, BuildInProgressError,
        FormatError, OSError, and what ``build`` raises."""
        data, builds = self.config.data, Builds(self.config.data)
        with self._alone():
            claim(data)
            with builds.lock():
                land_everything(self.config)
                digest, journal, subject = self._known()
                self._refuse_ambiguous(subject)
                if journal is None:
                    mode = {"organization": subject.organization, "version": metadata.version("spanledger")}
                    journal = receipts.begin(data, digest, subject.alias, now, mode)
                self._erase(subject, journal, now)
                is_stale = bool(journal.changes) or bool(self._naming(subject, {Kind.BUILD, Kind.CACHE}))
            before = builds.current
            after = self.build() if is_stale and before else before
            with builds.lock():
                if is_stale:
                    _keep_only(builds, journal)
                    shutil.rmtree(data / "dbt", ignore_errors=True)
            return self._receipt(subject, journal, before, after)

    def look(self) -> tuple[Found, list[dict[str, Any]]]:
        """What names the user now, and the receipts there are. Changes nothing. Raises LakeError, OSError."""
        digest, _, subject = self._known()
        return self._find(subject), receipts.receipts_of(self.config.data, digest)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        make_folder(self.config.run)
        held = [lock(self.config.run / "collector.lock")]
        try:
            lake = lake_place.claim(self.config)
            held += [] if lake is None else [lake]
            held.append(lock(self.config.run / "writer.lock", is_waiting=True))
            held.append(lock(self.config.run / LOCK_NAME, is_waiting=True))
            yield
        finally:
            for descriptor in held:
                os.close(descriptor)

    def _known(self) -> tuple[str, receipts.Journal | None, Subject]:
        data, user, key = self.config.data, self.asked.user, secret_key(self.config.data / "hash.key")
        known = subjects.known_users(data, self.lake)
        organization = self.asked.organization
        if organization is None:
            told = {
                one for one in receipts.organizations(data) if receipts.is_known(data, subject_digest(one, user, key))
            }
            organization = _the_one(subjects.organizations_of(known, user, key) or told)
        digest = subject_digest(organization, user, key)
        journal = receipts.journal_of(data, digest)
        alias = journal.begun["alias"] if journal else None
        return digest, journal, subjects.find(known, organization, user, key, alias, named_only=self.asked.named_only)

    def _files(self) -> list[tuple[PurePath, Kind]]:
        return places.files_of(self.config.data, self.lake)

    def _here(self, path: PurePath) -> AbstractContextManager[Path]:
        return places.here(path, self.lake, self.config.data)

    def _rows(self, path: PurePath, kind: Kind, subject: Subject) -> int:
        with self._here(path) as here:
            return places.rows_naming(here, kind, subject)

    def _naming(self, subject: Subject, kinds: set[Kind]) -> list[PurePath]:
        return [path for path, kind in self._files() if kind in kinds and self._rows(path, kind, subject)]

    def _refuse_ambiguous(self, subject: Subject) -> None:
        for file in self.settings_files:
            if file.exists() and subject.replaced(text := file.read_text(errors="replace")) != text:
                raise ErasureError(f"{file} names the user: take them out of it first; nothing was changed")
        words = set[str]()
        for path, kind in self._files():
            with self._here(path) as here:
                words |= places.words_naming(here, kind, subject)
        if words:
            raise ErasureError(
                f"the id is also a word of {', '.join(sorted(words))}, where it names no user: say --named-only to "
                "look only where a user is named (user.id and the like); nothing was changed"
            )

    def _erase(self, subject: Subject, journal: receipts.Journal, now: datetime) -> None:
        data, lake, store = self.config.data, self.lake, store_of(self.lake, self.config.data)
        traces = None
        if self.asked.removes_calls:
            traces = traces_of(lake, subject, store) | tables.expired_traces(data, subject)
            tables.remove_expired(data, subject, traces, journal)
        erase_from_lake(lake, subject, traces, journal.before, store)
        erase_from_quarantine(self.config.quarantine, subject, journal.before)
        for path, kind in self._files():
            if kind not in LEFT_TO_OTHERS and path != journal.path and self._rows(path, kind, subject):
                if not isinstance(path, Path):
                    raise ErasureError(
                        f"{path} names the user, by the name of a receiver's machine or folder: rename it"
                    )
                _replace(path, kind, subject, journal)

    def _receipt(
        self, subject: Subject, journal: receipts.Journal, before: str | None, after: str | None
    ) -> dict[str, Any]:
        found = self._find(subject)
        if found.naming:
            names = ", ".join(str(path) for path in list(found.naming)[:5])
            raise ErasureError(f"{len(found.naming)} files still name the user, such as {names}; run it again")
        changes = list(journal.changes.values())
        said = {
            "finished_at": datetime.now(UTC).isoformat(),
            "calls": "removed" if self.asked.removes_calls else "kept without the user",
            "looked_for": "where a user is named" if subject.named_only else "everywhere",
            "files_read_afterwards": found.read,
            "rows_without_the_user": sum(change["rows_without_the_user"] for change in changes),
            "rows_removed": sum(change["rows_removed"] for change in changes),
            "not_reached": [BACKUPS] if isinstance(self.lake, Path) else [BACKUPS, VERSIONS],
            "build_before": before,
            "build_after": after,
        }
        path = journal.finish(said)
        return {**said, "receipt": str(path), "changes": changes}

    def _find(self, subject: Subject) -> Found:
        read, naming = Counter[str](), dict[PurePath, int]()
        for path, kind in self._files():
            read[kind.value] += 1
            with self._here(path) as here:
                rows = places.rows_naming(here, kind, subject)
                if rows or places.stands_in_bytes(here, kind, subject):
                    naming[path] = rows
        return Found(dict(read), naming)


def _the_one(organizations: set[str]) -> str:
    if len(organizations) > 1:
        names = ", ".join(repr(one) for one in sorted(organizations))
        raise ErasureError(f"{names} have a user of this id each: say whose with --organization; nothing was changed")
    return next(iter(organizations), "")


def _replace(path: Path, kind: Kind, subject: Subject, journal: receipts.Journal) -> None:
    """Put ``path`` without the user in its place."""
    if kind in places.TABLES:
        rows = tables.write_aside(path, subject)
        journal.before(Change(path, path, rows, 0, sha256(path), sha256(aside(path))))
        publish(path)
        return
    new, mode = places.cleaned(path, kind, subject), path.stat().st_mode & 0o777
    written = path.with_name(f".{path.name}.new")
    write_atomically(written, new, mode=mode)
    journal.before(Change(path, path, 1, 0, sha256(path), sha256(written)))
    written.replace(path)
    sync_folder(path.parent)


def _keep_only(builds: Builds, journal: receipts.Journal) -> None:
    """Remove every build but the published one, and the facts that no other names."""
    for folder in sorted(builds.folder.iterdir()):
        if folder.is_dir() and folder.name != builds.current:
            warehouse = folder / "warehouse.duckdb"
            if warehouse.exists():
                journal.before(Change(warehouse, None, 0, 0, sha256(warehouse), None))
            shutil.rmtree(folder)
    sync_folder(builds.folder)
    builds.clean()
