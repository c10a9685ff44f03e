"""What objects of the lake say of themselves, each asked once: kept by name in the data directory.

None of them ever changes. A cache that several processes share: what is lost, or cannot be read, is asked again.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path, PurePath

from collector.files import make_folder
from collector.store.lake_file import LakeFile
from collector.store.object_path import ObjectPath

logger = logging.getLogger(__name__)

NAME = "known-objects.sqlite"
_AT_ONCE = 500
_WAIT_S = 30.0
_TABLE = (
    "create table if not exists known (path text primary key, segments text not null, rows integer not null, "
    "generations text not null, appeared_at real not null)"
)


class KnownObjects:
    """Of all lakes of one data directory; ``run`` is its folder of small files."""

    def __init__(self, run: Path) -> None:
        self._path = run / NAME
        self._here: dict[PurePath, LakeFile] = {}

    def find(self, paths: Iterable[PurePath]) -> dict[PurePath, LakeFile]:
        """Those of ``paths`` that are known."""
        wanted = list(paths)
        unseen = [path for path in wanted if path not in self._here]
        for start in range(0, len(unseen), _AT_ONCE):
            self._read([str(path) for path in unseen[start : start + _AT_ONCE]])
        return {path: self._here[path] for path in wanted if path in self._here}

    def learn(self, files: Sequence[LakeFile]) -> None:
        """Keep what ``files`` say."""
        self._here.update((file.path, file) for file in files)
        rows = [
            (str(file.path), json.dumps(file.segments), file.rows, json.dumps(file.generations), file.appeared_at)
            for file in files
        ]
        self._write("insert or replace into known values (?, ?, ?, ?, ?)", rows)

    def forget(self, paths: Sequence[PurePath]) -> None:
        """These are removed."""
        for path in paths:
            self._here.pop(path, None)
        self._write("delete from known where path = ?", [(str(path),) for path in paths])

    def _read(self, names: list[str]) -> None:
        marks = ", ".join("?" * len(names))
        try:
            with closing(self._open()) as kept:
                found = kept.execute(f"select * from known where path in ({marks})", names).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
            return
        for name, segments, rows, generations, appeared_at in found:
            path = ObjectPath(name)
            said = tuple(json.loads(segments)), rows, tuple(json.loads(generations)), appeared_at
            self._here[path] = LakeFile(path, *said)

    def _write(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        try:
            with closing(self._open()) as kept, kept:
                kept.executemany(statement, rows)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def _open(self) -> sqlite3.Connection:
        make_folder(self._path.parent)
        kept = sqlite3.connect(self._path, timeout=_WAIT_S)
        kept.execute("pragma synchronous = off")  # it is only a cache
        kept.execute(_TABLE)
        return kept

    def _give_up(self, error: Exception) -> None:
        """Without it every process asks the store itself."""
        logger.warning("%s cannot be used, and is begun anew: %s", self._path, error)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._path.unlink(missing_ok=True)
